"""OTLP/JSON to protobuf and back."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Final

import pytest
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from pyflare.errors import DataError
from pyflare.otlp import SHAPES, decode_json, from_json, to_json
from pyflare.otlp.values import NESTING_MAX

EXAMPLES: Final = Path(__file__).parents[3] / "shared" / "data" / "otlp-examples"
TRACE_ID: Final = "5b8efff798038103d269b633813fc60c"
SPAN_ID: Final = "eee19b7ec3c1b174"


def request_of(*spans: dict[str, Any]) -> dict[str, Any]:
    return {"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]}


def span_of(**fields: Any) -> Any:
    return from_json("traces", request_of(fields)).resource_spans[0].scope_spans[0].spans[0]


def value_of(value: Any) -> Any:
    return span_of(attributes=[{"key": "k", "value": value}]).attributes[0].value


@pytest.mark.parametrize(
    ("name", "signal"), [("trace", "traces"), ("metrics", "metrics"), ("logs", "logs"), ("events", "logs")]
)
def test_examples_of_the_protocol(name: str, signal: Any) -> None:
    """The protocol's own examples are read, and written again as they were."""
    path = EXAMPLES / f"{name}.json"
    if not path.exists():
        pytest.skip(f"the protocol's examples are not here: {path}")
    document = json.loads(path.read_text())
    assert to_json(from_json(signal, path.read_bytes())) == _lower_ids(_without_defaults(document))


def _lower_ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_lower_ids(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: item.lower() if key.endswith("Id") else _lower_ids(item) for key, item in value.items()}


def _without_defaults(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_defaults(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _without_defaults(item)
        for key, item in value.items()
        if item not in ("", 0, False, "0") or key.endswith("Value") or key in ("asInt", "min")
    }


@pytest.mark.parametrize("text", [TRACE_ID, TRACE_ID.upper(), "W47/95gDgQPSabYzgT/GDA=="])
def test_ids(text: str) -> None:
    """Ids are hex in either case; base64, as some senders write them, is understood."""
    assert span_of(traceId=text).trace_id.hex() == TRACE_ID


def test_base64_ids_are_remarked_upon() -> None:
    """A sender that writes ids as base64 is told so, once."""
    span = {"traceId": "W47/95gDgQPSabYzgT/GDA==", "spanId": "7uGbfsPBsXQ="}
    decoded = decode_json("traces", json.dumps(request_of(span, span)).encode())
    assert list(decoded.notes) == [
        "trace_id: expected 32 hex digits, got base64; it was read as that",
        "span_id: expected 16 hex digits, got base64; it was read as that",
    ]
    assert decoded.message.resource_spans[0].scope_spans[0].spans[1].span_id.hex() == SPAN_ID


@pytest.mark.parametrize(
    ("value", "expected"),
    [("12", 12), (12, 12), (-(2**63), -(2**63)), (str(2**63 - 1), 2**63 - 1), (1e9, 10**9), ("-0", 0)],
)
def test_integers(value: Any, expected: int) -> None:
    """64-bit integers may be text or numbers."""
    assert value_of({"intValue": value}).int_value == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(1, 1.0), (1.5, 1.5), ("1.5", 1.5), ("Infinity", math.inf), ("-Infinity", -math.inf)]
)
def test_doubles(value: Any, expected: float) -> None:
    """Doubles may be numbers or text, and the text may say infinity."""
    assert value_of({"doubleValue": value}).double_value == expected
    assert math.isnan(value_of({"doubleValue": "NaN"}).double_value)


def test_values_of_every_kind() -> None:
    """Empty values, bytes, arrays and kvlists are values too."""
    assert value_of({"bytesValue": "AP8="}).bytes_value == b"\x00\xff"
    assert value_of({"bytesValue": "AP_-"}).bytes_value == b"\x00\xff\xfe"
    assert value_of({"boolValue": False}).WhichOneof("value") == "bool_value"
    assert value_of({"stringValue": ""}).WhichOneof("value") == "string_value"
    assert value_of({"arrayValue": {"values": [{}, {"intValue": 1}]}}).array_value.values[1].int_value == 1
    assert value_of({"arrayValue": {}}).WhichOneof("value") == "array_value"
    kvlist = value_of({"kvlistValue": {"values": [{"key": "a"}, {"key": "b", "value": {"boolValue": True}}]}})
    assert kvlist.kvlist_value.values[1].value.bool_value
    assert value_of({}).WhichOneof("value") is None
    assert value_of(None).WhichOneof("value") is None


def test_unknown_fields_and_nulls() -> None:
    """Unknown fields are ignored wherever they are, and null means absent."""
    request = request_of({"name": None, "kind": 2, "new": [{"deep": {}}], "attributes": None, "trace_id": "x"})
    request["more"] = 1
    assert to_json(from_json("traces", request)) == request_of({"kind": 2})


def test_enum_names() -> None:
    """An enum by name is understood, and its sender told."""
    decoded = decode_json("traces", json.dumps(request_of({"kind": "SPAN_KIND_SERVER"})).encode())
    assert decoded.message.resource_spans[0].scope_spans[0].spans[0].kind == 2
    assert list(decoded.notes) == ["SpanKind: expected a number, got its name 'SPAN_KIND_SERVER'; it was read as 2"]


@pytest.mark.parametrize(
    ("signal", "resources", "scopes", "records"),
    [
        ("traces", "resourceSpans", "instrumentationLibrarySpans", "spans"),
        ("metrics", "resourceMetrics", "instrumentationLibraryMetrics", "metrics"),
        ("logs", "resourceLogs", "instrumentationLibraryLogs", "logRecords"),
    ],
)
def test_instrumentation_libraries(signal: Any, resources: str, scopes: str, records: str) -> None:
    """What scopes were called before OTLP 0.15 is read."""
    old = {resources: [{scopes: [{"instrumentationLibrary": {"name": "lib"}, records: [{}, {}]}]}]}
    shape = SHAPES[signal]
    (scope,) = getattr(getattr(from_json(signal, old), shape.resources)[0], shape.scopes)
    assert scope.scope.name == "lib"
    assert len(getattr(scope, shape.records)) == 2


@pytest.mark.parametrize(
    ("span", "reason"),
    [
        ({"name": 5}, "Expected `str | null`, got `int` - at `$.name`"),
        ({"traceId": "xyz"}, "traceId: expected 32 hex digits, got 'xyz'"),
        ({"spanId": "eee19b7ec3c1b17g"}, "spanId: expected 16 hex digits, got 'eee19b7ec3c1b17g'"),
        ({"startTimeUnixNano": "soon"}, "startTimeUnixNano: expected an integer, got 'soon'"),
        ({"startTimeUnixNano": -1}, "startTimeUnixNano: Value out of range: -1"),
        ({"startTimeUnixNano": "1_000"}, "startTimeUnixNano: expected an integer, got '1_000'"),
        ({"startTimeUnixNano": 1.5}, "startTimeUnixNano: expected an integer, got '1.5'"),
        ({"kind": "SERVER"}, "kind: expected an integer, got 'SERVER'"),
        ({"status": {"code": "x"}}, "status: code: expected an integer, got 'x'"),
        (
            {"attributes": [{"key": "k", "value": {"doubleValue": "1e999"}}]},
            "attributes: expected a number, NaN, Infinity or -Infinity, got '1e999'",
        ),
        (
            {"attributes": [{"key": "k", "value": {"doubleValue": "much"}}]},
            "attributes: expected a number, NaN, Infinity or -Infinity, got 'much'",
        ),
        ({"attributes": [{"key": "k", "value": {"bytesValue": "!"}}]}, "attributes: expected base64, got '!'"),
        ({"attributes": [{"value": 1}]}, "Expected `object | null`, got `int` - at `$.attributes[0].value`"),
        (
            {"attributes": [{"value": {"intValue": 1 << 63}}]},
            "attributes: Value out of range: 9223372036854775808",
        ),
    ],
)
def test_unreadable_records(span: dict[str, Any], reason: str) -> None:
    """A record that cannot be read is refused alone, with the reason and the record as it came."""
    good = {"name": "good"}
    decoded = decode_json("traces", json.dumps(request_of(good, span, good)).encode())
    assert to_json(decoded.message) == request_of(good, good)
    (fault,) = decoded.faults
    assert fault.reason == reason
    assert json.loads(fault.record) == span
    with pytest.raises(DataError) as raised:
        from_json("traces", request_of(span))
    assert str(raised.value) == reason


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "Input data was truncated"),
        (b"{", "Input data was truncated"),
        (b"[]", "Expected `object`, got `array`"),
        (b'{"resourceSpans": 5}', "Expected `array | null`, got `int` - at `$.resourceSpans`"),
        (b'{"resourceSpans": [{"resource": []}]}', "Expected `object | null`, got `array` - at `$.resourceSpans[0]"),
        (b'"\xff"', "'utf-8' codec can't decode byte 0xff"),
        (b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "expected values nested less deep"),
        (b'{"resourceSpans": []} {}', "trailing characters"),
    ],
)
def test_requests_that_are_none(body: bytes, reason: str) -> None:
    """What is no OTLP/JSON at all is an error that says where."""
    with pytest.raises(DataError) as raised:
        decode_json("traces", body)
    assert str(raised.value).startswith("expected OTLP/JSON of traces: ")
    assert reason in str(raised.value)


def test_nesting() -> None:
    """Values nest as deep as protobuf can carry them, and no deeper."""
    value: dict[str, Any] = {"intValue": "1"}
    for _ in range(NESTING_MAX):
        value = {"kvlistValue": {"values": [{"key": "k", "value": value}]}}
    request = request_of({"events": [{"attributes": [{"key": "k", "value": value}]}]})
    message = from_json("traces", request)
    assert to_json(type(message).FromString(message.SerializeToString())) == request
    with pytest.raises(DataError, match="nested at most 28 deep"):
        value_of({"arrayValue": {"values": [value]}})


def test_presence() -> None:
    """A value that is set to its default is not the same as none: an integer 0, a sum of 0."""
    points = [{"asInt": "0"}, {"asDouble": 0.0}, {}]
    histogram = {"dataPoints": [{"sum": 0.0, "bucketCounts": ["0", "18446744073709551615"]}, {}]}
    for data in ({"gauge": {"dataPoints": points}}, {"histogram": histogram}):
        request = {"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "m", **data}]}]}]}
        assert to_json(from_json("metrics", request)) == request


_texts = st.text(max_size=5)
_values = st.recursive(
    st.one_of(
        st.builds(AnyValue),
        st.builds(AnyValue, string_value=_texts),
        st.builds(AnyValue, int_value=st.integers(-(2**63), 2**63 - 1)),
        st.builds(AnyValue, double_value=st.floats(allow_nan=False)),
        st.builds(AnyValue, bool_value=st.booleans()),
        st.builds(AnyValue, bytes_value=st.binary(max_size=9)),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: AnyValue(array_value={"values": items})),
        st.dictionaries(_texts, inner, max_size=3).map(
            lambda items: AnyValue(
                kvlist_value={"values": [{"key": key, "value": value} for key, value in items.items()]}
            )
        ),
    ),
    max_leaves=6,
)


@given(value=_values)
def test_values_round_trip(value: Any) -> None:
    """A value that is written and read is the same value."""
    request = request_of({"attributes": [{"key": "k", "value": to_json(AnyValue(array_value={"values": [value]}))}]})
    read = from_json("traces", request).resource_spans[0].scope_spans[0].spans[0].attributes[0].value
    assert read.array_value.values[0] == value


@given(value=_values)
def test_values_are_protobufs_json(value: Any) -> None:
    """Where OTLP/JSON is protobuf's own JSON, protobuf reads what is written as the same value."""
    assert json_format.ParseDict({"values": [to_json(value)]}, ArrayValue()).values[0] == value


def test_numbers_are_protobufs_json() -> None:
    """Every kind of number is written as protobuf's own JSON writes it."""
    metric = Metric(
        name="m",
        exponential_histogram={
            "aggregation_temporality": 2,
            "data_points": [
                {"scale": -3, "count": 2**64 - 1, "sum": math.nan, "positive": {"offset": -1, "bucket_counts": [1, 2]}}
            ],
        },
    )
    expected = json_format.MessageToDict(metric, use_integers_for_enums=True)
    assert to_json(metric) == expected
