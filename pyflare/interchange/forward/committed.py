"""Rows that came into parts with some commits, in order of time, whatever has been merged since."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pyflare.schema.columns import Table
from pyflare.schema.tables import TABLES
from pyflare.store.catalog import Catalog, Part
from pyflare.store.compaction.merge import Head
from pyflare.store.parts import COMMIT_COLUMN, conform_part

_READ_ROWS: Final = 2048
_NEVER_NS: Final = (1 << 63) - 1
_UNKNOWN: Final = (0, _NEVER_NS)


class Committed:
    """Reads the parts of one folder and table. Remembers which commits each part holds, so as not to open it in vain."""

    def __init__(self, root: Path, table: str) -> None:
        self._root = root
        self._table = TABLES[table]
        self._commits: dict[str, tuple[int, int]] = {}

    def rows(self, catalog: Catalog, *, after: int, until: int, since_ns: int) -> Iterator[pa.Table]:
        """Rows in pieces, in order of time, with the table's columns.

        Args:
            catalog: The parts to read.
            after: Leave out rows of this commit and of earlier ones.
            until: The last commit.
            since_ns: Leave out rows of before, in unix nanoseconds.

        Raises:
            FileNotFoundError: A part has been superseded meanwhile: the rows are in another one.
        """
        parts = [
            part
            for part in catalog.parts_of(self._table.name)
            if part.max_time_ns >= since_ns and self._may_hold(part, after, until)
        ]
        self._forget_others(catalog)
        for rows in in_time_order(
            [(part.min_time_ns, self._read(part, after, until, since_ns)) for part in parts], self._table
        ):
            yield rows.drop_columns([COMMIT_COLUMN])

    def _may_hold(self, part: Part, after: int, until: int) -> bool:
        if part.name not in self._commits:
            with pq.ParquetFile(part.path(self._root), pre_buffer=False) as file:
                groups = [_bounds(file.metadata.row_group(index)) for index in range(file.num_row_groups)]
            self._commits[part.name] = (min(low for low, _ in groups), max(high for _, high in groups))
        low, high = self._commits[part.name]
        return low <= until and high > after

    def _forget_others(self, catalog: Catalog) -> None:
        present = {part.name for part in catalog.parts_of(self._table.name)}
        self._commits = {name: commits for name, commits in self._commits.items() if name in present}

    def _read(self, part: Part, after: int, until: int, since_ns: int) -> Iterator[pa.Table]:
        with pq.ParquetFile(part.path(self._root), pre_buffer=False) as file:
            groups = []
            for index in range(file.num_row_groups):
                low, high = _bounds(file.metadata.row_group(index))
                if low <= until and high > after:
                    groups.append(index)
            for batch in file.iter_batches(batch_size=_READ_ROWS, row_groups=groups, use_threads=False):
                rows = conform_part(pa.Table.from_batches([batch]), self._table)
                commit = pc.fill_null(rows[COMMIT_COLUMN], 0)
                is_meant = pc.and_(pc.greater(commit, after), pc.less_equal(commit, until))
                times = rows[self._table.time_column].cast(pa.int64())
                rows = rows.filter(pc.and_(is_meant, pc.fill_null(pc.greater_equal(times, since_ns), True)))
                if rows.num_rows:
                    yield rows


def _bounds(group: Any) -> tuple[int, int]:
    """The first and last commit of a row group; any where it does not say."""
    for index in range(group.num_columns):
        column = group.column(index)
        if column.path_in_schema == COMMIT_COLUMN:
            statistics = column.statistics
            if statistics is not None and statistics.has_min_max and not statistics.null_count:
                return statistics.min, statistics.max
    return _UNKNOWN


def in_time_order(streams: list[tuple[int, Iterator[pa.Table]]], table: Table) -> Iterator[pa.Table]:
    """The rows of streams in one order of time; opens each when its time comes, and holds one piece of it at a time.

    Args:
        streams: Of each a moment before which it has no row, in unix nanoseconds, and its rows in order of time.
        table: Whose rows they are.
    """
    waiting = sorted(streams, key=lambda stream: stream[0], reverse=True)
    heads: list[Head] = []
    while waiting or heads:
        heads = [head for head in heads if head.advance()]
        bound_ns = min((head.last_ns for head in heads), default=_NEVER_NS)
        while waiting and (not heads or waiting[-1][0] <= bound_ns):
            head = Head(waiting.pop()[1], table.time_column)
            if head.advance():
                heads.append(head)
                bound_ns = min(bound_ns, head.last_ns)
        pieces = [piece for head in heads if (piece := head.take_until(bound_ns)).num_rows]
        if pieces:
            yield pieces[0] if len(pieces) == 1 else pa.concat_tables(pieces).sort_by(table.time_column)
