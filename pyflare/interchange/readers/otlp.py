"""OTLP in files: JSON, and protobuf with or without lengths."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from pyflare.errors import DataError
from pyflare.interchange.checks import surrounded
from pyflare.interchange.intake import Intake
from pyflare.interchange.otlp.files import read_delimited
from pyflare.interchange.readers.lines import documents
from pyflare.interchange.targets import reading
from pyflare.otlp import SHAPES, Decoded, Signal, decode_json, decode_protobuf

_LARGEST_BYTES: Final = 512 << 20
_KEPT_BYTES: Final = 1 << 20
"""What cannot be read is kept in quarantine up to this size."""
_LOOKED_AT: Final = 20
"""Records that are looked at to tell which signal protobuf is of."""
_KEYS: Final[dict[str, Signal]] = {
    "resourceSpans": "traces",
    "resourceMetrics": "metrics",
    "resourceLogs": "logs",
}


def read_json(path: Path, intake: Intake) -> None:
    """Read OTLP/JSON: one request, or one to a line."""
    with reading(path) as file:
        for document in documents(file):
            signals = _signals(document)
            if not signals:
                _refuse_text(intake, document, f"expected an object with {', '.join(_KEYS)}, got something else")
            for signal in signals:
                _take_json(intake, signal, document)


_decode_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def _signals(document: bytes) -> list[Signal]:
    try:
        members = _decode_members(document)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return []
    return [signal for name, signal in _KEYS.items() if name in members]


def _take_json(intake: Intake, signal: Signal, document: bytes) -> None:
    try:
        decoded = decode_json(signal, document)
    except DataError as error:
        _refuse_text(intake, document, str(error), signal)
        return
    _take(intake, signal, decoded)


def _take(intake: Intake, signal: Signal, decoded: Decoded) -> None:
    """Take a request, and refuse the records of it that could not be read."""
    for fault in decoded.faults:
        record = surrounded(signal, fault.resource, fault.scope, msgspec.json.decode(fault.record))
        intake.refuse(signal, fault.reason, record)
    intake.request(signal, decoded.message)


def _refuse_text(intake: Intake, document: bytes, reason: str, signal: Signal = "traces") -> None:
    intake.refuse(signal, reason, {"text": document[:_KEPT_BYTES].decode(errors="replace")})


def read_lengths(path: Path, intake: Intake) -> None:
    """Read protobuf requests, each after its length."""
    likely: Signal = "traces"
    with reading(path) as file:
        for body in _whole_ones(file, intake):
            likely = _take_message(intake, body, likely)


def _whole_ones(file: BinaryIO, intake: Intake) -> Iterator[bytes]:
    try:
        yield from read_delimited(file, largest_bytes=_LARGEST_BYTES)
    except DataError as error:  # what follows cannot be found any more
        intake.refuse("traces", str(error), {})


def read_message(path: Path, intake: Intake) -> None:
    """Read one protobuf request, whole in memory."""
    with reading(path) as file:
        _take_message(intake, file.read(), "traces")


def _take_message(intake: Intake, body: bytes, likely: Signal) -> Signal:
    """Take a request of whichever signal it is; returns which that was."""
    found = _of_best_signal(body, likely)
    if found is None:
        reason = "expected an export request of OTLP as protobuf, got something else"
        intake.refuse("traces", reason, {"base64": base64.b64encode(body[:_KEPT_BYTES]).decode()})
        return likely
    _take(intake, *found)
    return found[0]


def _of_best_signal(body: bytes, likely: Signal) -> tuple[Signal, Decoded] | None:
    """The request as the signal that it makes most sense as: protobuf does not say which it is."""
    best: tuple[int, Signal, Decoded] | None = None
    for signal in (likely, *(signal for signal in _KEYS.values() if signal != likely)):
        try:
            decoded = decode_protobuf(signal, body)
        except DataError:
            continue
        records = _first_records(signal, decoded.message)
        sense = _sense(signal, records)
        if sense and sense == len(records):
            return signal, decoded
        if best is None or sense > best[0]:
            best = (sense, signal, decoded)
    return best[1:] if best is not None and (best[0] or not body) else None


def _sense(signal: Signal, records: list[Any]) -> int:
    """How many of some records look like records of the signal."""
    match signal:
        case "traces":
            return sum(len(span.trace_id) == 16 or bool(span.start_time_unix_nano) for span in records)
        case "metrics":
            return sum(metric.WhichOneof("data") is not None for metric in records)
        case "logs":
            return sum(bool(log.time_unix_nano or log.observed_time_unix_nano) for log in records)


def _first_records(signal: Signal, message: Any) -> list[Any]:
    shape = SHAPES[signal]
    found: list[Any] = []
    for resource in getattr(message, shape.resources):
        for scope in getattr(resource, shape.scopes):
            found += getattr(scope, shape.records)[: _LOOKED_AT - len(found)]
            if len(found) >= _LOOKED_AT:
                return found
    return found
