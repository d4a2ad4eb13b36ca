"""What a column and a table are, independent of any engine."""

from __future__ import annotations

from dataclasses import dataclass, replace
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


def string(name: str, doc: str, *, nullable: bool = True, since: int = 1) -> Column:
    """A column of text."""
    return Column(name=name, type=ColumnType.STRING, doc=doc, nullable=nullable, since=since)


def integer(name: str, doc: str, *, nullable: bool = True, since: int = 1) -> Column:
    """A column of whole numbers."""
    return Column(name=name, type=ColumnType.INT64, doc=doc, nullable=nullable, since=since)


def number(name: str, doc: str) -> Column:
    """A column of numbers."""
    return Column(name=name, type=ColumnType.FLOAT64, doc=doc)


def json_text(name: str, doc: str, *, since: int = 1) -> Column:
    """A column of text that is always valid JSON."""
    return Column(name=name, type=ColumnType.JSON, doc=doc, since=since)


def moment(name: str, doc: str, *, nullable: bool = False, since: int = 1) -> Column:
    """A column of times."""
    return Column(name=name, type=ColumnType.TIMESTAMP_NS, doc=doc, nullable=nullable, since=since)


def typed_map(name: str, singular: str, doc: str) -> tuple[Column, Column]:
    """A map of text values, and beside it the type of each value that was not text."""
    return (
        Column(name=name, type=ColumnType.MAP, doc=f"{doc} Values as text; those that are not strings as JSON."),
        Column(
            name=f"{singular}_types",
            type=ColumnType.MAP,
            doc=f"For each of `{name}` that is not a string: int, double, bool, bytes, array, kvlist or empty.",
        ),
    )


def otlp(doc: str) -> Column:
    """What OTLP carries beside the named columns, for an export that equals what came in."""
    return json_text("otlp", f"{doc}, in OTLP's own words; null where there is nothing of it.", since=2)


def since_version(version: int, *columns: Column) -> tuple[Column, ...]:
    """The columns of a table that a later version of the schema added."""
    return tuple(replace(column, since=version) for column in columns)
