"""Drift over a million spans with twenty attributes, from the command line, and what explains it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from benchmarks.million import MILLION, START_NS, STEPS, TRACE_EVERY_NS
from benchmarks.million import folder as million_folder
from pyflare.schema.tables import SCHEMA_VERSION, SPANS
from pyflare.store.catalog import load_catalog
from pyflare.store.change import Change
from pyflare.store.journal.writer import prepare_folder
from pyflare.store.lock import exclusive
from pyflare.store.parts import read_part, write_part

ATTRIBUTES: Final = 20
NUMBERS: Final = 10
LATE_NS: Final = START_NS + TRACE_EVERY_NS * (MILLION // len(STEPS)) * 3 // 4
"""From then on the first attribute has moved."""


def folder(spans: int = MILLION) -> Path:
    """A folder whose spans have twenty attributes, half of them numbers; made at the first call and kept."""
    root = Path(tempfile.gettempdir()) / f"pyflare-bench-drift-{spans}-v{SCHEMA_VERSION}"
    if not (root / "catalog.json").exists():
        _build(root, million_folder(spans))
    return root


def _build(root: Path, plain: Path) -> None:
    prepare_folder(root)
    with exclusive(root):
        change = Change(root)
        for part in load_catalog(plain).parts_of(SPANS.name):
            rows = pa.concat_tables(_with_attributes(batch) for batch in read_part(plain, part))
            change.add(write_part(root, SPANS, rows, level=1))
        change.commit()


def _with_attributes(rows: pa.Table) -> pa.Table:
    count = rows.num_rows
    started_ns = rows["start_time"].cast(pa.int64()).to_numpy()
    random = np.random.default_rng(int(started_ns[0]))
    is_late = started_ns >= LATE_NS
    numbers = [random.normal(0.5 * is_late * (n == 0), 1).round(3).astype(str) for n in range(NUMBERS)]
    words = [
        np.char.add("level-", random.integers(0, 2 + 3 * n, count).astype(str)) for n in range(ATTRIBUTES - NUMBERS)
    ]
    values = np.column_stack([*numbers, *words]).ravel()
    names = [f"number.{n}" for n in range(NUMBERS)]
    keys = pa.array(np.tile([*names, *(f"word.{n}" for n in range(ATTRIBUTES - NUMBERS))], count), pa.string())
    attributes = pa.MapArray.from_arrays(
        np.arange(count + 1, dtype=np.int32) * ATTRIBUTES, keys, pa.array(values, pa.string())
    )
    types = pa.MapArray.from_arrays(
        np.arange(count + 1, dtype=np.int32) * NUMBERS,
        pa.array(np.tile(names, count), pa.string()),
        pa.array(np.full(count * NUMBERS, "double"), pa.string()),
    )
    for name, column in {"attributes": attributes, "attribute_types": types}.items():
        rows = rows.set_column(rows.column_names.index(name), name, column)
    return rows
