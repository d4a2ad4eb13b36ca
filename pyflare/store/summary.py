"""One row per trace, made from its spans.

A span is the summary of a trace that has only this span, and summaries of the
same trace merge by one rule, whichever way they are grouped: so a trace can be
summarised piece by piece as its spans arrive.

The row speaks of the trace's *representative*: its root (the earliest, where
there are several), or its earliest span as long as no root has been seen.
Scope columns are the root's where it has them, else the least of the others';
only where a root has none and its spans disagree does the grouping decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pyflare.schema.sql import quote
from pyflare.schema.tables import SCOPE_COLUMNS, TRACE_PREVIEW_CHARS, TRACES
from pyflare.schema.told import ERROR_SQL, ONCE_SQL, TOOL_SQL, UNPRICED_SQL
from pyflare.store.normalise import COUNTED_COLUMNS, SUMMED_COLUMNS

_USAGE: Final = ", ".join(f"CASE WHEN usage_repeated THEN NULL ELSE {name} END AS {name}" for name in COUNTED_COLUMNS)
"""What spans used, where no span below them says it again."""

_SPAN_ROWS: Final = f"""\
SELECT project, trace_id, start_time, epoch_ns(start_time) + duration_ns AS end_ns,
    CASE WHEN parent_span_id IS NULL THEN span_id END AS root_span_id,
    CASE WHEN parent_span_id IS NULL THEN start_time END AS root_start_time,
    operation_name, service_name, state, status_code,
    1 AS span_count, (status_code = 'error')::BIGINT AS error_count, model_id,
    {ERROR_SQL} AS failure, {TOOL_SQL} AS tool,
    {_USAGE}, coalesce({UNPRICED_SQL} AND {ONCE_SQL}, false)::BIGINT AS unpriced_calls, {", ".join(SCOPE_COLUMNS)},
    left(input, {TRACE_PREVIEW_CHARS}) AS input_preview, left(output, {TRACE_PREVIEW_CHARS}) AS output_preview,
    CASE WHEN parent_span_id IS NULL THEN span_id ELSE operation_name END AS tie
FROM ({{spans}})"""

_TRACE_ROWS: Final = """\
SELECT *, epoch_ns(start_time) + duration_ns AS end_ns, coalesce(root_span_id, operation_name) AS tie
FROM ({traces})"""

_OF_REPRESENTATIVE: Final = (
    "project",
    "root_span_id",
    "root_start_time",
    "operation_name",
    "service_name",
    "state",
    "status_code",
    "input_preview",
    "output_preview",
)
_SUMS: Final = ("span_count", "error_count", *SUMMED_COLUMNS)
LISTS: Final = {"model_ids": "model_id", "error_types": "failure", "tool_names": "tool"}
"""Lists of the different values that a trace's spans have: the name of the list, and that of the value in a span."""
_SCOPE_WORDS: Final = tuple(name for name in SCOPE_COLUMNS if name != "tags")
_UNION: Final = "nullif(list_sort(list_distinct(flatten(array_agg({0}) FILTER ({0} IS NOT NULL)))), [])"
_DISTINCT: Final = "list_sort(array_agg(DISTINCT {0}) FILTER ({0} IS NOT NULL))"


def summarise_sql(spans: str) -> str:
    """A query that yields the stored columns of `traces` from rows of `spans`."""
    return _fold(_SPAN_ROWS.format(spans=spans), {name: _DISTINCT.format(value) for name, value in LISTS.items()})


def merge_sql(traces: str) -> str:
    """A query that leaves one row per trace of rows of `traces`."""
    return _fold(_TRACE_ROWS.format(traces=traces), {name: _UNION.format(name) for name in LISTS})


def _fold(rows: str, lists: Mapping[str, str]) -> str:
    packed = ", ".join(f"{name} := {name}" for name in (*_OF_REPRESENTATIVE, *_SCOPE_WORDS))
    gathered = ", ".join(
        [
            f"arg_min(struct_pack({packed}), row(root_span_id IS NULL, coalesce(root_start_time, start_time), tie))"
            " AS representative",
            "min(start_time) AS start_time",
            "max(end_ns) AS end_ns",
            *(f"try_cast(sum({name}) AS BIGINT) AS {name}" for name in _SUMS),
            *(f"min({name}) AS {name}" for name in _SCOPE_WORDS),
            *(f"{gathered} AS {name}" for name, gathered in lists.items()),
            f"{_UNION.format('tags')} AS tags",
        ]
    )
    columns = ", ".join(f"{_EXPRESSIONS.get(name, name)} AS {quote(name)}" for name in TRACES.column_names)
    return f"SELECT {columns} FROM (SELECT trace_id, {gathered} FROM ({rows}) GROUP BY trace_id)"


_EXPRESSIONS: Final = {
    **{name: f"representative.{name}" for name in _OF_REPRESENTATIVE},
    **{
        name: f"CASE WHEN representative.root_span_id IS NULL THEN {name} "
        f"ELSE coalesce(representative.{name}, {name}) END"
        for name in _SCOPE_WORDS
    },
    "status_code": "CASE WHEN representative.root_span_id IS NULL AND error_count > 0 THEN 'error' "
    "ELSE representative.status_code END",
    "duration_ns": "end_ns - epoch_ns(start_time)",
}
