"""What shipping a span costs the traced process, against OpenTelemetry's own OTLP exporter.

CPU time of the whole process, per span, over HTTP with gzip to a collector that
throws everything away. Ours reads the journal from disk, encodes, sends, and
writes down what was acknowledged; theirs encodes and sends spans held in memory.
Each run has a process of its own.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from benchmarks.row import BenchRow

SPANS = 20_000
BATCH = 512
ROUNDS = 3
QUICK_ROUNDS = 1
QUESTION = ("How do I return a parcel that was delivered to my neighbour? " * 4)[:200]
ANSWER = ("You can start a return within thirty days. Bring the parcel to any pick-up point. " * 8)[:500]


def sink() -> None:
    """A collector that throws everything away. Prints its port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


def ours(endpoint: str) -> float:
    """CPU microseconds a span, from the shipper's start to the end of `flush`."""
    from pyflare.config import Settings
    from pyflare.schema.records import SPAN_END_TAG, SPAN_START_TAG, encode_record
    from pyflare.store.journal.writer import JournalWriter
    from pyflare.tracing.shipping import Destination, Shipper

    destination = Destination(endpoint=endpoint)
    fields = {"model_id": "gpt-4o", "provider": "openai", "input_tokens": 50, "output_tokens": 120}
    with tempfile.TemporaryDirectory() as folder:
        writer = JournalWriter(Path(folder), service_name="bench", keep=False, destinations=(destination.name,))
        content = json.dumps({"question": QUESTION}).encode(), json.dumps(ANSWER).encode()
        for number in range(SPANS):
            ids = number.to_bytes(16, "big"), number.to_bytes(8, "big"), None
            head = (*ids, "answer", "llm", time.time_ns(), content[0], {"user_id": "u-1"}, fields)
            writer.write(encode_record((SPAN_START_TAG, *head)))
            writer.write(encode_record((SPAN_END_TAG, *head, 1_000_000, content[1], 1)))
        shipper = Shipper(writer.root, writer, destination, Settings())
        began_ns = time.process_time_ns()
        shipper.start()
        assert shipper.flush(120)
        spent_ns = time.process_time_ns() - began_ns
        writer.close()
        shipper.stop(10)
    return spent_ns / SPANS / 1000


def theirs(endpoint: str) -> float:
    """CPU microseconds a span, from the first export to the end of the last."""
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope
    from opentelemetry.trace import SpanContext, Status, StatusCode, TraceFlags

    attributes: dict[str, str | int] = {
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.provider.name": "openai",
        "gen_ai.usage.input_tokens": 50,
        "gen_ai.usage.output_tokens": 120,
        "gen_ai.operation.name": "chat",
        "pyflare.inference_type": "llm",
        "user.id": "u-1",
        "input.value": json.dumps({"question": QUESTION}),
        "input.mime_type": "application/json",
        "output.value": json.dumps(ANSWER),
        "output.mime_type": "application/json",
    }
    resource = Resource({"service.name": "bench"})
    spans = [
        ReadableSpan(
            name="answer",
            context=SpanContext(number + 1, number + 1, is_remote=False, trace_flags=TraceFlags(1)),
            resource=resource,
            attributes=attributes,
            instrumentation_scope=InstrumentationScope("bench"),
            status=Status(StatusCode.OK),
            start_time=1,
            end_time=2,
        )
        for number in range(SPANS)
    ]
    exporter = OTLPSpanExporter(f"{endpoint}/v1/traces", compression=Compression.Gzip)
    began_ns = time.process_time_ns()
    for first in range(0, SPANS, BATCH):
        exporter.export(spans[first : first + BATCH])
    return (time.process_time_ns() - began_ns) / SPANS / 1000


SIDES = {"theirs": theirs, "ours": ours}


def _in_process(side: str, endpoint: str) -> float:
    command = [sys.executable, "-m", "benchmarks.shipping", side, endpoint]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def rows(*, quick: bool = False) -> list[BenchRow]:
    """The lines of the table."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.shipping", "sink"], stdout=subprocess.PIPE, text=True
    ) as collector:
        assert collector.stdout is not None
        endpoint = f"http://127.0.0.1:{collector.stdout.readline().strip()}"
        try:
            rounds = [[_in_process(side, endpoint) for side in SIDES] for _ in range(QUICK_ROUNDS if quick else ROUNDS)]
        finally:
            collector.terminate()
    theirs_us, ours_us = (statistics.median(values) for values in zip(*rounds, strict=True))
    return [
        BenchRow(
            what="shipping over OTLP, CPU per span, against OpenTelemetry's exporter",
            bar="",
            measured=f"{statistics.median(mine / other for other, mine in rounds):.2f}×",
            ok=True,
            beside=f"{ours_us:.1f} µs, {theirs_us:.1f} µs",
        )
    ]


def main() -> None:
    """Print the lines."""
    for row in rows():
        print(f"{row.what}: {row.measured} ({row.beside})")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(SIDES[sys.argv[1]](sys.argv[2]))
    elif sys.argv[1:] == ["sink"]:
        sink()
    else:
        main()
