"""A program that knows OpenTelemetry and not PyFlare exports to a running `pyflare serve`.

python examples/receive.py
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

import pyflare

HTTP, GRPC = "127.0.0.1:14318", "127.0.0.1:14317"


@contextmanager
def receiver() -> Iterator[None]:
    """`pyflare serve`, as one would start it in another terminal; it ends as with Ctrl-C."""
    command = [sys.executable, "-m", "pyflare.cli", "serve", "--http", HTTP, "--grpc", GRPC]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            try:
                urlopen(f"http://{HTTP}/readyz").close()
                break
            except URLError:
                time.sleep(0.05)
        yield
        process.terminate()


def answer(question: str) -> None:
    """The program. Nothing in it is PyFlare's; OTEL_EXPORTER_OTLP_ENDPOINT could name the receiver as well."""
    exporter = OTLPSpanExporter(f"http://{HTTP}/v1/traces")
    provider = TracerProvider(resource=Resource({"service.name": "support-bot"}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("support")
    with tracer.start_as_current_span("answer", attributes={"session.id": "s-1"}):
        attributes = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "small", "gen_ai.prompt": question}
        with tracer.start_as_current_span("chat small", attributes=attributes) as span:
            span.set_attributes({"gen_ai.usage.input_tokens": 12, "gen_ai.usage.output_tokens": 34})
    provider.shutdown()


if __name__ == "__main__":
    with receiver():
        answer("Where is my parcel?")
    with pyflare.open() as workspace:
        print(workspace.sql("SELECT operation_name, model_id, input_tokens, output_tokens FROM spans").to_pylist())
