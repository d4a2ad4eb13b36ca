"""Many small parts into few large ones, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.schema.columns import Table
from pyflare.schema.tables import TABLES
from pyflare.store.catalog import Part
from pyflare.store.change import Change
from pyflare.store.parts import PartWriter, read_part

FAN_IN: Final = 8
"""Parts of one level that become one of the next."""
RECENT_PARTS: Final = 4
"""The youngest parts of a level stay as they are: traces that go on are most often in them."""
CLOSED_DAY_PARTS: Final = 4
"""Parts of a day that is over are merged whatever their level, once there are so many."""
FULL_ROWS: Final = 200_000
FULL_BYTES: Final = 256 << 20
"""A part with so many rows or bytes is not merged again."""
MOST_ROWS: Final = 1_000_000
MOST_BYTES: Final = 1 << 30
_WORTH_APART_ROWS: Final = 256
"""Rows of one stream that are passed on as they are, if they come before all of the others'."""
_DAY_NS: Final = 86_400_000_000_000
_NEVER_NS: Final = (1 << 63) - 1


def plan_merges(parts: Iterable[Part], *, now_ns: int) -> list[tuple[Part, ...]]:
    """Which parts of one table to make one of; no part stands in two groups, and none crosses a UTC day."""
    groups: list[tuple[Part, ...]] = []
    small = sorted((part for part in parts if not _is_full(part)), key=lambda part: (_day(part), part.max_time_ns))
    for day, of_day in groupby(small, key=_day):
        candidates = [*of_day]
        if day < now_ns // _DAY_NS - 1 and len(candidates) >= CLOSED_DAY_PARTS:
            groups.append(_fitting(candidates))
            continue
        by_level = sorted(candidates, key=lambda part: part.level)
        for _, of_level in groupby(by_level, key=lambda part: part.level):
            level = [*of_level]
            if len(level) >= FAN_IN + RECENT_PARTS:
                groups.append(_fitting(level[:FAN_IN]))
    return [group for group in groups if len(group) > 1]


def _day(part: Part) -> int:
    """The UTC day of a part's last row; a trace that goes on can make a part of today begin long ago."""
    return part.max_time_ns // _DAY_NS


def _is_full(part: Part) -> bool:
    return part.rows >= FULL_ROWS or part.size_bytes >= FULL_BYTES


def _fitting(parts: Sequence[Part]) -> tuple[Part, ...]:
    """As many of the parts as one part can take."""
    rows = size_bytes = 0
    for count, part in enumerate(parts):
        rows, size_bytes = rows + part.rows, size_bytes + part.size_bytes
        if rows > MOST_ROWS or size_bytes > MOST_BYTES:
            return tuple(parts[:count])
    return tuple(parts)


def merge_parts(root: Path, parts: Sequence[Part]) -> Part | None:
    """One part of the rows of several of a table, each payload once. The old ones stay. Raises OSError."""
    table = TABLES[parts[0].table]
    rows = merge_sorted([read_part(root, part, with_commits=True) for part in parts], table)
    if table.name == "payloads":
        rows = payloads_once(rows)
    with PartWriter(root, table, level=max(part.level for part in parts) + 1) as writer:
        for piece in rows:
            writer.write(piece)
        return writer.finish()


def merge_sorted(streams: Sequence[Iterator[pa.Table]], table: Table) -> Iterator[pa.Table]:
    """The rows of several streams in one order of time; holds one piece of each stream at a time."""
    heads = [Head(stream, table.time_column) for stream in streams]
    while heads := [head for head in heads if head.advance()]:
        if (piece := _before_others(heads)) is not None:
            yield piece
            continue
        bound_ns = min(head.last_ns for head in heads)
        pieces = [piece for head in heads if (piece := head.take_until(bound_ns)).num_rows]
        yield pieces[0] if len(pieces) == 1 else pa.concat_tables(pieces).sort_by(table.time_column)


def _before_others(heads: list[Head]) -> pa.Table | None:
    """The rows of one stream that come before all of the others, where they are many: they need no sorting."""
    first, *others = sorted(heads, key=lambda head: head.first_ns)
    if not others:
        return first.take_until(_NEVER_NS)
    count = first.count_until(others[0].first_ns - 1)
    return first.take(count) if count >= _WORTH_APART_ROWS else None


class Head:
    """The rows of one stream that come next."""

    def __init__(self, stream: Iterator[pa.Table], time_column: str) -> None:
        """Begin a stream of rows that are sorted by a column."""
        self._stream = stream
        self._time_column = time_column
        self._rows: pa.Table | None = None

    def advance(self) -> bool:
        """Fetch rows if there are none at hand. Returns whether there are any."""
        while self._rows is None or not self._rows.num_rows:
            self._rows = next(self._stream, None)
            if self._rows is None:
                return False
        return True

    @property
    def first_ns(self) -> int:
        """Time of the first row at hand; rows without a time come after all others."""
        return self._time(0)

    @property
    def last_ns(self) -> int:
        """Time of the last row at hand."""
        return self._time(-1)

    def _time(self, index: int) -> int:
        time_ns = self._times()[index].as_py()
        return _NEVER_NS if time_ns is None else time_ns

    def count_until(self, bound_ns: int) -> int:
        """How many of the rows at hand come up to and including a time."""
        assert self._rows is not None
        if self.last_ns <= bound_ns:
            return int(self._rows.num_rows)
        return pc.sum(pc.less_equal(self._times(), bound_ns)).as_py() or 0

    def take_until(self, bound_ns: int) -> pa.Table:
        """The rows at hand up to and including a time."""
        return self.take(self.count_until(bound_ns))

    def take(self, count: int) -> pa.Table:
        """The first so many of the rows at hand."""
        assert self._rows is not None
        rows = self._rows
        self._rows = rows.slice(count) if count < rows.num_rows else None
        return rows.slice(0, count)

    def _times(self) -> pa.ChunkedArray:
        assert self._rows is not None
        return self._rows[self._time_column].cast(pa.int64())


def payloads_once(pieces: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Payloads without those whose content came before."""
    seen: set[str] = set()
    for piece in pieces:
        fresh = []
        for content_id in piece["content_id"].to_pylist():
            fresh.append(content_id not in seen)
            seen.add(content_id)
        yield piece.filter(pa.array(fresh, pa.bool_()))


def merge_small(change: Change, *, now_ns: int) -> int:
    """Merge what the plan says, within a change. Returns the number of parts that were merged. Raises OSError."""
    merged = 0
    for table in TABLES:
        for group in plan_merges(change.parts_of(table), now_ns=now_ns):
            change.replace(group, merge_parts(change.root, group))
            merged += len(group)
    return merged
