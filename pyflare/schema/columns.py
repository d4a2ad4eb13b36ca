"""What a column and a table are, independent of any engine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class ColumnType(Enum):
    """The types a column may have; each engine maps them in one place."""

    STRING = "string"
    JSON = "json"  # text that is always valid JSON
    BOOL = "bool"
    INT64 = "int64"
    FLOAT64 = "float64"
    TIMESTAMP_NS = "timestamp_ns"  # UTC, nanoseconds, without a zone
    BINARY = "binary"
    STRINGS = "list<string>"
    FLOATS = "list<float32>"
    MAP = "map<string, string>"
    EVENTS = "list<struct<time, name, attributes>>"
    LINKS = "list<struct<trace_id, span_id, trace_state, attributes>>"
    BUCKETS = "list<struct<upper_bound, count>>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One stored column."""

    name: str
    type: ColumnType
    doc: str
    nullable: bool = True
    since: int = 1
    """The schema version that added the column; older parts read as null."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A column that views compute and parts do not store."""

    name: str
    sql: str
    doc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: where its parts lie, how they are sorted, what they hold."""

    name: str
    doc: str
    columns: tuple[Column, ...]
    derived: tuple[Derived, ...] = ()
    time_column: str = "timestamp"
    bloom_columns: tuple[str, ...] = ()

    @property
    def column_names(self) -> tuple[str, ...]:
        """The stored columns' names, in order."""
        return tuple(column.name for column in self.columns)
