"""Content that came as log records, read with its trace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

import pyflare
from pyflare.schema.records import REQUEST_TAG, encode_record
from pyflare.store.compaction import compact
from tests.store.records import T0_NS, open_journal, span_id, trace_id

MESSAGES = [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]


def spans() -> bytes:
    request = ExportTraceServiceRequest()
    span = request.resource_spans.add().scope_spans.add().spans.add(name="chat", trace_id=trace_id(1))
    span.span_id = span_id(1)
    span.start_time_unix_nano = T0_NS
    span.end_time_unix_nano = T0_NS + 1000
    span.attributes.add(key="gen_ai.operation.name").value.string_value = "chat"
    return encode_record((REQUEST_TAG, "traces", T0_NS, request.SerializeToString()))


def logs() -> bytes:
    request = ExportLogsServiceRequest()
    record = request.resource_logs.add().scope_logs.add().log_records.add(trace_id=trace_id(1), span_id=span_id(1))
    record.time_unix_nano = T0_NS + 500
    record.event_name = "gen_ai.client.inference.operation.details"
    record.attributes.add(key="gen_ai.input.messages").value.string_value = json.dumps(MESSAGES)
    return encode_record((REQUEST_TAG, "logs", T0_NS, request.SerializeToString()))


def write(root: Path, *records: bytes) -> None:
    writer = open_journal(root)
    for record in records:
        assert writer.write(record)
    writer.close()


@pytest.mark.parametrize("first", [spans, logs], ids=["span first", "record first"])
def test_in_different_commits(tmp_path: Path, first) -> None:
    """The trace has the content although its log record was stored in another commit than its span."""
    second = logs if first is spans else spans
    write(tmp_path, first())
    compact(tmp_path)
    write(tmp_path, second())
    for _ in range(2):
        with pyflare.open(tmp_path, compact=False) as workspace:
            (span,) = workspace.trace(trace_id(1).hex())
            assert span.input == MESSAGES
            assert span.output is None
        compact(tmp_path)


def test_in_one_commit_of_two_processes(tmp_path: Path) -> None:
    """Where span and record go into parts together, the span has its content for every query."""
    write(tmp_path, spans())
    write(tmp_path, logs())
    compact(tmp_path)
    with pyflare.open(tmp_path, compact=False) as workspace:
        (row,) = workspace.sql("SELECT input FROM spans").to_pylist()
        assert json.loads(row["input"]) == MESSAGES


def test_the_view_of_what_was_logged(tmp_path: Path) -> None:
    """The view `contents` gives the content of every call, whenever its record came."""
    write(tmp_path, spans())
    compact(tmp_path)
    write(tmp_path, logs())
    with pyflare.open(tmp_path, compact=False) as workspace:
        (row,) = workspace.sql("SELECT trace_id, span_id, name, input, output FROM contents").to_pylist()
        assert json.loads(row.pop("input")) == MESSAGES
        assert row == {
            "trace_id": trace_id(1).hex(),
            "span_id": span_id(1).hex(),
            "name": "gen_ai.client.inference.operation.details",
            "output": None,
        }
