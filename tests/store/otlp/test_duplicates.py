"""OTLP delivers at least once; each span is there once, and so is a request that was repeated whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    Gauge,
    Metric,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
)
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

from pyflare.errors import CorruptError
from pyflare.schema.records import REQUEST_TAG, encode_record
from pyflare.store.compaction import compact
from pyflare.store.live import LiveFolder
from tests.store.otlp.folder import both_ways, request, rows, write_requests
from tests.store.records import (
    SECOND_NS,
    T0_NS,
    end,
    open_journal,
    row,
    span_id,
    start,
    trace_id,
    verdict,
    write_journal,
)

COUNTS = "SELECT count(*) AS n, count(DISTINCT span_id) AS ids FROM spans"
TRACES = "SELECT trace_id, span_count, operation_name FROM traces ORDER BY trace_id"


def traces(*spans: tuple[int, int], parent: int | None = None, name: str = "sent") -> bytes:
    """The record of a request with spans given by their trace and span numbers."""
    made = [
        Span(
            trace_id=trace_id(trace),
            span_id=span_id(number),
            parent_span_id=b"" if parent is None else span_id(parent),
            name=name,
            kind=Span.SPAN_KIND_INTERNAL,
            start_time_unix_nano=T0_NS + number,
            end_time_unix_nano=T0_NS + number + 1,
        )
        for trace, number in spans
    ]
    message = ExportTraceServiceRequest(resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=made)])])
    return request("traces", message)


def test_the_same_request_twice(tmp_path: Path) -> None:
    """A request that was sent again is seen once, live and stored, and its trace counts each span once."""
    record = traces((1, 1), (1, 2))
    write_requests(tmp_path, [record, record])
    assert both_ways(tmp_path, COUNTS) == [{"n": 2, "ids": 2}]
    assert [row["span_count"] for row in rows(tmp_path, TRACES)] == [2]


def test_by_two_receivers(tmp_path: Path) -> None:
    """A span that two receivers have accepted is there once."""
    write_requests(tmp_path, [traces((1, 1), (1, 2))])
    write_requests(tmp_path, [traces((1, 2), (1, 3))])
    assert both_ways(tmp_path, COUNTS) == [{"n": 3, "ids": 3}]
    assert [row["span_count"] for row in rows(tmp_path, TRACES)] == [3]


@pytest.mark.parametrize("again", [[(1, 1), (1, 2)], [(1, 2)], [(1, 2), (1, 3)], [(2, 5), (1, 1)]])
def test_long_after_it_was_compacted(tmp_path: Path, again: list[tuple[int, int]]) -> None:
    """A span that comes again when a part holds it is left out, live and for good; what is new beside it is not."""
    write_requests(tmp_path, [traces((1, 1), (1, 2))])
    compact(tmp_path)
    write_requests(tmp_path, [traces(*again)])
    expected = len({(1, 1), (1, 2), *again})
    assert both_ways(tmp_path, COUNTS) == [{"n": expected, "ids": expected}]
    counts = {row["trace_id"]: row["span_count"] for row in both_ways(tmp_path, TRACES)}
    assert sum(counts.values()) == expected
    compact(tmp_path)
    assert rows(tmp_path, COUNTS) == [{"n": expected, "ids": expected}]


@pytest.mark.parametrize("first", ["local", "sent"])
@pytest.mark.parametrize("between", [True, False], ids=["compacted between", "together"])
def test_a_span_that_its_process_wrote_here_too(tmp_path: Path, first: str, between: bool) -> None:
    """A span written to the folder by its process and sent to a receiver of the same folder is one span."""
    local = [start(1, 1, at_ns=T0_NS + 1), end(1, 1, at_ns=T0_NS + 1, name="recorded")]
    writes = [lambda: write_journal(tmp_path, local), lambda: write_requests(tmp_path, [traces((1, 1))])]
    for number, write in enumerate(writes if first == "local" else writes[::-1]):
        write()
        if between and not number:
            compact(tmp_path)
    if between and first == "sent":  # nobody asks parts about journals in which nothing was received
        compact(tmp_path)
    assert both_ways(tmp_path, COUNTS) == [{"n": 1, "ids": 1}]


def test_a_span_that_runs_here_and_has_arrived(tmp_path: Path) -> None:
    """Of a span that is seen to run, and one that arrived ended, the one that ended is shown."""
    writer = open_journal(tmp_path)
    writer.write(start(1, 1, at_ns=T0_NS))
    write_requests(tmp_path, [traces((1, 1))])
    found = rows(tmp_path, "SELECT state, operation_name FROM spans")
    writer.close()
    assert found == [{"state": "ended", "operation_name": "sent"}]


def test_a_reader_that_stays_open(tmp_path: Path) -> None:
    """A reader leaves out what comes again, whether the first was live or has been compacted meanwhile."""
    folder = LiveFolder(tmp_path)
    one, two = (open_journal(tmp_path, receives=True) for _ in range(2))

    def live() -> list[str]:
        spans = folder.snapshot().live.get("spans")
        return [] if spans is None else sorted(spans["span_id"].to_pylist())

    one.write(traces((1, 1), (1, 2)))
    assert len(live()) == 2
    two.write(traces((1, 2), (1, 3)))
    assert len(live()) == 3
    one.close()
    compact(tmp_path)
    assert live() == [span_id(3).hex()]
    two.write(traces((1, 1), (1, 4)))
    assert live() == [span_id(3).hex(), span_id(4).hex()]
    two.close()
    compact(tmp_path)
    assert live() == []
    assert rows(tmp_path, COUNTS) == [{"n": 4, "ids": 4}]


@pytest.mark.parametrize("damage", [lambda part: part.unlink(), lambda part: part.write_bytes(b"PAR1 no more")])
def test_a_part_that_cannot_be_read(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    """Looking for repetitions in a damaged part harms no query that does not read it."""
    write_requests(tmp_path, [traces((1, 1))])
    compact(tmp_path)
    damage(next((tmp_path / "spans").glob("*.parquet")))
    write_requests(tmp_path, [traces((1, 1)), request("logs", logs(T0_NS))])
    assert rows(tmp_path, "SELECT count(*) AS n FROM logs") == [{"n": 1}]
    with pytest.raises(CorruptError):
        rows(tmp_path, COUNTS)


def logs(*times_ns: int, body: str = "hello") -> ExportLogsServiceRequest:
    records = [LogRecord(time_unix_nano=time_ns, body=AnyValue(string_value=body)) for time_ns in times_ns]
    return ExportLogsServiceRequest(resource_logs=[ResourceLogs(scope_logs=[ScopeLogs(log_records=records)])])


def gauge(time_ns: int) -> ExportMetricsServiceRequest:
    metric = Metric(name="g", gauge=Gauge(data_points=[NumberDataPoint(time_unix_nano=time_ns, as_double=1.0)]))
    return ExportMetricsServiceRequest(
        resource_metrics=[ResourceMetrics(scope_metrics=[ScopeMetrics(metrics=[metric])])]
    )


@pytest.mark.parametrize(
    ("signal", "first", "second", "expected"),
    [
        ("logs", logs(T0_NS, T0_NS), logs(T0_NS, T0_NS), 2),
        ("logs", logs(T0_NS), logs(T0_NS + 1), 2),
        ("logs", logs(T0_NS), logs(T0_NS, body="bye"), 2),
        ("logs", logs(T0_NS, 0), logs(T0_NS, 0), 4),
        ("metrics", gauge(T0_NS), gauge(T0_NS), 1),
        ("metrics", gauge(T0_NS), gauge(T0_NS + SECOND_NS), 2),
        ("metrics", gauge(0), gauge(0), 2),
    ],
)
def test_records_without_ids(tmp_path: Path, signal: str, first: Any, second: Any, expected: int) -> None:
    """A request repeated byte for byte counts once, unless a record in it does not say when it was."""
    writer = open_journal(tmp_path, receives=True, segment_bytes=(1 << 12, 1 << 12))
    writer.write(request(signal, first, at_ns=T0_NS))
    writer.write(traces(*((9, number) for number in range(100))))  # into a segment of its own
    writer.write(request(signal, second, at_ns=T0_NS + SECOND_NS))
    writer.close()
    assert both_ways(tmp_path, f"SELECT count(*) AS n FROM {signal}") == [{"n": expected}]


def test_judgements_that_come_again_with_their_span(tmp_path: Path) -> None:
    """An evaluation that a span carries is there once, however often the span comes; those without ids all stay."""
    own = row("evaluations", timestamp=T0_NS, evaluator="by hand", score=1.0)
    write_journal(tmp_path, [own, own])
    write_requests(tmp_path, [judged(), judged()])
    count = "SELECT count(*) AS n, count(evaluation_id) AS ids FROM evaluations"
    assert both_ways(tmp_path, count) == [{"n": 3, "ids": 1}]
    write_requests(tmp_path, [judged()])
    assert both_ways(tmp_path, count) == [{"n": 3, "ids": 1}]


def judged() -> bytes:
    """The record of a request with a span that bears an evaluation."""
    told = {"gen_ai.evaluation.name": "helpfulness", "gen_ai.evaluation.score.label": "pass"}
    event = Span.Event(
        name="gen_ai.evaluation.result",
        time_unix_nano=T0_NS + 5,
        attributes=[KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in told.items()],
    )
    span = Span(trace_id=trace_id(1), span_id=span_id(1), start_time_unix_nano=T0_NS, events=[event])
    message = ExportTraceServiceRequest(resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=[span])])])
    return request("traces", message)


def test_a_request_of_two_projects(tmp_path: Path) -> None:
    """The same bytes sent for two projects are two requests."""
    write_requests(tmp_path, [request("logs", logs(T0_NS), project=project) for project in ("a", "b")])
    assert both_ways(tmp_path, "SELECT project FROM logs ORDER BY 1") == [{"project": "a"}, {"project": "b"}]


def test_a_verdict_beside_the_spans(tmp_path: Path) -> None:
    """A trace that the receiver's tail sampler refuses is gone, whether its verdict comes before or after."""
    write_requests(tmp_path, [traces((1, 1), (2, 2)), verdict(1), traces((1, 3))])
    assert both_ways(tmp_path, "SELECT span_id FROM spans") == [{"span_id": span_id(2).hex()}]


def test_a_verdict_while_somebody_reads(tmp_path: Path) -> None:
    """Spans that a reader has seen are gone when the verdict on their trace comes."""
    folder = LiveFolder(tmp_path)
    writer = open_journal(tmp_path, receives=True)
    writer.write(traces((1, 1), (2, 2)))
    assert folder.snapshot().live["spans"].num_rows == 2
    writer.write(verdict(1))
    writer.write(traces((1, 3)))
    assert folder.snapshot().live["spans"]["trace_id"].to_pylist() == [trace_id(2).hex()]
    writer.close()


def test_a_verdict_after_the_spans_were_compacted(tmp_path: Path) -> None:
    """Parts give up the spans of a trace that is refused later, those of its later requests included."""
    at_ns = T0_NS
    writer = open_journal(tmp_path, receives=True, segment_bytes=(1 << 14, 1 << 14))
    writer.write(traces((1, 1), (2, 2)))
    generation = writer.generation
    while writer.generation == generation:
        writer.write(request("logs", logs(at_ns := at_ns + 1, body="x" * 1000)))
    compact(tmp_path)
    assert rows(tmp_path, COUNTS) == [{"n": 2, "ids": 2}]
    writer.write(traces((1, 3)))
    writer.write(verdict(1))
    writer.close()
    compact(tmp_path)
    assert rows(tmp_path, "SELECT trace_id FROM spans") == [{"trace_id": trace_id(2).hex()}]
    assert [row["trace_id"] for row in rows(tmp_path, TRACES)] == [trace_id(2).hex()]


def test_a_damaged_request(tmp_path: Path) -> None:
    """A request that is no protobuf is counted, and its neighbours are there."""
    write_requests(tmp_path, [encode_record((REQUEST_TAG, "traces", T0_NS, b"\xff" * 9, None)), traces((1, 1))])
    assert both_ways(tmp_path, COUNTS) == [{"n": 1, "ids": 1}]
    assert rows(tmp_path, "SELECT reason, count FROM integrity") == [{"reason": "record_damaged", "count": 1}]
