"""Traces summarised by column have the same rows as those summarised in SQL."""

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pyflare.schema.arrow import arrow_schema
from pyflare.schema.tables import SPANS, TRACES
from pyflare.store.rooted import summarise_rooted
from pyflare.store.summary import summarise_sql

WORDS = st.sampled_from([None, "a", "b", "äöü" * 400])
COUNTS = st.none() | st.integers(0, 9)


@st.composite
def span_rows(draw, number):
    """One span: of one of three traces, a root or not."""
    return {
        "project": "p",
        "trace_id": f"{draw(st.integers(0, 2)):032x}",
        "span_id": f"{number:016x}",
        "parent_span_id": draw(st.sampled_from([None, "f" * 16, "e" * 16])),
        "start_time": draw(st.integers(0, 10**9)),
        "duration_ns": draw(st.none() | st.integers(0, 10**9)),
        "service_name": draw(st.sampled_from(["s", "t"])),
        "operation_name": draw(st.sampled_from(["f", "g"])),
        "span_kind": "internal",
        "state": draw(st.sampled_from(["ended", "running"])),
        "status_code": draw(st.sampled_from(["unset", "ok", "error"])),
        "model_id": draw(WORDS),
        "error_type": draw(WORDS),
        "tool_name": draw(WORDS),
        "inference_type": draw(st.sampled_from([None, "tool", "llm"])),
        "input_tokens": draw(COUNTS),
        "cache_read_tokens": draw(COUNTS),
        "output_tokens": draw(COUNTS),
        "cost_micros": draw(COUNTS),
        "usage_repeated": draw(st.sampled_from([None, False, True])),
        "user_id": draw(WORDS),
        "session_id": draw(WORDS),
        "tags": draw(st.none() | st.lists(st.sampled_from(["x", "y"]), min_size=1, max_size=2)),
        "input": draw(WORDS),
        "output": draw(WORDS),
        "writer_id": "w",
    }


@st.composite
def span_tables(draw):
    """Up to eight spans."""
    rows = [draw(span_rows(number)) for number in range(draw(st.integers(0, 8)))]
    return pa.Table.from_pylist(rows, schema=arrow_schema(SPANS))


def in_sql(spans: pa.Table) -> list[dict]:
    """The rows of traces as the SQL makes them."""
    with duckdb.connect() as connection:
        connection.register("spans", spans)
        rows = connection.sql(summarise_sql("FROM spans")).to_arrow_table()
    return sorted(rows.select(TRACES.column_names).to_pylist(), key=lambda row: row["trace_id"])


@given(span_tables())
@settings(max_examples=60, deadline=None)
def test_rows_equal_those_of_the_sql(spans: pa.Table) -> None:
    """Traces with one root have the same row either way, and all others are handed back whole."""
    rooted, others = summarise_rooted(spans)
    roots: dict[str, int] = {}
    for row in spans.to_pylist():
        roots[row["trace_id"]] = roots.get(row["trace_id"], 0) + (row["parent_span_id"] is None)
    single = {trace_id for trace_id, count in roots.items() if count == 1}
    assert set(others["trace_id"].to_pylist()) == roots.keys() - single
    expected = [row for row in in_sql(spans) if row["trace_id"] in single]
    assert sorted(rooted.to_pylist(), key=lambda row: row["trace_id"]) == expected


@given(span_tables())
@settings(max_examples=60, deadline=None)
def test_traces_of_one_span_each(spans: pa.Table) -> None:
    """Where no trace has more than a root, the rows are the same again."""
    rows = {row["trace_id"]: {**row, "parent_span_id": None} for row in spans.to_pylist()}
    alone = pa.Table.from_pylist([*rows.values()], schema=arrow_schema(SPANS))
    rooted, others = summarise_rooted(alone)
    assert others.num_rows == 0
    assert sorted(rooted.to_pylist(), key=lambda row: row["trace_id"]) == in_sql(alone)
