"""Compaction makes the folder small."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry import trace as otel
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

import pyflare
from benchmarks.size import BAR, QUICK_REQUESTS, REQUESTS, ended_spans, measure, otlp_json
from pyflare.tracing.shipping.encode import encode_request

QUICK_BAR = 0.125
"""A tenth of the traffic has a tenth of what compresses well."""


@pytest.mark.parametrize(
    ("requests", "bar"),
    [(QUICK_REQUESTS, QUICK_BAR), pytest.param(REQUESTS, BAR, marks=[pytest.mark.slow, pytest.mark.timeout(300)])],
)
def test_a_tenth_of_otlp_json(requests: int, bar: float) -> None:
    """The demo's spans, their traces and payloads take at most a tenth of the bytes they have as OTLP/JSON."""
    spans, as_json, in_parts, _ = measure(requests)
    assert spans > 5 * requests
    assert in_parts <= bar * as_json


def test_the_json_is_otlp(tmp_path: Path) -> None:
    """What the folder is compared with can be read back as the request that PyFlare would ship."""
    pyflare.init(service="size", path=tmp_path)
    with (
        pyflare.span("outer", model="small", user="ann", retries=3, share=0.5, tags=["a", "b"]) as outer,
        pyflare.span("inner", links=[otel.Link(outer.get_span_context())], input={"q": "größer"}) as inner,
    ):
        inner.add_event("seen", {"times": 2})
    pyflare.shutdown()
    ((info, spans),) = ended_spans(tmp_path)
    read_back = json.loads(otlp_json(info, spans), object_hook=_ids_in_base64)
    request = ParseDict(read_back, ExportTraceServiceRequest())
    assert request == ExportTraceServiceRequest.FromString(encode_request(info, spans))
    assert len(spans) == 2


def _ids_in_base64(carrier: dict[str, Any]) -> dict[str, Any]:
    ids = carrier.keys() & {"traceId", "spanId", "parentSpanId"}
    return {**carrier, **{name: base64.b64encode(bytes.fromhex(carrier[name])).decode() for name in ids}}
