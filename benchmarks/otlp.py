"""From an accepted OTLP request to rows, stage by stage: 500 spans of 25 attributes and 2.7 kB each, one core.

Each stage is the CPU time of this process alone, the best of several rounds, with all stages
in each round. The limit is protobuf's own parser, which only reads; what receiving over
HTTP and gRPC costs is measured in `receiver`.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from pydoc_data.topics import topics
from typing import Any, Final

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from benchmarks.row import BenchRow
from pyflare.schema.records import REQUEST_TAG, Request, encode_record
from pyflare.store import decode
from pyflare.store.decode.otlp import columnar, objects
from pyflare.store.decode.otlp.spans import span_table
from pyflare.store.journal.reader import list_writers, read_frames
from pyflare.store.journal.writer import JournalWriter
from pyflare.store.normalise import fill

SPANS: Final = 500
ROUNDS: Final = 15
QUICK_ROUNDS: Final = 3
BAR: Final = 25_000
"""Spans per second of one core, from a request's bytes to normalised columns."""
_START_NS: Final = 1_790_000_000_000_000_000
_PROSE: Final = " ".join(" ".join(topics.values()).split()).replace("\\", "/").replace('"', "'")


def _attribute(key: str, value: Any) -> KeyValue:
    if isinstance(value, bool):
        return KeyValue(key=key, value=AnyValue(bool_value=value))
    if isinstance(value, int):
        return KeyValue(key=key, value=AnyValue(int_value=value))
    if isinstance(value, float):
        return KeyValue(key=key, value=AnyValue(double_value=value))
    if isinstance(value, list):
        return KeyValue(
            key=key, value=AnyValue(array_value=ArrayValue(values=[AnyValue(string_value=item) for item in value]))
        )
    return KeyValue(key=key, value=AnyValue(string_value=value))


def _message(source: random.Random, role: str, characters: int) -> str:
    begin = source.randrange(len(_PROSE) - characters)
    content = _PROSE[begin : begin + characters]
    return f'[{{"role":"{role}","parts":[{{"type":"text","content":"{content}"}}]}}]'


def _attributes(source: random.Random, number: int) -> dict[str, Any]:
    """What an instrumented chat call says of itself, 25 attributes."""
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.request.max_tokens": 1024,
        "gen_ai.request.temperature": source.choice([0.0, 0.2, 0.7]),
        "gen_ai.request.top_p": 1.0,
        "gen_ai.request.stream": True,
        "gen_ai.response.id": f"chatcmpl-{source.getrandbits(96):024x}",
        "gen_ai.response.model": "gpt-4o-2024-08-06",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": source.randrange(2000),
        "gen_ai.usage.output_tokens": source.randrange(800),
        "gen_ai.usage.cache_read.input_tokens": 0,
        "gen_ai.conversation.id": f"conversation-{number % 50}",
        "gen_ai.output.type": "text",
        "gen_ai.input.messages": _message(source, "user", 950),
        "gen_ai.output.messages": _message(source, "assistant", 700),
        "openai.api.type": "chat_completions",
        "server.address": "api.example.test",
        "server.port": 443,
        "user.id": f"user-{number % 100}",
        "app.feature": "search",
        "app.region": "eu-west-1",
        "app.release": "2026.11.3",
        "thread.id": source.randrange(1 << 40),
    }


def request_body(*, spans: int = SPANS, seed: int = 0) -> bytes:
    """A request as protobuf."""
    source = random.Random(seed)
    message = ExportTraceServiceRequest()
    resource_spans = message.resource_spans.add()
    resource = {"service.name": "shop", "host.name": "host-1", "telemetry.sdk.language": "python"}
    resource_spans.resource.attributes.extend(_attribute(key, value) for key, value in resource.items())
    scope_spans = resource_spans.scope_spans.add()
    scope_spans.scope.name = "opentelemetry.instrumentation.openai_v2"
    for number in range(spans):
        start_ns = _START_NS + (seed * spans + number) * 1_000_000
        scope_spans.spans.append(
            Span(
                trace_id=source.randbytes(16),
                span_id=source.randbytes(8),
                parent_span_id=source.randbytes(8) if number % 5 else b"",
                flags=0x101,
                name="chat gpt-4o",
                kind=Span.SPAN_KIND_CLIENT,
                start_time_unix_nano=start_ns,
                end_time_unix_nano=start_ns + source.randrange(10**9),
                attributes=[_attribute(key, value) for key, value in _attributes(source, number).items()],
            )
        )
    return message.SerializeToString()


def _cpu_us(work: Callable[[], object]) -> float:
    """CPU microseconds per span."""
    begun_ns = time.process_time_ns()
    work()
    return (time.process_time_ns() - begun_ns) / 1000 / SPANS


def _measure(root: Path, rounds: int) -> dict[str, float]:
    """The stages' CPU microseconds per span: the least of all rounds, after one to warm up."""
    body = request_body()
    request = Request("traces", _START_NS, body)
    writer = JournalWriter(root, service_name="bench", receives=True)
    writer.write(encode_record((REQUEST_TAG, "traces", _START_NS, body)))
    info = writer.info
    spans = span_table(objects.span_arrays([request], info), info)
    (journal,) = list_writers(root)
    (segment,) = journal.segments()

    def queryable() -> None:
        decoder = decode.JournalDecoder(info)
        decoder.feed(read_frames(segment)[0])
        decode.tables([decoder.take()])

    stages: Mapping[str, Callable[[], object]] = {
        "parse": lambda: ExportTraceServiceRequest.FromString(body),
        "append": lambda: writer.write(encode_record((REQUEST_TAG, "traces", _START_NS, body))),
        "objects": lambda: span_table(objects.span_arrays([request], info), info),
        "columnar": lambda: span_table(columnar.span_arrays([request], info), info),
        "normalise": lambda: fill(spans),
        "queryable": queryable,
    }
    for work in stages.values():
        work()
    found = [{name: _cpu_us(work) for name, work in stages.items()} for _ in range(rounds)]
    writer.close()
    return {name: min(times[name] for times in found) for name in stages}


def rows(*, quick: bool = False) -> list[BenchRow]:
    """The lines of the table."""
    with tempfile.TemporaryDirectory() as folder:
        us = _measure(Path(folder), QUICK_ROUNDS if quick else ROUNDS)
    whole_us = us["parse"] + us["append"] + us["queryable"]
    rate = 1e6 / whole_us
    return [
        BenchRow(
            what="OTLP spans made queryable, parsed, appended, decoded and normalised",
            bar=f"at least {BAR:,} spans/s",
            measured=f"{rate:,.0f}",
            ok=rate >= BAR,
            beside=f"{whole_us:.1f} µs a span: parse {us['parse']:.1f}, append {us['append']:.1f}, "
            f"read and decode {us['queryable'] - us['normalise']:.1f}, normalise {us['normalise']:.1f}",
        ),
        *(_stage(what, us[name], us["parse"]) for name, what in _STAGES.items()),
    ]


_STAGES: Final = {
    "parse": "OTLP: protobuf parsed only (the limit)",
    "append": "OTLP: appended to the journal only",
    "columnar": "OTLP: to columns by ptars and Arrow",
    "objects": "OTLP: to columns by protobuf's objects",
    "normalise": "OTLP: normalised",
}


def _stage(what: str, stage_us: float, limit_us: float) -> BenchRow:
    return BenchRow(
        what=what,
        bar="",
        measured=f"{1e6 / stage_us:,.0f} spans/s",
        ok=True,
        beside=f"{stage_us:.2f} µs a span, {limit_us / stage_us:.0%} of parse only",
    )
