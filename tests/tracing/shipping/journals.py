"""Journals to ship: written as the span writer does, without the tracer."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from pyflare.config import Settings
from pyflare.schema.records import (
    PAYLOAD_TAG,
    ROW_TAG,
    SPAN_END_TAG,
    SPAN_START_TAG,
    VERDICT_TAG,
    encode_record,
)
from pyflare.store.journal.writer import JournalWriter
from pyflare.tracing.shipping import Destination, Shipper


def settings(**changes: Any) -> Settings:
    return Settings(**{"ship_interval_s": 0.05, **changes})


def journal(root: Path, destination: Destination, **options: Any) -> JournalWriter:
    """A journal of this process that waits for the destination."""
    return JournalWriter(root, service_name="shop", destinations=(destination.name,), **options)


def identity() -> tuple[bytes, bytes]:
    """A trace id and a span id that nobody else has."""
    return os.urandom(16), os.urandom(8)


def write_start(
    writer: JournalWriter, name: str, trace_id: bytes, span_id: bytes, parent: bytes | None = None
) -> bytes:
    """The start of a span. Returns its record."""
    start = encode_record((SPAN_START_TAG, trace_id, span_id, parent, name, None, time.time_ns(), b'"in"', None, None))
    assert writer.write(start)
    return start


def write_end(
    writer: JournalWriter,
    name: str,
    trace_id: bytes,
    span_id: bytes,
    parent: bytes | None = None,
    start: bytes | None = None,
) -> None:
    """The end of a span, in place of its start where that is given and nothing came in between."""
    record = (SPAN_END_TAG, trace_id, span_id, parent, name, None, time.time_ns(), b'"in"', None, None, 1000, b'"out"')
    assert writer.write(encode_record(record), start)


def write_span(writer: JournalWriter, name: str = "work") -> bytes:
    """A span's start and end. Returns its id."""
    trace_id, span_id = identity()
    start = write_start(writer, name, trace_id, span_id)
    write_end(writer, name, trace_id, span_id, start=start)
    return span_id


def write_others(writer: JournalWriter) -> None:
    """Records that are not shipped."""
    writer.write(encode_record((ROW_TAG, "scores", {"name": "thumbs", "value": 1.0})))
    writer.write(encode_record((PAYLOAD_TAG, "00" * 32, 1, b"x" * 5000, False)))


def write_verdict(writer: JournalWriter, trace_id: bytes) -> None:
    writer.write(encode_record((VERDICT_TAG, trace_id)))


def shipper(writer: JournalWriter, destination: Destination, **changes: Any) -> Shipper:
    """A shipper that has started."""
    ships = Shipper(writer.root, writer, destination, settings(**changes))
    ships.start()
    return ships
