"""What is fuzzed: bytes into the receiver, and what it accepts on into tables and through the normaliser."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import zstandard

from pyflare.otlp import SHAPES, from_json, to_json
from pyflare.schema.arrow import arrow_schema
from pyflare.schema.records import Request, WriterInfo
from pyflare.schema.tables import SCHEMA_VERSION, TABLES
from pyflare.server.batch import Batch
from pyflare.server.otlp.inflate import inflate
from pyflare.server.otlp.intake import Taken, hand_on, read
from pyflare.server.otlp.limits import Limits
from pyflare.server.otlp.status import RequestError
from pyflare.store.decode.otlp import is_sound, tables
from pyflare.store.normalise import fill

LIMITS: Final = Limits(max_body_bytes=1 << 20, max_records=1_000)
SIGNALS: Final[tuple[Any, ...]] = ("traces", "metrics", "logs")
ENCODINGS: Final[tuple[Any, ...]] = ("protobuf", "json")
COMPRESSIONS: Final = (None, "gzip", "deflate", "zstd")
_COMPRESSED_FROM: Final = 200
_COMPRESS: Final = {None: bytes, "gzip": gzip.compress, "deflate": zlib.compress, "zstd": zstandard.compress}
_INFO: Final = WriterInfo(
    writer_id="fuzz",
    schema_version=SCHEMA_VERSION,
    pid=1,
    host="fuzz",
    started_unix_ns=1,
    project="default",
    service_name="fuzz",
    resource={},
)


def _chosen(first_byte: int) -> tuple[Any, Any, str | None]:
    """Signal, encoding and compression. Most are not compressed: hardly any damage is past a checksum."""
    number, kind = divmod(first_byte, len(SIGNALS) * len(ENCODINGS))
    compression = None if first_byte < _COMPRESSED_FROM else COMPRESSIONS[1 + number % (len(COMPRESSIONS) - 1)]
    return SIGNALS[kind % len(SIGNALS)], ENCODINGS[kind // len(SIGNALS)], compression


class _Keep:
    """A consumer that takes everything."""

    waits = False

    def consume(self, batch: Batch) -> None:
        batch.serialised()

    def close(self) -> None:
        """Nothing is held."""


def receive(data: bytes) -> Taken | None:
    """Take a request whose first byte chooses signal, encoding and compression, as a receiver would.

    Anything but an answer is a fault: an exception that is no RequestError, an answer
    that cannot be sent, a record that is accepted and is not valid the second time.
    """
    signal, encoding, compression = _chosen(data[0] if data else 0)
    try:
        body = data[1:] if compression is None else inflate(data[1:], compression, LIMITS.max_body_bytes)
        assert len(body) <= LIMITS.max_body_bytes or compression is None
        taken = read(signal, body, encoding, source="fuzz", key="", limits=LIMITS)
    except RequestError as error:
        json.loads(error.status_json())
        error.status().SerializeToString()
        return None
    response = hand_on(taken, _Keep())
    assert len(response.SerializeToString()) < 1 << 22
    msgspec.json.encode(to_json(response))
    msgspec.json.encode([rejection.record for rejection in taken.batch.rejections])
    _check_again(taken)
    return taken


def _check_again(taken: Taken) -> None:
    batch = taken.batch
    again = read(batch.signal, batch.serialised(), "protobuf", source="fuzz", key="", limits=LIMITS)
    assert (again.batch.records, again.batch.rejected) == (batch.records, 0), again.reasons


def store(taken: Taken) -> None:
    """Decode what was accepted, and normalise it: tables with exactly their schemas, as many rows as records."""
    batch = taken.batch
    request = Request(signal=batch.signal, unix_ns=batch.received_unix_ns, body=batch.serialised())
    assert is_sound(request)
    found = tables([request], _INFO)
    assert sum(table.num_rows for table in found.values()) == batch.records
    for name, table in found.items():
        assert table.schema == arrow_schema(TABLES[name])
    if "spans" in found:
        filled = fill(found["spans"])
        assert (filled.num_rows, filled.schema) == (found["spans"].num_rows, found["spans"].schema)


def seeds() -> Iterator[bytes]:
    """Requests to begin with: each signal in each encoding and compression."""
    first_bytes = {_chosen(first_byte): first_byte for first_byte in range(256)}
    for (signal, encoding, compression), first_byte in first_bytes.items():
        document = _DOCUMENTS[signal]
        binary = encoding == "protobuf"
        body = from_json(signal, document).SerializeToString() if binary else json.dumps(document).encode()
        compress: Any = _COMPRESS[compression]
        yield bytes([first_byte]) + compress(body)


_VALUES: Final[list[Any]] = [
    {"stringValue": "gpt-4o"},
    {"intValue": "12"},
    {"doubleValue": 0.5},
    {"boolValue": True},
    {"bytesValue": "AP8="},
    {"arrayValue": {"values": [{"stringValue": "stop"}, {}]}},
    {"kvlistValue": {"values": [{"key": "a", "value": {"intValue": 1}}]}},
]
_ATTRIBUTES: Final = [
    {"key": key, "value": _VALUES[number % len(_VALUES)]}
    for number, key in enumerate(
        [
            "gen_ai.request.model",
            "gen_ai.usage.input_tokens",
            "gen_ai.request.temperature",
            "llm.is_streaming",
            "odd",
            "gen_ai.response.finish_reasons",
            "gen_ai.input.messages",
            "llm.input_messages.0.message.role",
            "llm.token_count.prompt",
        ]
    )
]
_MESSAGES: Final = {
    "key": "gen_ai.output.messages",
    "value": {"stringValue": '[{"role":"assistant","parts":[{"type":"text","content":"hi"}],"finish_reason":"stop"}]'},
}
_SPAN: Final = {
    "traceId": "5b8efff798038103d269b633813fc60c",
    "spanId": "eee19b7ec3c1b174",
    "parentSpanId": "eee19b7ec3c1b173",
    "name": "chat gpt-4o",
    "kind": 3,
    "startTimeUnixNano": "1544712660000000000",
    "endTimeUnixNano": "1544712661000000000",
    "attributes": [*_ATTRIBUTES, _MESSAGES],
    "events": [{"timeUnixNano": "1544712660000000001", "name": "exception", "attributes": _ATTRIBUTES[:2]}],
    "links": [{"traceId": "5b8efff798038103d269b633813fc60d", "spanId": "eee19b7ec3c1b175"}],
    "status": {"code": 2, "message": "failed"},
}
_POINT: Final = {"timeUnixNano": "1544712660000000000", "attributes": _ATTRIBUTES[:3]}
_RESOURCE: Final = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
_DOCUMENTS: Final[dict[Any, dict[str, Any]]] = {
    "traces": {"resourceSpans": [{"resource": _RESOURCE, "scopeSpans": [{"scope": {"name": "x"}, "spans": [_SPAN]}]}]},
    "metrics": {
        "resourceMetrics": [
            {
                "scopeMetrics": [
                    {
                        "metrics": [
                            {"name": "a", "gauge": {"dataPoints": [_POINT | {"asInt": "3"}]}},
                            {"name": "b", "sum": {"dataPoints": [_POINT | {"asDouble": "NaN"}], "isMonotonic": True}},
                            {
                                "name": "c",
                                "histogram": {
                                    "dataPoints": [
                                        _POINT | {"count": 2, "bucketCounts": [1, 1], "explicitBounds": [0.5]}
                                    ]
                                },
                            },
                            {
                                "name": "d",
                                "exponentialHistogram": {
                                    "dataPoints": [_POINT | {"scale": 2, "positive": {"bucketCounts": ["1"]}}]
                                },
                            },
                            {"name": "e", "summary": {"dataPoints": [_POINT | {"quantileValues": [{"value": 1.0}]}]}},
                        ]
                    }
                ]
            }
        ]
    },
    "logs": {
        "resourceLogs": [
            {
                "scopeLogs": [
                    {
                        "logRecords": [
                            {
                                "timeUnixNano": "1544712660000000000",
                                "severityNumber": 9,
                                "body": _VALUES[6],
                                "attributes": _ATTRIBUTES,
                                "traceId": "5b8efff798038103d269b633813fc60c",
                                "spanId": "eee19b7ec3c1b174",
                                "eventName": "gen_ai.client.inference.operation.details",
                            }
                        ]
                    }
                ]
            }
        ]
    },
}
assert set(_DOCUMENTS) == set(SHAPES)
