"""One row per trace, whichever way its spans come together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyflare.schema.arrow import arrow_schema
from pyflare.schema.tables import SPANS, TRACES
from pyflare.store.compaction.traces import summarise
from pyflare.store.parts import conform
from pyflare.store.scratch import fetch, scratch
from pyflare.store.summary import merge_sql, summarise_sql
from tests.store.records import SECOND_NS, T0_NS

ROOT_SCOPE = {"user_id": "root", "feature_id": "root"}


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with scratch() as found:
        yield found


def _span(number: int, **values: Any) -> dict[str, Any]:
    return {
        "project": "shop",
        "trace_id": "t",
        "span_id": f"{number:016x}",
        "parent_span_id": "p",
        "start_time": T0_NS + number,
        "duration_ns": 10,
        "operation_name": f"step {number}",
        "service_name": "bot",
        "state": "ended",
        "status_code": "unset",
        **values,
    }


def _table(spans: list[dict[str, Any]]) -> pa.Table:
    schema = arrow_schema(SPANS)
    columns = [pa.array([span.get(name) for span in spans], schema.field(name).type) for name in schema.names]
    return pa.Table.from_arrays(columns, schema=schema)


def _summary(connection: duckdb.DuckDBPyConnection, spans: list[dict[str, Any]]) -> pa.Table:
    return conform(fetch(connection, summarise_sql("FROM spans"), spans=_table(spans)), TRACES)


def _merge(connection: duckdb.DuckDBPyConnection, *summaries: pa.Table) -> pa.Table:
    return conform(fetch(connection, merge_sql("FROM rows_"), rows_=pa.concat_tables(summaries)), TRACES)


def _rows(traces: pa.Table) -> list[dict[str, Any]]:
    return sorted(traces.to_pylist(), key=lambda row: row["trace_id"])


def test_a_trace_speaks_of_its_root(connection: duckdb.DuckDBPyConnection) -> None:
    """Name, service, status, previews and scope are the root's; counts and sums are over all spans."""
    spans = [
        _span(1, duration_ns=3, user_id="child", input="early", tags=["b"], model_id="m2", input_tokens=1,
              inference_type="tool", error_type="TimeoutError"),
        _span(2, parent_span_id=None, operation_name="root", status_code="ok", duration_ns=2, input="x" * 2000,
              output="o", user_id="root", tags=["a", "b"]),
        _span(3, status_code="error", duration_ns=SECOND_NS, model_id="m1", team="t", cost_micros=5, tool_name="search"),
    ]  # fmt: skip
    (found,) = _rows(_summary(connection, spans))
    assert found == {
        "project": "shop",
        "trace_id": "t",
        "start_time": found["start_time"],
        "duration_ns": SECOND_NS + 2,
        "root_span_id": f"{2:016x}",
        "root_start_time": found["root_start_time"],
        "operation_name": "root",
        "service_name": "bot",
        "state": "ended",
        "status_code": "ok",
        "span_count": 3,
        "error_count": 1,
        "model_ids": ["m1", "m2"],
        "input_tokens": 1,
        "output_tokens": None,
        "cost_micros": 5,
        "cache_read_tokens": None,
        "unpriced_calls": 1,
        "error_types": ["TimeoutError", "error"],
        "tool_names": ["search", "step 1"],
        "user_id": "root",
        "session_id": None,
        "feature_id": None,
        "environment": None,
        "team": "t",
        "tags": ["a", "b"],
        "input_preview": "x" * 250,
        "output_preview": "o",
    }
    assert (found["start_time"].value, found["root_start_time"].value) == (T0_NS + 1, T0_NS + 2)


def test_without_a_root_the_earliest_span_speaks(connection: duckdb.DuckDBPyConnection) -> None:
    """A trace whose root is elsewhere is named by the span that began first."""
    (found,) = _rows(_summary(connection, [_span(2, input="late"), _span(1, input="early")]))
    assert (found["root_span_id"], found["operation_name"], found["input_preview"]) == (None, "step 1", "early")


def test_of_several_roots_the_earliest_speaks(connection: duckdb.DuckDBPyConnection) -> None:
    """A trace with two roots is named by the first, also if that one comes later."""
    roots = [_span(number, parent_span_id=None) for number in (5, 3)]
    first, second = (_summary(connection, [root]) for root in roots)
    (found,) = _rows(_merge(connection, first, second, _summary(connection, [_span(1)])))
    assert found["operation_name"] == "step 3"


@pytest.mark.parametrize(
    ("root", "child", "expected"),
    [
        ("unset", "unset", "unset"),
        ("unset", "error", "unset"),
        ("ok", "error", "ok"),
        ("error", "unset", "error"),
    ],
)
def test_the_root_says_how_a_trace_went(
    connection: duckdb.DuckDBPyConnection, root: str, child: str, expected: str
) -> None:
    """A root that did not fail has dealt with the error below it; `error_count` still tells of it."""
    spans = [_span(1, parent_span_id=None, status_code=root), _span(2, status_code=child)]
    (found,) = _rows(_summary(connection, spans))
    assert found["status_code"] == expected


def test_a_sum_too_large_is_unknown(connection: duckdb.DuckDBPyConnection) -> None:
    """Token counts that cannot be added up do not fail the summary of every other trace."""
    spans = [_span(1, parent_span_id=None, input_tokens=2**62), _span(2, input_tokens=2**62)]
    for found in (_summary(connection, spans), summarise(connection, _table(spans))):
        assert found["input_tokens"].to_pylist() == [None]


WORDS = st.none() | st.sampled_from(["a", "b", "c"])
NUMBERS = st.none() | st.integers(0, 1000)


@st.composite
def _spans(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Spans of a few traces. Where a root is silent about its scope the others agree: else grouping may decide."""
    spans = []
    agreed = {name: draw(WORDS) for name in ("user_id", "session_id", "environment", "team")}
    for number in range(draw(st.integers(1, 12))):
        is_root = draw(st.booleans())
        spans.append(
            _span(
                number,
                trace_id=draw(st.sampled_from(["t1", "t2"])),
                parent_span_id=None if is_root else "p",
                duration_ns=draw(NUMBERS),
                status_code=draw(st.sampled_from(["ok", "unset", "error"])),
                state=draw(st.sampled_from(["ended", "died"])),
                model_id=draw(WORDS),
                input=draw(WORDS),
                tags=draw(st.none() | st.lists(st.sampled_from(["x", "y"]), max_size=2)),
                error_type=draw(WORDS),
                tool_name=draw(WORDS),
                inference_type=draw(st.sampled_from([None, "tool", "llm"])),
                input_tokens=draw(NUMBERS),
                cache_read_tokens=draw(NUMBERS),
                usage_repeated=draw(st.sampled_from([None, True])),
                output_tokens=draw(NUMBERS),
                cost_micros=draw(NUMBERS),
                feature_id="root" if is_root else draw(WORDS),
                **agreed,
            )
        )
    return spans


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spans=_spans(), cuts=st.lists(st.integers(0, 12), min_size=2, max_size=2))
def test_any_grouping_gives_the_same_row(
    connection: duckdb.DuckDBPyConnection, spans: list[dict[str, Any]], cuts: list[int]
) -> None:
    """Merging the summaries of pieces, in either association, is the summary of the whole."""
    first, second = sorted(cuts)
    pieces = [_summary(connection, piece) for piece in (spans[:first], spans[first:second], spans[second:])]
    whole = _rows(_summary(connection, spans))
    left = _merge(connection, _merge(connection, pieces[0], pieces[1]), pieces[2])
    right = _merge(connection, pieces[2], _merge(connection, pieces[1], pieces[0]))
    assert _rows(left) == whole
    assert _rows(right) == whole
