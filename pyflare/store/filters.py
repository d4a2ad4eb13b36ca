"""Filters of the workspace's methods, as SQL conditions.

A filter is a name, such as `model`, and a function that turns its value into a
`Condition`. `FILTERS` holds them by table; whoever adds one there has added it
to `Workspace`, to the command line and to the messages that list the names.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from pyflare.errors import QueryError
from pyflare.schema.sql import quote
from pyflare.schema.tables import TABLES
from pyflare.store.hints import did_you_mean
from pyflare.store.times import unix_ns

_SYNTAX: Final = re.compile(r"[!-/:-@\[-^`{-~]")
"""ASCII punctuation but the underscore: what RE2 wants escaped, and all that it lets be."""
_STATUSES: Final = ("ok", "error", "unset")
_STATES: Final = ("ended", "running", "died")


@dataclass(frozen=True, slots=True)
class Condition:
    """A part of a WHERE clause and the values of its question marks."""

    sql: str
    parameters: tuple[Any, ...] = ()

    def __and__(self, other: Condition) -> Condition:
        return Condition(f"{self.sql} AND {other.sql}", self.parameters + other.parameters)


FindPayloads = Callable[[str], Sequence[str]]
"""Gives the ids of the payloads that hold a text; see `text_pattern`."""


@dataclass(frozen=True, slots=True)
class _Call:
    """One filter as it was given."""

    name: str
    value: Any
    time_column: str
    now_ns: int
    find_payloads: FindPayloads


Filter = Callable[[_Call], Condition]

EVERYTHING: Final = Condition("true")


def no_payloads(_: str) -> Sequence[str]:
    """A `FindPayloads` that finds none: what is too large to stand in the span is not looked into."""
    return ()


def where(
    table: str, filters: Mapping[str, Any], *, now_ns: int, find_payloads: FindPayloads = no_payloads
) -> Condition:
    """The condition that all filters of a table together make. Those that are None do not count.

    Args:
        table: A table that has filters.
        filters: Values by filter name. A list or tuple of values means any of them.
        now_ns: The present, in unix nanoseconds, for times such as "2h" ago.
        find_payloads: Gives the ids of the payloads that hold a text, for filters that look for one.

    Raises:
        QueryError: There is no such filter, or it cannot take the value.
        DataError: A time is not one.
    """
    known = filters_of(table)
    condition = EVERYTHING
    for name, value in filters.items():
        if name not in known:
            raise QueryError(f'{table} has no filter "{name}"; it has {", ".join(known)}.{did_you_mean(name, known)}')
        if value is not None:
            condition &= known[name](_Call(name, value, TABLES[table].time_column, now_ns, find_payloads))
    return condition


def filters_of(table: str) -> Mapping[str, Filter]:
    """The filters that a table has, by the name of the argument.

    Raises:
        QueryError: There is no such table.
    """
    if table not in TABLES:
        raise QueryError(
            f'there is no table "{table}"; there are {", ".join(sorted(TABLES))}.{did_you_mean(table, TABLES)}'
        )
    if table in FILTERS:
        return FILTERS[table]
    present = TABLES[table].column_names
    return {**_TIMES, **{name: build for name, (column, build) in _PLAIN.items() if column in present}}


def order_by(table: str, order: str) -> str:
    """The ORDER BY list for "column" (ascending) or "-column" (descending), nulls last.

    Raises:
        QueryError: The table has no such column.
    """
    column = order.removeprefix("-")
    known = column_names(table)
    if column not in known:
        raise QueryError(
            f'order_by: expected a column of {table}, with "-" before it for descending; '
            f"got {order!r}.{did_you_mean(column, known)}"
        )
    return f"{quote(column)} {'DESC' if order.startswith('-') else 'ASC'} NULLS LAST"


def column_names(table: str) -> tuple[str, ...]:
    """The columns of a table's view, the derived ones included."""
    definition = TABLES[table]
    return (*definition.column_names, *(column.name for column in definition.derived))


def _any_of(column: str, call: _Call, *, known: tuple[str, ...] = ()) -> Condition:
    values = _values(call)
    for value in values:
        if known and value not in known:
            raise QueryError(
                f"{call.name}: expected {', '.join(known)}; got {value!r}.{did_you_mean(str(value), known)}"
            )
    return Condition(f"{column} IN ({_marks(values)})", values)


def _one_of(*known: str, column: str) -> Filter:
    return functools.partial(_any_of, column, known=known)


def _equals(column: str) -> Filter:
    return functools.partial(_any_of, column)


def _holds(column: str) -> Filter:
    """The list column holds any of the values."""

    def build(call: _Call) -> Condition:
        values = _values(call)
        return Condition(f"list_has_any({column}, [{_marks(values)}])", values)

    return build


def _values(call: _Call) -> tuple[Any, ...]:
    values = tuple(call.value) if isinstance(call.value, list | tuple | set | frozenset) else (call.value,)
    for value in values:
        if not isinstance(value, str):
            raise QueryError(f"{call.name}: expected text or a list of texts, got {type(value).__name__}.")
    return values


def _marks(values: Iterable[Any]) -> str:
    return ", ".join("?" for _ in values) or "NULL"


def _time(comparison: str) -> Filter:
    def build(call: _Call) -> Condition:
        moment_ns = unix_ns(call.value, now_ns=call.now_ns, argument=call.name)
        return Condition(f"{call.time_column} {comparison} make_timestamp_ns({moment_ns})")

    return build


def _bound(sql: str, *, scale: float = 1) -> Filter:
    """`sql` has one question mark, which takes the number times `scale`."""

    def build(call: _Call) -> Condition:
        if isinstance(call.value, bool) or not isinstance(call.value, int | float):
            raise QueryError(f"{call.name}: expected a number, got {call.value!r}.")
        return Condition(sql, (call.value * scale,))

    return build


def _entries(column: str) -> Filter:
    """The map column has each of the entries. A value of None asks that the key is absent."""

    def build(call: _Call) -> Condition:
        if not isinstance(call.value, Mapping):
            raise QueryError(
                f"{call.name}: expected a mapping of keys to values, got {type(call.value).__name__}. "
                f'Hint: {call.name}={{"key": "value"}}.'
            )
        condition = EVERYTHING
        for key, value in call.value.items():
            condition &= _entry(column, key, value)
        return condition

    return build


def _entry(column: str, key: str, value: object) -> Condition:
    match value:
        case None:
            return Condition(f"NOT map_contains({column}, ?)", (key,))
        case str():
            return Condition(f"{column}[?] = ?", (key, value))
        case bool():
            return Condition(f"{column}[?] = ?", (key, "true" if value else "false"))
        case int() | float():
            return Condition(f"try_cast({column}[?] AS DOUBLE) = ?", (key, float(value)))
        case _:
            raise QueryError(
                f"{key}: expected text, a number, a bool or None to compare with, got {type(value).__name__}."
            )


def text_pattern(text: object) -> str:
    """The regular expression that finds a text in a column of JSON, whatever its case.

    What is looked for is written as JSON writes it. DuckDB finds a literal faster
    by a regular expression than by ILIKE.

    Raises:
        QueryError: It is no text, or an empty one.
    """
    if not isinstance(text, str) or not text:
        raise QueryError(f"text: expected a text to look for, got {text!r}.")
    return literal_pattern(json.dumps(text, ensure_ascii=False)[1:-1])


def literal_pattern(text: str) -> str:
    """The regular expression that finds a text as it stands, whatever its case."""
    return "(?i)" + _SYNTAX.sub(r"\\\g<0>", text)


def _text(*columns: str) -> Filter:
    """One of the columns holds the text. Where it is too large to stand in the span, its payload does."""

    def build(call: _Call) -> Condition:
        pattern = text_pattern(call.value)
        ways = [f"regexp_matches({column}, ?)" for column in columns]
        ids = [*call.find_payloads(call.value)]
        if not ids:
            return Condition(f"({' OR '.join(ways)})", (pattern,) * len(ways))
        large = [f"list_contains(?, {column}_ref)" for column in columns]
        return Condition(f"({' OR '.join(ways + large)})", (pattern,) * len(ways) + (ids,) * len(large))

    return build


def _in_a_span(build: Filter) -> Filter:
    """A trace of which at least one span meets the condition."""

    def of_trace(call: _Call) -> Condition:
        of_span = build(call)
        return Condition(f"trace_id IN (SELECT trace_id FROM spans WHERE {of_span.sql})", of_span.parameters)

    return of_trace


def _language(of: Literal["traces", "spans"]) -> Filter:
    """What a text in the filter language means."""

    def build(call: _Call) -> Condition:
        from pyflare.store.language import compile_filter

        if not isinstance(call.value, str):
            raise QueryError(f"{call.name}: expected a text in the filter language, got {type(call.value).__name__}.")
        return compile_filter(call.value, of=of, now_ns=call.now_ns, find_payloads=call.find_payloads)

    return build


def _labelled(call: _Call) -> Condition:
    if not isinstance(call.value, bool):
        raise QueryError(f"{call.name}: expected True or False, got {call.value!r}.")
    return Condition(f"label IS {'NOT ' if call.value else ''}NULL")


_TIMES: Final[dict[str, Filter]] = {"since": _time(">="), "until": _time("<")}
_SCOPE: Final[dict[str, Filter]] = {
    "user": _equals("user_id"),
    "session": _equals("session_id"),
    "feature": _equals("feature_id"),
    "environment": _equals("environment"),
    "team": _equals("team"),
    "tag": _holds("tags"),
    "project": _equals("project"),
}
_WORK: Final[dict[str, Filter]] = {
    "service": _equals("service_name"),
    "name": _equals("operation_name"),
    "status": _one_of(*_STATUSES, column="status_code"),
    "state": _one_of(*_STATES, column="state"),
    "min_duration_s": _bound("duration_ns >= ?", scale=1e9),
    "max_duration_s": _bound("duration_ns <= ?", scale=1e9),
    "min_cost_usd": _bound("cost_micros >= ?", scale=1e6),
}

_TEXTS: Final[dict[str, Filter]] = {
    "text": _text("input", "output"),
    "input_text": _text("input"),
    "output_text": _text("output"),
}
_PLAIN: Final = {
    name: (column, _equals(column))
    for name, column in {
        "service": "service_name",
        "model": "model_id",
        "environment": "environment",
        "project": "project",
        "trace_id": "trace_id",
        "span_id": "span_id",
        "name": "name",
    }.items()
}
"""Filters of every other table that has the column."""

FILTERS: Final[dict[str, dict[str, Filter]]] = {
    "spans": {
        **_TIMES,
        **_WORK,
        "kind": _equals("inference_type"),
        "model": _equals("model_id"),
        "provider": _equals("provider"),
        **_SCOPE,
        **_TEXTS,
        "attributes": _entries("attributes"),
        "trace_id": _equals("trace_id"),
        "span_id": _equals("span_id"),
        "where": _language("spans"),
    },
    "traces": {
        **_TIMES,
        **_WORK,
        "model": _holds("model_ids"),
        **_SCOPE,
        **{name: _in_a_span(build) for name, build in _TEXTS.items()},
        "attributes": _in_a_span(_entries("attributes")),
        "kind": _in_a_span(_equals("inference_type")),
        "trace_id": _equals("trace_id"),
        "where": _language("traces"),
    },
    "predictions": {
        **_TIMES,
        "service": _equals("service_name"),
        "model": _equals("model_id"),
        "model_version": _equals("model_version"),
        "kind": _equals("inference_type"),
        "labelled": _labelled,
        "features": _entries("features"),
        **_SCOPE,
        "attributes": _entries("attributes"),
        "prediction_id": _equals("prediction_id"),
        "trace_id": _equals("trace_id"),
    },
    "scores": {
        **_TIMES,
        "name": _equals("name"),
        "label": _equals("label"),
        "source": _equals("source"),
        "min_value": _bound("value >= ?"),
        "max_value": _bound("value <= ?"),
        "session": _equals("session_id"),
        "project": _equals("project"),
        "attributes": _entries("attributes"),
        "trace_id": _equals("trace_id"),
        "span_id": _equals("span_id"),
    },
}
"""The filters of the tables that have a method of the workspace, by the name of the argument."""
