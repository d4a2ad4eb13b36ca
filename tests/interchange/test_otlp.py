"""What came in over OTLP goes out equal, and comes in again from files of every kind."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

import pyflare
from pyflare.errors import DataError
from pyflare.interchange.export import export
from pyflare.interchange.formats import ExportFormat
from pyflare.interchange.importing import import_files
from pyflare.interchange.otlp import request
from pyflare.interchange.otlp.files import read_delimited
from pyflare.interchange.otlp.rows import plain_rows
from pyflare.interchange.sniff import ImportFormat, sniff
from pyflare.otlp import SHAPES, Signal, to_json
from pyflare.schema.records import Request, WriterInfo
from pyflare.store.decode.otlp import tables
from tests.store.otlp.messages import LOG_REQUESTS, METRIC_REQUESTS, TRACE_REQUESTS

INFO = WriterInfo(
    writer_id="w",
    schema_version=1,
    pid=1,
    host="h",
    started_unix_ns=0,
    project="default",
    service_name="s",
    resource={},
)
MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
T0_NS = 1_790_000_000_000_000_000


def values(rows: pa.Table) -> Counter[str]:
    return Counter(repr(row) for row in plain_rows(rows))


@pytest.mark.parametrize(
    ("signal", "table", "strategy"),
    [("traces", "spans", TRACE_REQUESTS), ("metrics", "metrics", METRIC_REQUESTS), ("logs", "logs", LOG_REQUESTS)],
)
def test_rows_are_the_same_again(signal: str, table: str, strategy: st.SearchStrategy[list[Request]]) -> None:
    """Whatever a request holds: its rows as a request are the same rows."""

    @MANY
    @given(strategy)
    def check(requests: list[Request]) -> None:
        taken = [Request(signal, 1, one.body) for one in requests]
        rows = tables(taken, INFO).get(table)
        if rows is None:
            return
        body = request(table, rows).SerializeToString()
        again = tables([Request(signal, 1, body)], INFO)[table]
        assert values(again) == values(rows)

    check()


def example() -> Any:
    """A span with a value of every type, and all that a span has beside its attributes."""
    nested = AnyValue(kvlist_value=KeyValueList(values=[KeyValue(key="n", value=AnyValue(int_value=1 << 60))]))
    kinds = {
        "string": AnyValue(string_value="é"),
        "bool": AnyValue(bool_value=False),
        "int": AnyValue(int_value=-(1 << 63)),
        "double": AnyValue(double_value=float("inf")),
        "bytes": AnyValue(bytes_value=b"\x00\xff"),
        "array": AnyValue(array_value=ArrayValue(values=[nested, AnyValue(bytes_value=b"x"), AnyValue()])),
        "kvlist": nested,
        "empty": AnyValue(),
    }
    attributes = [KeyValue(key=key, value=value) for key, value in kinds.items()]
    message = ExportTraceServiceRequest()
    resource = message.resource_spans.add(schema_url="https://schema/1")
    resource.resource.attributes.extend(
        [KeyValue(key="service.name", value=AnyValue(string_value="shop")), *attributes]
    )
    resource.resource.dropped_attributes_count = 2
    scope = resource.scope_spans.add(schema_url="https://schema/2")
    scope.scope.name, scope.scope.version = "lib", "1"
    scope.scope.attributes.extend(attributes)
    link = Span.Link(trace_id=b"l" * 16, span_id=b"k" * 8, trace_state="a=b", flags=257, attributes=attributes)
    scope.spans.add(
        trace_id=b"t" * 16,
        span_id=b"s" * 8,
        parent_span_id=b"p" * 8,
        trace_state="x=y",
        name="call",
        kind=3,
        start_time_unix_nano=T0_NS,
        end_time_unix_nano=T0_NS + 123,
        attributes=attributes,
        dropped_attributes_count=1,
        dropped_events_count=2,
        dropped_links_count=3,
        events=[Span.Event(time_unix_nano=T0_NS + 1, name="e", attributes=attributes, dropped_attributes_count=4)],
        links=[link],
        status=Status(code=2, message="no"),
        flags=1,
    )
    return message


def test_a_message_is_the_same_again() -> None:
    """To the last field, for a span that has them all."""
    rows = tables([Request("traces", 1, example().SerializeToString())], INFO)["spans"]
    assert to_json(request("spans", rows)) == to_json(example())


def delimited(*bodies: bytes) -> bytes:
    assert all(128 <= len(body) < 1 << 14 for body in bodies)
    return b"".join(bytes([len(body) & 0x7F | 0x80, len(body) >> 7]) + body for body in bodies)


JSON = json.dumps(to_json(example()))
BODY = example().SerializeToString()
FILES = {
    "one.json": (json.dumps(to_json(example()), indent=2).encode(), ImportFormat.OTLP_JSON),
    "lines.jsonl": (f"{JSON}\n\n{JSON}\n".encode(), ImportFormat.OTLP_JSON),
    "list.json": (f"[{JSON}, {JSON}]".encode(), ImportFormat.OTLP_JSON),
    "lines.jsonl.gz": (gzip.compress(JSON.encode()), ImportFormat.OTLP_JSON),
    "one.bin": (BODY, ImportFormat.OTLP_MESSAGE),
    "many.bin": (delimited(BODY, BODY), ImportFormat.OTLP_PROTO),
    "many.zst": (pa.compress(delimited(BODY), "zstd", asbytes=True), ImportFormat.OTLP_PROTO),
}


@pytest.mark.parametrize("name", FILES)
def test_files_of_other_programs(tmp_path: Path, name: str) -> None:
    """One message, lines or lengths, compressed or not: told from the content, and the same span once."""
    content, format = FILES[name]
    (tmp_path / name).write_bytes(content)
    assert sniff(tmp_path / name) is format
    result = import_files(tmp_path / "store", [tmp_path / name])
    assert (result.added, result.refused) == ({"spans": 1}, {})
    assert import_files(tmp_path / "store", [tmp_path / name]).added == {}
    with pyflare.open(tmp_path / "store") as workspace:
        export(workspace, tmp_path / "back.otlp.jsonl")
    assert json.loads((tmp_path / "back.otlp.jsonl").read_text()) == to_json(example())


@pytest.mark.parametrize("format", [ExportFormat.OTLP_PROTO, ExportFormat.OTLP_MESSAGE, ExportFormat.OTLP_JSON])
@pytest.mark.parametrize(
    ("signal", "record"),
    [
        ("metrics", {"name": "m", "gauge": {"dataPoints": [{"timeUnixNano": str(T0_NS), "asInt": "3"}]}}),
        ("logs", {"timeUnixNano": str(T0_NS), "body": {"stringValue": "hello"}}),
    ],
)
def test_signals_are_told_apart(tmp_path: Path, format: ExportFormat, signal: Signal, record: dict[str, Any]) -> None:
    """Protobuf does not say which signal it is of; the records do."""
    shape = SHAPES[signal]
    names = [getattr(shape, name).split("_") for name in ("resources", "scopes", "records")]
    resources, scopes, records = (first + "".join(word.title() for word in rest) for first, *rest in names)
    (tmp_path / "in.json").write_text(json.dumps({resources: [{scopes: [{records: [record]}]}]}))
    assert import_files(tmp_path / "store", [tmp_path / "in.json"]).added == {signal: 1}
    with pyflare.open(tmp_path / "store") as workspace:
        export(workspace, tmp_path / "out", format=format, tables=[signal])
    assert import_files(tmp_path / "copy", [tmp_path / "out"]).added == {signal: 1}


def test_bad_records_are_refused_alone(tmp_path: Path) -> None:
    """Each stands in quarantine with its reason, once; its neighbours are kept."""
    good = to_json(example())
    bad = json.loads(json.dumps(good))
    span = bad["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    spans = [{**span, "traceId": "00" * 16}, {**span, "startTimeUnixNano": "soon"}, {**span, "spanId": "12" * 8}]
    bad["resourceSpans"][0]["scopeSpans"][0]["spans"] = spans
    lines = [json.dumps(bad), "{not json", '{"other": 1}', json.dumps(good)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    for again in (False, True):
        result = import_files(tmp_path / "store", [tmp_path / "a.jsonl"])
        assert sum(result.refused.values()) == 4
        assert result.added == ({} if again else {"spans": 2, "quarantine": 4})
    with pyflare.open(tmp_path / "store") as workspace:
        rows = workspace.sql("SELECT source, reason, record FROM quarantine ORDER BY reason").to_pylist()
    assert {row["source"] for row in rows} == {"file:a.jsonl"}
    zeros = next(row for row in rows if "all zero" in row["reason"])
    assert json.loads(zeros["record"])["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["name"] == "call"


def test_a_file_that_is_cut_off(tmp_path: Path) -> None:
    """What is whole comes in, and the rest is said."""
    (tmp_path / "a.bin").write_bytes(delimited(BODY, BODY)[:-10])
    result = import_files(tmp_path / "store", [tmp_path / "a.bin"])
    assert result.added == {"spans": 1, "quarantine": 1}
    assert next(iter(result.refused)).startswith("expected a message of")


def test_a_length_that_is_none() -> None:
    """It is an error, and not an attempt to read so much."""
    import io

    for content in (b"\xff" * 11, b"\xff\xff\xff\xff\x7f", b"\x80"):
        with pytest.raises(DataError, match="expected"):
            list(read_delimited(io.BytesIO(content), largest_bytes=1000))


def test_a_broken_span_in_protobuf(tmp_path: Path) -> None:
    """A name that is no UTF-8 costs its span, and not the request."""
    message = example()
    other = message.resource_spans[0].scope_spans[0].spans.add()
    other.CopyFrom(message.resource_spans[0].scope_spans[0].spans[0])
    other.span_id, other.name = b"x" * 8, "broken"
    (tmp_path / "a.bin").write_bytes(message.SerializeToString().replace(b"broken", b"br\xff\xffen"))
    result = import_files(tmp_path / "store", [tmp_path / "a.bin"])
    assert result.added == {"spans": 1, "quarantine": 1}
