"""Bytes on disk after compaction, against the same spans as OTLP/JSON, on the demo's traffic.

The JSON is what OpenTelemetry's protobuf messages give, without a space in it and
with ids in hex, 512 spans to a request, as exporters send it. It has only the
previews of content that is large, while the folder has that content whole.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from benchmarks.row import BenchRow
from pyflare.schema.records import SpanEnd, WriterInfo, decode_record
from pyflare.store.compaction import compact
from pyflare.store.journal.reader import list_writers, read_frames
from pyflare.tracing.shipping.encode import encode_request

REQUESTS: Final = 3000
"""What the demo answers by default."""
QUICK_REQUESTS: Final = 300
BATCH: Final = 512
BAR: Final = 0.1
SPAN_TABLES: Final = ("spans", "traces", "payloads")
"""Where that lies which the JSON holds; the other tables are of scores, predictions and vectors."""
_DEMO: Final = """
import pathlib, sys
from examples.demo.run import run
from rich.console import Console
run(pathlib.Path(sys.argv[1]), request_count=int(sys.argv[2]), seed=1, console=Console(quiet=True))"""


def trace_demo(folder: Path, requests: int) -> None:
    """Run the demo's program, and leave what it traced in the journal of the folder."""
    command = [sys.executable, "-c", _DEMO, str(folder), str(requests)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def ended_spans(folder: Path) -> Iterator[tuple[WriterInfo, list[SpanEnd]]]:
    """The spans in the journals, writer by writer."""
    for journal in list_writers(folder):
        records = [decode_record(data) for segment in journal.segments() for data in read_frames(segment)[0]]
        yield journal.info, [record for record in records if isinstance(record, SpanEnd)]


def otlp_json(info: WriterInfo, spans: Sequence[SpanEnd]) -> bytes:
    """An export request in OTLP's JSON encoding."""
    request = MessageToDict(
        ExportTraceServiceRequest.FromString(encode_request(info, spans)), use_integers_for_enums=True
    )
    for resource in request["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                for carrier in (span, *span.get("links", ())):
                    _ids_in_hex(carrier)
    return json.dumps(request, separators=(",", ":"), ensure_ascii=False).encode()


def _ids_in_hex(carrier: dict[str, Any]) -> None:
    """OTLP/JSON has ids in hex where protobuf's own JSON has base64."""
    for name in ("traceId", "spanId", "parentSpanId"):
        if name in carrier:
            carrier[name] = base64.b64decode(carrier[name]).hex()


def json_bytes(folder: Path) -> tuple[int, int]:
    """How many spans the journals hold, and their size as OTLP/JSON in bytes."""
    count = size = 0
    for info, spans in ended_spans(folder):
        count += len(spans)
        for start in range(0, len(spans), BATCH):
            size += len(otlp_json(info, spans[start : start + BATCH]))
    return count, size


def stored_bytes(folder: Path, tables: Sequence[str] | None = None) -> int:
    """The size of the folder's files in bytes; of those of some tables, where they are named."""
    roots = [folder] if tables is None else [folder / table for table in tables]
    return sum(path.stat().st_size for root in roots for path in root.rglob("*") if path.is_file())


def measure(requests: int) -> tuple[int, int, int, int]:
    """Spans; their bytes as JSON, in parts, and those of the whole folder with all else that is in it."""
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory) / "demo"
        trace_demo(folder, requests)
        count, as_json = json_bytes(folder)
        compact(folder)
        return count, as_json, stored_bytes(folder, SPAN_TABLES), stored_bytes(folder)


def rows(*, quick: bool = False) -> list[BenchRow]:
    """The lines of the table."""
    requests = QUICK_REQUESTS if quick else REQUESTS
    count, as_json, in_parts, whole = measure(requests)
    return [
        BenchRow(
            what="bytes on disk after compaction, the demo's traffic",
            bar="at most 1/10 of OTLP/JSON",
            measured=f"1/{as_json / in_parts:.1f}",
            ok=in_parts <= BAR * as_json,
            beside=f"{in_parts / count:.0f} against {as_json / count:.0f} bytes a span, {count:,} spans; "
            f"the whole folder, vectors and scores too, is 1/{as_json / whole:.1f}",
        )
    ]
