"""Live rows that a part holds already: they came once more, by OTLP, after the first had been compacted."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pyflare.schema.columns import Table
from pyflare.store.catalog import Catalog, Part
from pyflare.store.once import without_rows

_NOTHING = pa.nulls(0, pa.string())  # pa.array imports pandas where it is installed


class KnownRows:
    """Remembers what has been compared: each live row of a table meets each part once."""

    def __init__(self, root: Path, table: Table, key: tuple[str, ...]) -> None:
        """Know the rows of a table by the columns `key`, which are text."""
        self._root = root
        self._table = table
        self._key = key
        self._parts: frozenset[str] = frozenset()
        self._keys: pa.Array = _NOTHING
        """Of the live rows that have been compared with those parts."""
        self._known: pa.Array = _NOTHING

    def left_out(self, live: pa.Table, catalog: Catalog) -> pa.Table:
        """The live rows that no part holds; the same object where that is all of them."""
        parts = catalog.parts_of(self._table.name)
        rows = pa.table({"key": self._keys_of(live), "time_ns": live[self._table.time_column].cast(pa.int64())})
        compared = pc.is_in(rows["key"], value_set=self._keys)
        new_parts = [part for part in parts if part.name not in self._parts]
        found = [*self._find(rows.filter(pc.invert(compared)), parts), *self._find(rows.filter(compared), new_parts)]
        known = pa.concat_arrays([self._known, *found])
        self._known = known.filter(pc.is_in(known, value_set=_combined(rows["key"])))
        self._parts, self._keys = frozenset(part.name for part in parts), _combined(rows["key"])
        return without_rows(live, pc.is_in(rows["key"], value_set=self._known))

    def _find(self, rows: pa.Table, parts: Iterable[Part]) -> Iterator[pa.Array]:
        """Keys of the rows that are in any of the parts. What came before had the same time."""
        if not rows.num_rows:
            return
        bounds = pc.min_max(rows["time_ns"]).as_py()
        keys = _combined(rows["key"])
        for part in parts:
            if part.max_time_ns >= bounds["min"] and part.min_time_ns <= bounds["max"]:
                # One that is gone or damaged is for the query to tell, which reads it too.
                with contextlib.suppress(OSError, pa.ArrowException):
                    for piece in self._keys_between(part.path(self._root), bounds["min"], bounds["max"]):
                        yield piece.filter(pc.is_in(piece, value_set=keys))

    def _keys_between(self, path: Path, since_ns: int, until_ns: int) -> Iterator[pa.Array]:
        """The keys of a part's rows, of row groups that have any between two moments."""
        with pq.ParquetFile(path) as file:
            time_at = file.schema_arrow.get_field_index(self._table.time_column)
            for group in range(file.num_row_groups):
                times = file.metadata.row_group(group).column(time_at).statistics
                if times.max_raw >= since_ns and times.min_raw <= until_ns:
                    yield _combined(self._keys_of(file.read_row_group(group, columns=[*self._key]))).drop_null()

    def _keys_of(self, rows: pa.Table) -> Any:
        return pc.binary_join_element_wise(*(rows[name] for name in self._key), "")


def _combined(column: Any) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
