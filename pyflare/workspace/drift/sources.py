"""From the names of columns, as users write them, to the SQL that reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal

from pyflare.errors import QueryError
from pyflare.schema.columns import ColumnType
from pyflare.schema.sql import quote
from pyflare.schema.tables import TABLES
from pyflare.store.language.fields import FIELDS, RESOURCE_SQL, Field, Place, Type, field_of, resource_pointer
from pyflare.workspace.drift.monitor import MonitoredTable

Kind = Literal["number", "category", "vector", "text"]
"""What a column holds; `text` where something is measured of a text, as `input.words` is."""

MAPS: Final[Mapping[str, tuple[str, str]]] = {
    "attributes": ("attributes", "attribute_types"),
    "attribute": ("attributes", "attribute_types"),
    "attr": ("attributes", "attribute_types"),
    "features": ("features", "feature_types"),
}
"""Columns with a key each, by what comes before the first point: where the values lie, and where their types."""
USUAL: Final[Mapping[str, tuple[str, ...]]] = {
    "spans": ("status", "latency", "model", "input_tokens", "output_tokens", "cost", "finish_reason", "tool", "error"),
    "traces": ("status", "latency", "errors", "span_count", "input_tokens", "output_tokens", "cost"),
    "predictions": ("prediction_value", "prediction_score", "prediction"),
    "scores": ("value", "label"),
    "embeddings": ("vector",),
}
"""What is looked at where no columns are named, beside attributes and features."""
PARTS: Final = ("characters", "words", "digits", "language", "form", "refusal", "embedding")
"""What can be compared of texts: see `pyflare.analytics.drift.text`."""
_USUAL_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "input": ("words", "language", "form"),
    "output": ("words", "language", "form", "refusal"),
}
"""What is compared of a text where no part is named."""
_SCALES: Final = {Type.DURATION: 1e-6, Type.MONEY: 1e-6}
"""Durations are compared in milliseconds, money in dollars."""
_KINDS: Final[Mapping[ColumnType, Kind]] = {
    ColumnType.STRING: "category",
    ColumnType.JSON: "category",
    ColumnType.BOOL: "category",
    ColumnType.STRINGS: "category",
    ColumnType.INT64: "number",
    ColumnType.FLOAT64: "number",
    ColumnType.FLOATS: "vector",
}
_SCORE_SQL: Final = "(SELECT arg_max(given.value, given.timestamp) FROM scores AS given WHERE given.name = ? AND given.{id} = {table}.{id})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the values of one column come from."""

    name: str
    """As the user wrote it."""
    sql: str
    parameters: tuple[str, ...] = ()
    kind: Kind | None = None
    """None where its values say it: see `of_kind`."""
    joined: str = ""
    """What the table has to be joined with for it: SQL whose question marks take `joined_parameters`."""
    joined_parameters: tuple[str, ...] = ()
    map: tuple[str, str] | None = None
    """The map that it is an entry of, and the one with the types; its key is the last parameter."""

    def of_kind(self, kind: Kind) -> Source:
        """The same, read as numbers or as categories."""
        sql = f"try_cast({self.sql} AS DOUBLE)" if kind == "number" else self.sql
        return Source(name=self.name, sql=sql, parameters=self.parameters, kind=kind)

    @property
    def selected(self) -> str:
        """The expression under its name."""
        return f"{self.sql} AS {quote(self.name)}"


def source_of(table: MonitoredTable, name: str) -> Source:
    """Find a column: a field of the filter language, a column of the table, or an entry of one of its maps.

    Raises:
        QueryError: The table has none of that name, or its values cannot be compared.
    """
    head, _, key = name.partition(".")
    if table == "spans" and head in _USUAL_PARTS and key in PARTS:
        return Source(name=name, sql=head, kind="text")
    if key and (source := _entry(table, name, head.casefold(), key.strip('"'))) is not None:
        return source
    if table in ("spans", "traces"):
        field = field_of("traces" if table == "traces" else "spans", name)
        if field is not None and field.place is Place.ROW and field.type not in (Type.JSON, Type.TIME):
            return _of_field(name, field)
    for column in TABLES[table].columns:
        if column.name == name and column.type in _KINDS:
            return _of_column(name, column.type)
    known = column_names(table)
    fields = FIELDS["traces" if table == "traces" else "spans"] if table in ("spans", "traces") else ()
    near = get_close_matches(name, [*known, *(field.name for field in fields)], n=1)
    hint = f'Did you mean "{near[0]}"?' if near else f"There are {', '.join(_told(table))}."
    raise QueryError(f'{table} have no column "{name}" that can be compared. {hint}')


def column_names(table: MonitoredTable) -> tuple[str, ...]:
    """Names of a table's columns that can be compared; those with keys as `attributes.…`."""
    columns = [column.name for column in TABLES[table].columns if column.type in _KINDS]
    texts = [f"{name}.{part}" for name in _USUAL_PARTS for part in PARTS] if table == "spans" else []
    return (
        *columns,
        *texts,
        *(f"{name}.…" for name in ("attributes", "features") if name in TABLES[table].column_names),
    )


def _told(table: MonitoredTable) -> tuple[str, ...]:
    """The names that a beginner needs: the usual columns, texts, and those with keys; a table has some thirty more."""
    texts = (*_USUAL_PARTS,) if table == "spans" else ()
    keyed = tuple(name for name in column_names(table) if name.endswith(".…"))
    return (*USUAL[table], *texts, *keyed, f"and other columns of {table}")


def sources_of(table: MonitoredTable, names: Iterable[str]) -> list[Source]:
    """The same of several, texts by what is compared of them. Raises QueryError."""
    return [source_of(table, name) for name in expanded(table, names)]


def expanded(table: MonitoredTable, names: Iterable[str]) -> list[str]:
    """Names of columns, with what is compared of a text in place of the text: `input.words` and others for `input`."""
    found: list[str] = []
    for name in names:
        is_text = table == "spans" and name in _USUAL_PARTS
        found += [f"{name}.{part}" for part in _USUAL_PARTS[name]] if is_text else [name]
    return [*dict.fromkeys(found)]


def _entry(table: MonitoredTable, name: str, head: str, key: str) -> Source | None:
    if head in MAPS and MAPS[head][0] in TABLES[table].column_names:
        return Source(name=name, sql=f"{MAPS[head][0]}[?]", parameters=(key,), map=MAPS[head])
    if head == "resource" and table == "spans":
        return Source(name=name, sql=RESOURCE_SQL, parameters=(resource_pointer(key),), kind="category")
    if head in ("score", "scores") and table in ("spans", "traces"):
        sql = _SCORE_SQL.format(table=table, id="span_id" if table == "spans" else "trace_id")
        return Source(name=name, sql=sql, parameters=(key,), kind="number")
    return None


def _of_field(name: str, field: Field) -> Source:
    match field.type:
        case Type.TEXT | Type.WORD:
            return Source(name=name, sql=field.sql, kind="category")
        case Type.LIST:
            return Source(name=name, sql=_joined(field.sql), kind="category")
        case _:
            return Source(name=name, sql=f"({field.sql})::DOUBLE * {_SCALES.get(field.type, 1.0)}", kind="number")


def _of_column(name: str, type: ColumnType) -> Source:
    match _KINDS[type]:
        case "number":
            return Source(name=name, sql=f"{quote(name)}::DOUBLE", kind="number")
        case "vector":
            return Source(name=name, sql=quote(name), kind="vector")
        case _:
            sql = _joined(quote(name)) if type is ColumnType.STRINGS else f"{quote(name)}::VARCHAR"
            return Source(name=name, sql=sql, kind="category")


def _joined(sql: str) -> str:
    return f"CASE WHEN len({sql}) > 0 THEN array_to_string(list_sort({sql}), ', ') END"
