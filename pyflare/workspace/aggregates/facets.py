"""Fields that are worth filtering by, and the values they have in a scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pyflare.errors import QueryError
from pyflare.store.engine import Engine
from pyflare.store.filters import Condition
from pyflare.store.language import FIELDS, Field, clause_of
from pyflare.store.language.fields import (
    ATTRIBUTE_SQL,
    RESOURCE_SQL,
    Place,
    Type,
    field_of,
    nearest_name,
    resource_pointer,
)
from pyflare.workspace.aggregates.sources import rows, sums_up
from pyflare.workspace.scope import Of, Scope

USUAL: Final[Mapping[Of, tuple[str, ...]]] = {
    "traces": ("status", "service", "model", "name", "error", "tool", "user", "environment", "feature", "team", "tag"),
    "spans": (
        "status",
        "kind",
        "name",
        "model",
        "provider",
        "error",
        "tool",
        "agent",
        "service",
        "user",
        "environment",
        "finish_reason",
    ),
}
"""Fields that are shown where none are asked for."""
_TYPES: Final = (Type.TEXT, Type.WORD, Type.LIST)


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """One value, and how many rows have it."""

    value: str
    count: int
    filter: str
    """The filter that finds them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One field."""

    field: str
    label: str
    values: list[FacetValue]
    """The most frequent first."""
    distinct: int
    """How many values there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """Several fields of the rows of one scope."""

    total: int
    """How many rows there are."""
    facets: list[Facet]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """A field whose values are counted."""

    field: Field
    key: str | None
    listed: str = ""
    """The column of `traces` that lists the values; empty where none does."""

    @property
    def name(self) -> str:
        return self.field.name if self.key is None else f"{self.field.name}.{self.key}"

    def in_spans(self, of: Of) -> bool:
        return of == "traces" and self.field.place is not Place.ROW and not self.listed

    @property
    def value(self) -> Condition:
        if self.listed:
            return Condition(f"unnest({self.listed})")
        match self.field.place:
            case Place.ATTRIBUTES:
                return Condition(ATTRIBUTE_SQL, (self.key,))
            case Place.RESOURCE:
                return Condition(RESOURCE_SQL, (resource_pointer(str(self.key)),))
            case _:
                return Condition(f"unnest({self.field.sql})" if self.field.type is Type.LIST else self.field.sql)


def read_facets(engine: Engine, scope: Scope, of: Of, *, fields: Sequence[str] = (), limit: int = 10) -> Facets:
    """Count the values of some fields. A trace has the values that any of its spans has.

    Args:
        engine: The folder.
        scope: Which rows.
        of: Traces or spans.
        fields: Names of fields, with a key where they have one, such as `attributes.customer.tier`; the usual ones
            where none are given.
        limit: Values at most of each field.

    Raises:
        QueryError: There is no such field, its values cannot be counted, or the filter cannot be used.
    """
    is_listed = sums_up(engine)
    counted = [_counted(of, name, is_listed=is_listed) for name in fields or USUAL[of]]
    met = scope.condition(engine, of)
    condition = f"SELECT * FROM {of} WHERE {met.sql}"
    queries = [_values_sql(field, of, scope, position, limit) for position, field in enumerate(counted)]
    query = (
        f"WITH met AS ({condition}) SELECT -1 AS field, NULL AS value, count(*) AS count, 0 AS distinct_values FROM met"
    )
    for each in queries:
        query += f" UNION ALL ({each.sql})"
    # Each mention of `met` takes the parameters of the filter once: they stand in the WITH alone.
    parameters = (*met.parameters, *(parameter for each in queries for parameter in each.parameters))
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows(engine, query, parameters):
        found.setdefault(row["field"], []).append(row)
    return Facets(
        total=found[-1][0]["count"],
        facets=[_facet(field, found.get(position, [])) for position, field in enumerate(counted)],
    )


def _counted(of: Of, name: str, *, is_listed: bool) -> _Counted:
    word, dot, key = name.partition(".")
    field = field_of(of, word)
    if field is None:
        nearest = nearest_name(of, word)
        hint = f' Hint: did you mean "{nearest}"?' if nearest else ""
        raise QueryError(f'{of} have no field "{word}".{hint}')
    if field.place is Place.SCORES or field.type not in _TYPES:
        known = ", ".join(other.name for other in FIELDS[of] if other.type in _TYPES and not other.is_keyed)
        raise QueryError(f"{name}: expected a field whose values are words: {known}, or attributes.key.")
    if field.is_keyed and not key:
        raise QueryError(f"{name}: expected a key after it. Hint: {field.name}.key.")
    listed = field.in_traces if is_listed else ""
    return _Counted(field=field, key=key if dot and field.is_keyed else None, listed=listed)


def _values_sql(counted: _Counted, of: Of, scope: Scope, position: int, limit: int) -> Condition:
    value = counted.value
    source, count = "met", "count(*)"
    if counted.in_spans(of):
        source, count = f"spans WHERE {_of_met(scope)}", "count(DISTINCT trace_id)"
    trace_id = "trace_id, " if counted.in_spans(of) else ""
    return Condition(
        f"SELECT {position} AS field, value, {count} AS count, count(*) OVER () AS distinct_values "
        f"FROM (SELECT {trace_id}{value.sql} AS value FROM {source}) WHERE value IS NOT NULL GROUP BY value "
        f"ORDER BY count DESC, value LIMIT {limit}",
        value.parameters,
    )


def _of_met(scope: Scope) -> str:
    """The spans of the traces that were met."""
    if scope.is_unfiltered:
        return scope.within.sql
    return "trace_id IN (SELECT trace_id FROM met)"


def _facet(counted: _Counted, found: Sequence[Mapping[str, Any]]) -> Facet:
    values = [
        FacetValue(
            value=row["value"],
            count=row["count"],
            filter=clause_of(counted.field.name, row["value"], key=counted.key),
        )
        for row in found
    ]
    return Facet(
        field=counted.name,
        label=counted.key or counted.field.label,
        values=values,
        distinct=found[0]["distinct_values"] if found else 0,
    )
