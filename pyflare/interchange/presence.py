"""Which rows a folder had before an import began."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pyflare.schema.sql import quote
from pyflare.schema.tables import TABLES
from pyflare.store.catalog import Part
from pyflare.store.change import Change
from pyflare.store.scratch import fetch, parts_source


class Presence:
    """The parts of before, and comparing rows with them.

    Rows without an id are told apart by all they say. Two that say the same may both be meant, so each row of
    before stands for one row of the file, and what the import itself has brought stands for none.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._own: set[str] = set()

    def note(self, change: Change) -> None:
        """Remember which parts a change of the import's own adds."""
        known = {part.name for part in change.base.all_parts()}
        self._own |= {part.name for table in TABLES for part in change.parts_of(table) if part.name not in known}

    def new_rows(
        self,
        connection: duckdb.DuckDBPyConnection,
        change: Change,
        table: str,
        rows: pa.Table,
        key: str | None,
    ) -> pa.Table:
        """The rows that the folder had not, in any order."""
        parts = self._overlapping(change, table, rows, key)
        if not parts:
            return rows
        stored = parts_source(self._root, table, parts)
        if key is not None:
            where = f"{quote(key)} NOT IN (SELECT {quote(key)} FROM ({stored}) WHERE {quote(key)} IS NOT NULL)"
            return fetch(connection, f"SELECT * FROM given WHERE {where}", given=rows)
        return fetch(connection, f"SELECT * FROM given EXCEPT ALL {stored}", given=rows)

    def _overlapping(self, change: Change, table: str, rows: pa.Table, key: str | None) -> tuple[Part, ...]:
        """The parts that may hold any of the rows; of a row with a key, whatever its time."""
        bounds = pc.min_max(rows[TABLES[table].time_column].cast(pa.int64())).as_py()
        return tuple(
            part
            for part in change.parts_of(table)
            if (key is not None or part.name not in self._own)
            and (
                key is not None
                or bounds["min"] is None
                or (part.max_time_ns >= bounds["min"] and part.min_time_ns <= bounds["max"])
            )
        )


def each_key_once(rows: pa.Table, key: str) -> pa.Table:
    """The first row of each key."""
    keys = rows[key].to_pylist()
    seen: set[str] = set()
    fresh = [not (found in seen or seen.add(found)) for found in keys]  # type: ignore[func-returns-value]
    return rows if all(fresh) else rows.filter(pa.array(fresh))
