"""A column while it is being filled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.store.normalise.vector import Integers, Mask, integers, masked, np


@dataclass(frozen=True, slots=True)
class Origin:
    """Where values of a column came from."""

    column: str
    attribute: str
    dialect: str
    rows: Sequence[int] | Integers


class Filling:
    """One column: what it had, and what is put where it had nothing."""

    __slots__ = ("_found", "_index", "_made", "_old", "empty", "type")

    def __init__(self, old: pa.ChunkedArray) -> None:
        self._old = old
        self.type: pa.DataType = old.type
        self.empty: Mask = _empty(old)
        """Which rows have no value yet."""
        self._found: list[pa.Array] = []
        self._index: Integers | None = None
        self._made = 0

    def put(self, rows: Integers, values: pa.Array) -> None:
        """Set values, of which none is null, in rows that are empty."""
        if self._index is None:
            self._index = np.full(len(self.empty), -1, np.int64)
        self._index[rows] = np.arange(self._made, self._made + len(rows))
        self.empty[rows] = False
        self._found.append(values)
        self._made += len(rows)

    @property
    def changed(self) -> bool:
        """Whether anything was put."""
        return self._index is not None

    def result(self) -> Any:
        """The whole column."""
        if self._index is None:
            return self._old
        values = pa.concat_arrays(self._found) if len(self._found) > 1 else self._found[0]
        made = values.take(masked(integers(self._index), self._index < 0))
        return made if self._old.null_count == len(self._old) else pc.coalesce(self._old, made)


def _empty(column: pa.ChunkedArray) -> Mask:
    if column.null_count == len(column):
        return np.ones(len(column), bool)
    if not column.null_count:
        return np.zeros(len(column), bool)
    return np.array(pc.is_null(column))


@dataclass(slots=True)
class Trail:
    """What was filled from where, if anybody wants to know."""

    wanted: bool = False
    origins: list[Origin] = field(default_factory=list)

    def add(self, column: str, attribute: str, dialect: str, rows: Sequence[int] | Integers) -> None:
        """Note the rows that were filled."""
        if self.wanted and len(rows):
            self.origins.append(Origin(column, attribute, dialect, rows))
