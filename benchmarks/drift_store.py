"""Drift over a million spans with twenty attributes, from the command line, and what it takes to explain it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

import pyflare
from benchmarks.million import MILLION, START_NS, STEPS, TRACE_EVERY_NS
from benchmarks.million import folder as million_folder
from benchmarks.queries import QUICK_SPANS
from benchmarks.row import BenchRow
from pyflare.schema.tables import SCHEMA_VERSION, SPANS, TRACES
from pyflare.store.catalog import load_catalog
from pyflare.store.change import Change
from pyflare.store.journal.writer import prepare_folder
from pyflare.store.lock import exclusive
from pyflare.store.parts import read_part, write_part

ATTRIBUTES: Final = 20
NUMBERS: Final = 10
RUNS: Final = 3
RUN_BAR_S: Final = 5.0
EXPLAIN_BAR_S: Final = 2.0
_CURRENT_SHARE: Final = 0.25
"""The last quarter of the spans is current, and in it the first attribute has moved by half a standard deviation."""


def rows(*, quick: bool = False) -> list[BenchRow]:
    """Measure."""
    spans = QUICK_SPANS if quick else MILLION
    root = folder(spans)
    runs = {unit: _least_s(root, unit) for unit in ("trace", "row")}
    explained = {unit: _explained_s(root, unit) for unit in ("trace", "row")}
    run_s, explain_s = runs["row"][0], explained["row"][0]
    return [
        BenchRow(
            what=f"drift of {ATTRIBUTES} attributes over {spans:,} spans, from the command line",
            bar=f"< {RUN_BAR_S:.0f} s",
            measured=f"{run_s:.1f} s",
            ok=run_s < RUN_BAR_S,
            beside=f"of processors {runs['row'][1]:.1f} s; one span of each trace {runs['trace'][0]:.1f} s",
        ),
        BenchRow(
            what="explain one of them after the run",
            bar=f"< {EXPLAIN_BAR_S:.0f} s",
            measured=f"{explain_s:.1f} s",
            ok=explain_s < EXPLAIN_BAR_S,
            beside=f"of processors {explained['row'][1]:.1f} s; one span of each trace {explained['trace'][0]:.1f} s",
        ),
    ]


def folder(spans: int = MILLION) -> Path:
    """A folder whose spans have twenty attributes, half of them numbers; made at the first call and kept."""
    root = Path(tempfile.gettempdir()) / f"pyflare-bench-drift-{spans}-v{SCHEMA_VERSION}" / ".pyflare"
    if not (root / "catalog.json").exists():
        root.parent.mkdir(exist_ok=True)
        (root.parent / "pyflare.toml").write_text("".join(_declared(unit, spans) for unit in ("trace", "row")))
        _build(root, million_folder(spans), _current_ns(spans))
    return root


def _declared(unit: str, spans: int) -> str:
    names = [f"attributes.{name}" for name in _names()]
    current_s = (_end_ns(spans) - _current_ns(spans)) / 1e9
    return (
        f'[[pyflare.drift]]\nname = "{unit}"\nunit = "{unit}"\ncolumns = {names}\n'
        f'current = "{current_s}s"\nreference = "365d"\n'
    )


def _names() -> list[str]:
    return [*(f"number.{n}" for n in range(NUMBERS)), *(f"word.{n}" for n in range(ATTRIBUTES - NUMBERS))]


def _end_ns(spans: int) -> int:
    return START_NS + TRACE_EVERY_NS * (spans // len(STEPS) + 1)


def _current_ns(spans: int) -> int:
    return START_NS + int(TRACE_EVERY_NS * spans / len(STEPS) * (1 - _CURRENT_SHARE))


def _least_s(root: Path, unit: str) -> tuple[float, float]:
    """The least of a few runs: seconds by the clock, and of all processors."""
    shutil.rmtree(root / "drift", ignore_errors=True)
    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(_end_ns(MILLION) / 1e9 + 1))
    call = [sys.executable, "-m", "pyflare.cli", "drift", "run", unit, "--now", at, "--path", str(root), "--json"]
    taken = []
    for _ in range(RUNS):
        began_s, before = time.perf_counter(), os.times()
        subprocess.run(call, check=True, capture_output=True)
        after = os.times()
        used_s = after.children_user + after.children_system - before.children_user - before.children_system
        taken.append((time.perf_counter() - began_s, used_s))
    return min(taken)


def _explained_s(root: Path, unit: str) -> tuple[float, float]:
    """The least of a few explanations of what the latest run found."""
    taken = []
    with pyflare.open(root, compact=False) as workspace:
        for _ in range(RUNS):
            began_s, used_s = time.perf_counter(), time.process_time()
            workspace.drift.explain(unit, "attributes.number.0")
            taken.append((time.perf_counter() - began_s, time.process_time() - used_s))
    return min(taken)


def _build(root: Path, plain: Path, current_ns: int) -> None:
    prepare_folder(root)
    with exclusive(root):
        change = Change(root)
        for part in load_catalog(plain).parts_of(SPANS.name):
            spans = pa.concat_tables(_with_attributes(batch, current_ns) for batch in read_part(plain, part))
            change.add(write_part(root, SPANS, spans, level=1))
        for part in load_catalog(plain).parts_of(TRACES.name):
            change.add(write_part(root, TRACES, pa.concat_tables(read_part(plain, part)), level=1))
        change.commit()


def _with_attributes(spans: pa.Table, current_ns: int) -> pa.Table:
    count = spans.num_rows
    started_ns = spans["start_time"].cast(pa.int64()).to_numpy()
    random = np.random.default_rng(int(started_ns[0]))
    moved = 0.5 * (started_ns >= current_ns)
    numbers = [random.normal(moved * (n == 0), 1).round(3).astype(str) for n in range(NUMBERS)]
    words = [
        np.char.add("level-", random.integers(0, 2 + 3 * n, count).astype(str)) for n in range(ATTRIBUTES - NUMBERS)
    ]
    keys, types = _names(), np.full(count * NUMBERS, "double")
    values = np.column_stack([*numbers, *words]).ravel()
    maps = {
        "attributes": _map(np.tile(keys, count), values, count),
        "attribute_types": _map(np.tile(keys[:NUMBERS], count), types, count),
    }
    for name, column in maps.items():
        spans = spans.set_column(spans.column_names.index(name), name, column)
    return spans


def _map(keys: np.ndarray, values: np.ndarray, count: int) -> pa.MapArray:
    """A map in each row, all with as many entries."""
    offsets = np.arange(count + 1, dtype=np.int32) * (len(keys) // count)
    return pa.MapArray.from_arrays(offsets, pa.array(keys, pa.string()), pa.array(values, pa.string()))
