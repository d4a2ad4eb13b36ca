"""A busy program has its journal compacted beside it."""

from __future__ import annotations

import time
from pathlib import Path

import pyflare
from pyflare.workspace import Workspace

DAY_NS = 86_400_000_000_000


def _names(workspace: Workspace) -> set[str]:
    return {row["operation_name"] for row in workspace.sql("SELECT operation_name FROM spans").to_pylist()}


def test_old_spans_go(tmp_path: Path) -> None:
    """A compaction that the program starts drops what is older than `keep`, and nothing else."""
    pyflare.init(service="s", path=tmp_path / "store", compact_after_bytes=1, keep="30d")
    try:
        tracer = pyflare.tracer_provider().get_tracer("t")
        for name, days in (("old", 31), ("young", 29)):
            start_ns = time.time_ns() - days * DAY_NS
            tracer.start_span(name, start_time=start_ns).end(start_ns + 1)
        while not (tmp_path / "store" / "journal").is_dir() or _generations(tmp_path / "store") < 3:
            with pyflare.span("filler", input="x" * 4000):
                pass
        with pyflare.open(tmp_path / "store") as workspace:
            deadline_s = time.monotonic() + 60
            while "old" in _names(workspace):
                assert time.monotonic() < deadline_s, "the old span is still there"
                time.sleep(0.1)
            assert _names(workspace) == {"young", "filler"}
    finally:
        pyflare.shutdown()


def _generations(root: Path) -> int:
    """How far the journals have come."""
    return max((int(path.stem.split("-")[0]) for path in root.glob("journal/*/[0-9]*.seg")), default=0)
