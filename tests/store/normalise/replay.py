"""Recorded provider exchanges, replayed through the real client under a real instrumentation and the real SDK.

    python -m tests.store.normalise.replay openinference NAME…

writes one line of JSON for each exchange: the OTLP requests of its spans and log records, as base64; or, of
PyFlare's own instrumentation, the rows.
An instrumentation gets a process of its own: not all of them can be taken out again.
"""

import base64
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import offline
from tests.integrations import clients, exchanges

ROOT = Path(__file__).parents[3]
HOSTS = {"openai": "https://api.openai.com", "anthropic": "https://api.anthropic.com"}
CASSETTES = ROOT.parent / "shared" / "data" / "cassettes"
INSTRUMENTORS = {
    "openinference": {
        "openai": "openinference.instrumentation.openai",
        "anthropic": "openinference.instrumentation.anthropic",
    },
    "openllmetry": {
        "openai": "opentelemetry.instrumentation.openai",
        "anthropic": "opentelemetry.instrumentation.anthropic",
    },
    "opentelemetry": {"openai": "opentelemetry.instrumentation.openai_v2"},
    "opentelemetry as events": {"openai": "opentelemetry.instrumentation.openai_v2"},
}
"""By whoever makes them, and by provider: the module that holds the instrumentor."""
OURS = "pyflare"
_CLASSES = {"openai": "OpenAIInstrumentor", "anthropic": "AnthropicInstrumentor"}
_LATEST = {"OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental"}
_CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
_ENVIRONMENTS = {
    "opentelemetry": {**_LATEST, _CAPTURE: "SPAN_ONLY"},
    "opentelemetry as events": {**_LATEST, _CAPTURE: "EVENT_ONLY", "OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT": "true"},
}


def start(maker, names):
    """A process that replays the exchanges of the providers that the maker instruments."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.store.normalise.replay", maker, *names]
    environment = {**os.environ, **_ENVIRONMENTS.get(maker, {})}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def requests_of(process):
    """The OTLP requests that such a process wrote, by the exchange's name."""
    out, complaints = process.communicate(timeout=100)
    assert process.returncode == 0, complaints.decode()
    lines = [json.loads(line) for line in out.splitlines()]
    return {line["name"]: _made(line) for line in lines}


def _made(line):
    if "rows" in line:
        return line["rows"]
    return {signal: base64.b64decode(line[signal]) for signal in ("traces", "logs")}


def provider_of(name):
    return "anthropic" if "anthropic" in name else "openai"


def main(maker, names):
    record(names) if maker == OURS else convey(maker, names)


def record(names):
    """PyFlare's own instrumentation writes a folder; one line of JSON holds the rows of each exchange."""
    import pyflare
    from pyflare.testing import strict

    folder = tempfile.mkdtemp()
    pyflare.init(path=folder, service="s")
    pyflare.instrument("openai", "anthropic")
    with strict():
        for name in names:
            with pyflare.span(name):
                replay(CASSETTES / name, provider_of(name))
    with pyflare.open(folder, compact=False) as workspace:
        for name in names:
            (root,) = workspace.spans(name=name, limit=None)
            rows = workspace.spans(trace_id=root["trace_id"], limit=None)
            print(
                json.dumps({"name": name, "rows": [row for row in rows if row["operation_name"] != name]}, default=str)
            )
    pyflare.shutdown()
    shutil.rmtree(folder)


def convey(maker, names):
    """Another's instrumentation, as the OTLP requests that its spans and log records become."""
    from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
    from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    tracer_provider = TracerProvider()
    tracer_provider.add_span_processor(SimpleSpanProcessor(exporter))
    records = InMemoryLogRecordExporter()
    logger_provider = LoggerProvider()
    logger_provider.add_log_record_processor(SimpleLogRecordProcessor(records))
    for provider, module in INSTRUMENTORS[maker].items():
        instrumentor = getattr(importlib.import_module(module), _CLASSES[provider])()
        instrumentor.instrument(tracer_provider=tracer_provider, logger_provider=logger_provider)
    for name in names:
        if provider_of(name) in INSTRUMENTORS[maker]:
            replay(CASSETTES / name, provider_of(name))
            requests = {
                "traces": encode_spans(exporter.get_finished_spans()),
                "logs": encode_logs(records.get_finished_logs()),
            }
            made = {key: base64.b64encode(value.SerializeToString()).decode() for key, value in requests.items()}
            print(json.dumps({"name": name, **made}))
            exporter.clear()
            records.clear()


def replay(path, provider):
    import vcr

    exchange = next(exchanges.of(path, provider))
    with (
        vcr.use_cassette(str(path), record_mode="none", match_on=["method", "uri"]),
        clients.client(provider, HOSTS[provider]) as ask,
    ):
        try:
            ask(exchange)
        except Exception as error:
            if "Error code" not in str(error):  # otherwise the provider's answer was an error
                raise


if __name__ == "__main__":
    offline.block()
    main(sys.argv[1], sys.argv[2:])
