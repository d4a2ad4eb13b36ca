"""Records as OTLP: OpenTelemetry's names for what PyFlare keeps in columns, and nothing lost on the way."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes

from pyflare.schema.records import SpanEnd, WriterInfo, decode_record, encode_record
from pyflare.semconv import COLUMN_ATTRIBUTES
from pyflare.tracing.shipping.encode import attributes_of, encode_request

INFO = WriterInfo(
    writer_id="w",
    schema_version=1,
    pid=42,
    host="host-1",
    started_unix_ns=0,
    project="default",
    service_name="shop",
    resource={"service.name": "shop", "service.version": "3", "process.pid": 1},
)


def span(**changes: Any) -> SpanEnd:
    """A span as it is read from a journal."""
    fields: dict[str, Any] = {
        "trace_id": b"t" * 16,
        "span_id": b"s" * 8,
        "parent_span_id": None,
        "name": "work",
        "inference_type": None,
        "start_unix_ns": 1_700_000_000_000_000_000,
        "input": None,
        "scope": None,
        "fields": None,
        "duration_ns": 250,
        **changes,
    }
    record = decode_record(encode_record(SpanEnd(**fields)))
    assert isinstance(record, SpanEnd)
    return record


def sent(*spans: SpanEnd) -> Any:
    """The one resource of the request that carries the spans."""
    return ExportTraceServiceRequest.FromString(encode_request(INFO, spans)).resource_spans[0]


def sent_span(**changes: Any) -> Any:
    return sent(span(**changes)).scope_spans[0].spans[0]


def values(attributes: Any) -> dict[str, Any]:
    """Attributes of a message as Python values."""
    return {item.key: _value(item.value) for item in attributes}


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return values(value.kvlist_value.values)
    return None if kind is None else getattr(value, kind)


def test_identity_times_and_status():
    """Ids, name, kind, times, status and tracestate have places of their own."""
    message = sent_span(
        parent_span_id=b"p" * 8, span_kind=2, status_code=2, status_message="no", trace_state="a=b", name="call"
    )
    assert (message.trace_id, message.span_id, message.parent_span_id) == (b"t" * 16, b"s" * 8, b"p" * 8)
    assert (message.name, message.kind, message.trace_state) == ("call", message.SPAN_KIND_CLIENT, "a=b")
    assert message.end_time_unix_nano - message.start_time_unix_nano == 250
    assert (message.status.code, message.status.message) == (message.status.STATUS_CODE_ERROR, "no")
    assert message.flags & 1, "it was sampled"


@pytest.mark.parametrize("kind", range(5))
def test_every_kind_of_span(kind):
    """OpenTelemetry counts kinds from 0, OTLP from 1."""
    assert sent_span(span_kind=kind).kind == kind + 1


def test_a_bare_span_has_no_attributes():
    """Nothing is made up."""
    message = sent_span()
    assert not message.attributes
    assert message.kind == message.SPAN_KIND_INTERNAL
    assert message.status.code == message.status.STATUS_CODE_UNSET


def test_columns_become_opentelemetrys_attributes():
    """Native fields go out under the names of the semantic conventions."""
    fields = {
        "model_id": "gpt-4o",
        "model_version": "gpt-4o-2024",
        "provider": "openai",
        "input_tokens": 5,
        "output_tokens": 7,
        "cache_read_tokens": 1,
        "cache_write_tokens": 2,
        "reasoning_tokens": 3,
        "cost_micros": 1500,
        "error_type": "TimeoutError",
        "time_to_first_chunk_ns": 1_500_000_000,
        "input_ref": "ab" * 32,
    }
    scope = {"user_id": "u", "session_id": "c", "feature_id": "f", "environment": "e", "team": "t", "tags": ["x", "y"]}
    assert values(sent_span(inference_type="llm", fields=fields, scope=scope).attributes) == {
        gen_ai_attributes.GEN_AI_OPERATION_NAME: "chat",
        gen_ai_attributes.GEN_AI_REQUEST_MODEL: "gpt-4o",
        gen_ai_attributes.GEN_AI_RESPONSE_MODEL: "gpt-4o-2024",
        gen_ai_attributes.GEN_AI_PROVIDER_NAME: "openai",
        gen_ai_attributes.GEN_AI_USAGE_INPUT_TOKENS: 5,
        gen_ai_attributes.GEN_AI_USAGE_OUTPUT_TOKENS: 7,
        gen_ai_attributes.GEN_AI_CONVERSATION_ID: "c",
        "gen_ai.usage.cache_read.input_tokens": 1,
        "gen_ai.usage.cache_creation.input_tokens": 2,
        "gen_ai.usage.reasoning.output_tokens": 3,
        "gen_ai.response.time_to_first_chunk": 1.5,
        "error.type": "TimeoutError",
        "user.id": "u",
        "session.id": "c",
        "deployment.environment.name": "e",
        "pyflare.feature": "f",
        "pyflare.team": "t",
        "pyflare.tags": ["x", "y"],
        "pyflare.cost_micros": 1500,
        "pyflare.input_ref": "ab" * 32,
        "pyflare.inference_type": "llm",
    }


@pytest.mark.parametrize(
    ("kind", "operation"),
    [
        ("llm", "chat"),
        ("embedding", "embeddings"),
        ("tool", "execute_tool"),
        ("agent", "invoke_agent"),
        ("retriever", "retrieval"),
        ("classification", None),
    ],
)
def test_kinds_of_work_are_operations_where_there_is_a_word(kind, operation):
    """Kinds that the conventions do not know have no operation."""
    assert attributes_of(span(inference_type=kind)).get("gen_ai.operation.name") == operation


def test_an_operation_given_by_hand_stays():
    """What the user says is more exact than the kind."""
    attributes = attributes_of(span(inference_type="llm", attributes={"gen_ai.operation.name": "text_completion"}))
    assert attributes["gen_ai.operation.name"] == "text_completion"


def test_a_column_stands_against_an_attribute_of_its_name():
    """Where both are there, what the store shows is what goes out, once."""
    attributes = attributes_of(span(fields={"model_id": "b"}, attributes={"gen_ai.request.model": "a", "x": 1}))
    assert attributes == {"gen_ai.request.model": "b", "x": 1}


def test_content_goes_out_as_json():
    """Input and output are JSON text, and say so."""
    assert attributes_of(span(inference_type="llm", input=b'{"q":1}', output=b'"a"')) == {
        "gen_ai.operation.name": "chat",
        "pyflare.inference_type": "llm",
        "input.value": '{"q":1}',
        "input.mime_type": "application/json",
        "output.value": '"a"',
        "output.mime_type": "application/json",
    }


def test_a_tools_content_has_names_of_its_own():
    """The conventions have words for what a tool is called with and what it returns."""
    assert attributes_of(span(inference_type="tool", input=b'{"q":1}', output=b'"a"')) == {
        "gen_ai.operation.name": "execute_tool",
        "pyflare.inference_type": "tool",
        "gen_ai.tool.call.arguments": '{"q":1}',
        "gen_ai.tool.call.result": '"a"',
    }


def test_every_column_with_a_name_goes_out():
    """No column that has an attribute is forgotten."""
    columns = COLUMN_ATTRIBUTES.keys() - {"input", "output", "inference_type"}
    attributes = attributes_of(span(fields=dict.fromkeys(columns, "v")))
    assert set(attributes) == {COLUMN_ATTRIBUTES[name] for name in columns} | {"gen_ai.conversation.id"}


def test_attributes_of_every_type():
    """Values keep their types; an integer beyond 64 bits becomes text."""
    given = {
        "s": "ü",
        "b": True,
        "i": -5,
        "f": 0.5,
        "y": b"\x00",
        "n": None,
        "l": ["a", 1, [2.0]],
        "e": [],
        "d": {"k": {"v": False}, "m": {}},
    }
    assert values(sent_span(attributes=given).attributes) == given
    assert values(sent_span(attributes={"i": 2**63}).attributes) == {"i": str(2**63)}


def test_events_and_links():
    """Events keep their times and attributes, links their tracestate."""
    message = sent_span(
        events=[(5, "exception", {"exception.type": "E"}), (6, "note", None)],
        links=[(b"o" * 16, b"l" * 8, "a=b", {"why": "retry"}), (b"o" * 16, b"l" * 8, None, None)],
    )
    assert [(event.time_unix_nano, event.name, values(event.attributes)) for event in message.events] == [
        (5, "exception", {"exception.type": "E"}),
        (6, "note", {}),
    ]
    assert [(link.span_id, link.trace_state, values(link.attributes)) for link in message.links] == [
        (b"l" * 8, "a=b", {"why": "retry"}),
        (b"l" * 8, "", {}),
    ]


def test_a_project_of_its_own_stands_in_the_resource():
    """OTLP has no place for it, and a receiver must know whose the spans are."""
    info = msgspec.structs.replace(INFO, project="shop-eu")
    request = ExportTraceServiceRequest.FromString(encode_request(info, [span()]))
    assert values(request.resource_spans[0].resource.attributes)["pyflare.project"] == "shop-eu"


def test_spans_lie_under_their_resource_and_scope():
    """One resource per process, with its own pid; one scope per library."""
    resource = sent(span(), span(scope_name="lib", scope_version="1"), span())
    assert values(resource.resource.attributes) == {
        "service.name": "shop",
        "service.version": "3",
        "host.name": "host-1",
        "process.pid": 42,
    }
    assert [(scope.scope.name, scope.scope.version, len(scope.spans)) for scope in resource.scope_spans] == [
        ("pyflare", "", 2),
        ("lib", "1", 1),
    ]
