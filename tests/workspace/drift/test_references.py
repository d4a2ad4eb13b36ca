"""References that are kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pyflare.errors import CorruptError, DataError, NotFoundError
from pyflare.workspace import Workspace
from pyflare.workspace.drift import DriftMonitor
from tests.workspace.drift.test_running import COLUMNS, RETRIEVAL
from tests.workspace.drift.traffic import NOW, NOW_NS

STORED = DriftMonitor(
    name="retrieval",
    where="kind = retriever",
    columns=COLUMNS,
    segment_by=("environment",),
    reference={"stored": "latest"},
)


def test_a_stored_reference_says_the_same(workspace: Workspace) -> None:
    """Compared with its own rows kept in a file, a monitor finds exactly what it finds when they are read anew."""
    kept = workspace.drift.keep_reference(RETRIEVAL, now=NOW)
    assert (kept.version, kept.n_rows, kept.columns) == ("1", 300, COLUMNS)
    anew, stored = (workspace.drift.run(monitor, now=NOW) for monitor in (RETRIEVAL, STORED))
    assert stored.reference_version == "1"
    assert (stored.look, anew.look) == (1, 1)
    for one, other in zip(anew.segments, stored.segments, strict=True):
        assert one.result == other.result
    assert stored.explain("attributes.index", segment="environment = production").metric_change is None


def test_versions_count_on(workspace: Workspace, folder: Path) -> None:
    """Every reference gets a number of its own, however many are kept at once; a new one begins a new promise."""
    with ThreadPoolExecutor(4) as pool:
        kept = [*pool.map(lambda _: workspace.drift.keep_reference(RETRIEVAL, now=NOW).version, range(4))]
    assert sorted(kept) == ["1", "2", "3", "4"]
    workspace.drift.run(STORED, now=NOW)
    assert workspace.drift.run(STORED, now=NOW).look == 2
    workspace.drift.keep_reference(STORED, now=NOW)
    run = workspace.drift.run(STORED, now=NOW)
    assert (run.reference_version, run.look, run.status) == ("5", 1, "healthy")
    workspace.drift.references.remove("retrieval", "1")
    assert workspace.drift.references.versions("retrieval") == ["2", "3", "4", "5"]
    assert len(workspace.drift.references.list()) == 4
    assert not [path for path in (folder / "drift" / "references" / "retrieval").iterdir() if path.name.startswith(".")]


def test_a_damaged_reference(workspace: Workspace, folder: Path) -> None:
    """A file that was changed is an error that says which."""
    workspace.drift.keep_reference(RETRIEVAL, now=NOW)
    path = folder / "drift" / "references" / "retrieval" / "1.drift"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(CorruptError, match=r"1\.drift"):
        workspace.drift.run(STORED, now=NOW)


def test_what_cannot_be_kept(workspace: Workspace) -> None:
    """No rows make no reference; a column that it lacks is named; a version that is not there as well."""
    with pytest.raises(DataError, match="no rows"):
        workspace.drift.keep_reference(DriftMonitor(name="m", columns=("latency",), reference="1h"), now="2020-01-01")
    workspace.drift.keep_reference(RETRIEVAL, now=NOW)
    with pytest.raises(DataError, match="status"):
        workspace.drift.run(DriftMonitor(name="retrieval", columns=("status",), reference={"stored": "1"}), now=NOW)
    with pytest.raises(NotFoundError, match="There are: 1"):
        workspace.drift.references.load("retrieval", "7")
    assert NOW_NS > 0
