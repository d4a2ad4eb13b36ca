"""Records become the columns of their tables."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyflare.schema.arrow import arrow_schema
from pyflare.schema.records import Payload, Row, SpanEnd, SpanStart, encode_record
from pyflare.schema.tables import TABLES
from pyflare.store.decode import Batch, JournalDecoder, SpanState, tables, typed_value, unknown_rows
from pyflare.store.decode.rows import ROW_TABLES
from tests.store.records import INFO, SECOND_NS, T0_NS, end, payload, row, span_id, start, trace_id, verdict


def _decode(*records: bytes) -> dict[str, pa.Table]:
    decoder = JournalDecoder(INFO)
    decoder.feed(records)
    return tables([decoder.take()])


def _span(*records: bytes) -> dict[str, Any]:
    (found,) = _decode(*records)["spans"].to_pylist()
    return dict(found)


def test_a_span_fills_its_columns() -> None:
    """Every field of an end record, and what the journal says of its process, stand in their columns."""
    record = end(
        1,
        2,
        parent=3,
        duration_ns=5,
        status=2,
        name="answer",
        kind="llm",
        input=b'{"q":"hi"}',
        output=b'"ho"',
        scope={"user_id": "ann", "tags": ["a", "b"]},
        fields={"model_id": "m", "input_tokens": 7, "time_to_first_chunk_ns": 4},
        status_message="broke",
        attributes={"s": "x", "n": 1},
        events=[(T0_NS + 1, "exception", {"exception.type": "E"})],
        links=[(trace_id(8), span_id(9), "k=v", {"why": "because"})],
        span_kind=2,
        scope_name="lib",
        scope_version="1.0",
        trace_state="a=b",
    )
    found = _span(record)
    assert found["trace_id"] == f"{1:032x}"
    assert found["span_id"] == f"{2:016x}"
    assert found["parent_span_id"] == f"{3:016x}"
    assert found["start_time"].value == T0_NS
    assert found["events"] == [
        {"time": found["start_time"] + found["start_time"].resolution, "name": "exception",
         "attributes": '{"exception.type":"E"}'}
    ]  # fmt: skip
    assert found["links"] == [
        {"trace_id": f"{8:032x}", "span_id": f"{9:016x}", "trace_state": "k=v", "attributes": '{"why":"because"}'}
    ]
    rest = {name: found[name] for name in found if name not in {"events", "links", "start_time"} and found[name]}
    assert rest == {
        "project": "shop",
        "trace_id": f"{1:032x}",
        "span_id": f"{2:016x}",
        "parent_span_id": f"{3:016x}",
        "trace_state": "a=b",
        "duration_ns": 5,
        "time_to_first_chunk_ns": 4,
        "service_name": "bot",
        "operation_name": "answer",
        "span_kind": "client",
        "inference_type": "llm",
        "state": "ended",
        "status_code": "error",
        "status_message": "broke",
        "error_type": "E",
        "model_id": "m",
        "input": '{"q":"hi"}',
        "output": '"ho"',
        "input_tokens": 7,
        "user_id": "ann",
        "tags": ["a", "b"],
        "attributes": [("s", "x"), ("n", "1")],
        "attribute_types": [("n", "int")],
        "resource": '{"service.name":"bot"}',
        "scope_name": "lib",
        "scope_version": "1.0",
        "writer_id": INFO.writer_id,
    }


def test_a_short_record_leaves_the_other_columns_null() -> None:
    """The hot path cuts trailing fields it does not need; they read as null, never as zero."""
    found = _span(encode_record((2, trace_id(1), span_id(2), None, "f", None, T0_NS, None, None, None, 1)))
    assert found["status_code"] == "unset"
    assert [name for name, value in found.items() if value is not None and value != []] == [
        "project", "trace_id", "span_id", "start_time", "duration_ns", "service_name", "operation_name", "span_kind",
        "state", "status_code", "resource", "writer_id",
    ]  # fmt: skip


def test_spans_come_sorted_by_start_whatever_the_order_and_journal() -> None:
    """Spans of several journals are one table in order of time, each with its own journal's columns."""
    batches = []
    for number, writer in enumerate(("a", "b")):
        info = type(INFO)(**{name: getattr(INFO, name) for name in INFO.__struct_fields__} | {"service_name": writer})
        decoder = JournalDecoder(info)
        decoder.feed([end(1, 10 * number + step, at_ns=T0_NS + 10 * step + number) for step in (2, 0, 1)])
        batches.append(decoder.take())
    found = tables(batches)["spans"]
    assert [row["service_name"] for row in found.to_pylist()] == ["a", "b", "a", "b", "a", "b"]
    assert found["start_time"].cast(pa.int64()).to_pylist() == [T0_NS + n for n in (0, 1, 10, 11, 20, 21)]


def test_an_end_supersedes_its_start() -> None:
    """Of a span that began and ended only the end becomes a row."""
    decoder = JournalDecoder(INFO)
    decoder.feed([start(1, 1), start(1, 2), end(1, 1)])
    assert len(decoder.take().spans) == 1
    (left,) = decoder.unfinished(SpanState.RUNNING).unfinished
    assert left.span_id == span_id(2)


def test_an_unfinished_span_has_a_state_and_no_duration() -> None:
    """A span whose process died keeps what its start said; its duration is unknown, not zero."""
    decoder = JournalDecoder(INFO)
    decoder.feed([start(1, 1, name="slow", input=b"1", scope={"user_id": "ann"}, fields={"model_id": "m"})])
    found = tables([decoder.unfinished(SpanState.DIED)])["spans"].to_pylist()[0]
    assert (found["state"], found["duration_ns"], found["operation_name"]) == ("died", None, "slow")
    assert (found["input"], found["user_id"], found["model_id"]) == ("1", "ann", "m")


def test_refused_traces_are_dropped_also_after_their_verdict() -> None:
    """The tail sampler's word drops what was read before it and what comes after."""
    decoder = JournalDecoder(INFO)
    decoder.feed([end(1, 1), end(2, 2), start(1, 3), verdict(1)])
    assert [span.trace_id for span in decoder.take().spans] == [trace_id(2)]
    assert decoder.unfinished(SpanState.RUNNING).unfinished == []
    decoder.feed([end(1, 3)])
    assert decoder.take().spans == []


def test_what_is_carried_tells_a_later_decoder_the_same() -> None:
    """Open spans, and verdicts on their traces, pass on to whoever reads the journal next."""
    before = JournalDecoder(INFO)
    before.feed([start(1, 1), start(2, 2), verdict(1), verdict(9)])
    after = JournalDecoder(INFO)
    after.feed(before.carried())
    assert [found.span_id for found in after.unfinished(SpanState.RUNNING).unfinished] == [span_id(2)]
    after.feed([end(1, 1), end(2, 2)])
    assert [span.span_id for span in after.take().spans] == [span_id(2)]
    assert len(before.carried()) == 3


def test_damaged_payloads_are_counted() -> None:
    """A whole frame that is no record is counted and does not stop the others."""
    decoder = JournalDecoder(INFO)
    decoder.feed([b"\x00", b"\x93\x02\x01\x01", b"\xc1garbage", encode_record((99, 1)), end(1, 1)])
    assert decoder.damaged == 4
    assert len(decoder.take().spans) == 1


def test_opentelemetry_attributes_fill_columns() -> None:
    """Current gen_ai names fill the columns the record leaves empty; the attributes stay as they came."""
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt",
        "gen_ai.response.model": "gpt-2026",
        "gen_ai.provider.name": "openai",
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.cache_read.input_tokens": 3,
        "gen_ai.conversation.id": "conversation",
        "session.id": "session",
        "user.id": "ann",
        "error.type": "timeout",
        "gen_ai.response.time_to_first_chunk": 0.25,
    }
    found = _span(end(1, 1, attributes=attributes))
    expected = {
        "inference_type": "llm",
        "model_id": "gpt",
        "model_version": "gpt-2026",
        "provider": "openai",
        "input_tokens": 10,
        "cache_read_tokens": 3,
        "session_id": "conversation",
        "user_id": "ann",
        "error_type": "timeout",
        "time_to_first_chunk_ns": SECOND_NS // 4,
    }
    assert {name: found[name] for name in expected} == expected
    types = dict(found["attribute_types"])
    assert {key: typed_value(text, types.get(key)) for key, text in found["attributes"]} == attributes


def test_a_record_s_own_fields_count_more_than_attributes() -> None:
    """What PyFlare's own API set is not overwritten by an attribute of the same meaning."""
    found = _span(end(1, 1, kind="agent", fields={"model_id": "own"}, scope={"user_id": "own"}, attributes={
        "gen_ai.request.model": "other", "user.id": "other", "gen_ai.operation.name": "chat",
    }))  # fmt: skip
    assert (found["model_id"], found["user_id"], found["inference_type"]) == ("own", "own", "agent")


def test_attributes_of_the_wrong_type_fill_nothing() -> None:
    """A token count that is text, or a model that is a number, stays an attribute."""
    found = _span(end(1, 1, attributes={"gen_ai.usage.input_tokens": "ten", "gen_ai.request.model": 4}))
    assert (found["input_tokens"], found["model_id"]) == (None, None)


def test_fields_without_a_column_become_attributes() -> None:
    """What a newer PyFlare wrote beside the known columns is kept."""
    found = _span(end(1, 1, fields={"invented_later": 3}, attributes={"a": "b"}))
    assert found["attributes"] == [("a", "b"), ("pyflare.invented_later", "3")]


def test_bad_values_cost_their_cell_and_no_more() -> None:
    """A value that its column cannot hold is converted or null; the rows around it are whole."""
    good = end(1, 1, at_ns=T0_NS, input=b'"x"', fields={"input_tokens": 1, "model_id": "m"})
    bad = end(1, 2, at_ns=T0_NS + 1, input=b'"\xff"', fields={"input_tokens": "many", "model_id": 4}, scope={
        "tags": "one", "user_id": b"ann"
    }, duration_ns=2**64 - 1, status=9, span_kind=77)  # fmt: skip
    first, second = _decode(good, bad)["spans"].to_pylist()
    assert (first["input"], first["input_tokens"], first["model_id"]) == ('"x"', 1, "m")
    assert (second["input"], second["input_tokens"], second["model_id"]) == ('"�"', None, "4")
    assert (second["tags"], second["user_id"]) == (["one"], "ann")
    assert (second["status_code"], second["span_kind"]) == ("unset", "internal")
    assert second["duration_ns"] == 2**62


def test_rows_split_their_maps_and_inherit_from_their_journal() -> None:
    """Maps become text and types; project, service and resource are the process' where a row has none."""
    found = _decode(
        row("predictions", prediction_id="p", timestamp=T0_NS, model_id="m", features={"age": 3, "name": "x"},
            prediction='"yes"', project="other", tags=["t"]),
        row("metrics", metric_name="n", timestamp=T0_NS, value_type="histogram",
            histogram_buckets=[{"upper_bound": 1.0, "count": 2}]),
    )  # fmt: skip
    (prediction,) = found["predictions"].to_pylist()
    assert (prediction["features"], prediction["feature_types"]) == ([("age", "3"), ("name", "x")], [("age", "int")])
    assert (prediction["project"], prediction["service_name"]) == ("other", "bot")
    assert (prediction["prediction"], prediction["tags"]) == ('"yes"', ["t"])
    (metric,) = found["metrics"].to_pylist()
    assert metric["resource"] == '{"service.name":"bot"}'
    assert metric["histogram_buckets"] == [{"upper_bound": 1.0, "count": 2}]


def test_json_columns_take_text_or_values() -> None:
    """JSON that comes as text or bytes stands as it is, any other value is encoded."""
    found = _decode(*(row("labels", prediction_id="p", timestamp=T0_NS, label=label) for label in ('"a"', b"1", [2])))
    assert found["labels"]["label"].to_pylist() == ['"a"', "1", "[2]"]


def test_vectors_come_as_lists_or_packed() -> None:
    """An embedding is a list of numbers or its little-endian float32 bytes."""
    packed = row("embeddings", embedding_id="a", timestamp=T0_NS, name="input", vector=b"\x00\x00\x80?\x00\x00\x00@")
    listed = row("embeddings", embedding_id="b", timestamp=T0_NS + 1, name="input", vector=[1, 2.5])
    broken = row("embeddings", embedding_id="c", timestamp=T0_NS + 2, name="input", vector="no")
    assert _decode(packed, listed, broken)["embeddings"]["vector"].to_pylist() == [[1.0, 2.0], [1.0, 2.5], None]


def test_a_row_without_a_time_has_that_of_its_process() -> None:
    """Rows sort and expire by time, so each has one."""
    assert _decode(row("logs", body="1"))["logs"]["timestamp"].cast(pa.int64()).to_pylist() == [INFO.started_unix_ns]


def test_payloads_of_one_content_are_one_row() -> None:
    """A payload is kept once however often it was written."""
    found = _decode(payload("id", b"text", at_ns=2), payload("id", b"text", at_ns=1), payload("other", b"\xff"))
    assert [(row["content_id"], row["content"], row["size_bytes"]) for row in found["payloads"].to_pylist()] == [
        ("id", "text", 4),
        ("other", "�", 1),
    ]


def test_rows_of_unknown_tables_are_counted() -> None:
    """Rows for a table that this version does not have are left out and counted."""
    decoder = JournalDecoder(INFO)
    decoder.feed([row("inventions", x=1), row("logs", timestamp=1)])
    batch = decoder.take()
    assert [*tables([batch])] == ["logs"]
    assert unknown_rows([batch]) == 1


IDS = st.binary(max_size=20)
JSON = st.none() | st.binary(max_size=30)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
NAMED = st.none() | st.dictionaries(st.sampled_from(TABLES["spans"].column_names) | st.text(), ANYTHING, max_size=6)
TIMES = st.integers(0, 2**64 - 1) | st.integers(-(2**63), -1)
EVENTS = st.none() | st.lists(st.tuples(TIMES, st.text(), NAMED), max_size=2)
LINKS = st.none() | st.lists(st.tuples(IDS, IDS, st.none() | st.text(), NAMED), max_size=2)
STARTS = st.builds(SpanStart, IDS, IDS, st.none() | IDS, st.text(), st.none() | st.text(), TIMES, JSON, NAMED, NAMED)
ENDS = st.builds(
    SpanEnd, IDS, IDS, st.none() | IDS, st.text(), st.none() | st.text(), TIMES, JSON, NAMED, NAMED, TIMES, JSON,
    st.integers(-5, 300), st.none() | st.text(), NAMED, EVENTS, LINKS, st.integers(-5, 300),
)  # fmt: skip
ROWS = st.sampled_from([*ROW_TABLES.values()]).flatmap(
    lambda table: st.builds(
        Row, st.just(table.name), st.dictionaries(st.sampled_from(table.column_names), ANYTHING, max_size=8)
    )
)
PAYLOADS = st.builds(Payload, st.text(), TIMES, st.binary(), st.booleans())


@given(
    ends=st.lists(ENDS, max_size=4),
    starts=st.lists(STARTS, max_size=3),
    rows=st.lists(ROWS, max_size=4),
    payloads=st.lists(PAYLOADS, max_size=3),
)
def test_whatever_a_record_holds_the_tables_have_their_schema(
    ends: list[SpanEnd], starts: list[SpanStart], rows: list[Row], payloads: list[Payload]
) -> None:
    """No content of a record, however odd, fails a batch: tables are whole, valid and of the declared types."""
    batch = Batch(info=INFO, spans=ends, unfinished=starts, rows=rows, payloads=payloads)
    found = tables([batch])
    for name, table in found.items():
        table.validate(full=True)
        assert table.schema.equals(arrow_schema(TABLES[name]))
    if ends or starts:
        assert found["spans"].num_rows == len(ends) + len(starts)


@pytest.mark.parametrize("count", [0, 1])
def test_no_records_make_no_tables(count: int) -> None:
    """An empty journal has no tables at all."""
    assert tables([Batch(info=INFO)] * count) == {}
