"""Journals for tests, written the way the hot path writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from pyflare.schema.records import (
    PAYLOAD_TAG,
    ROW_TAG,
    SPAN_END_TAG,
    SPAN_START_TAG,
    VERDICT_TAG,
    WriterInfo,
    encode_record,
)
from pyflare.schema.tables import SCHEMA_VERSION
from pyflare.store.journal.writer import JournalWriter

T0_NS = 1_790_000_000_000_000_000
"""A moment in September 2026."""
SECOND_NS = 1_000_000_000
DAY_NS = 86_400 * SECOND_NS

INFO = WriterInfo(
    writer_id="1a000000000-1-00000001",
    schema_version=SCHEMA_VERSION,
    pid=1,
    host="host",
    started_unix_ns=T0_NS,
    project="shop",
    service_name="bot",
    resource={"service.name": "bot"},
)


def trace_id(number: int) -> bytes:
    return number.to_bytes(16, "big")


def span_id(number: int) -> bytes:
    return number.to_bytes(8, "big")


def start(trace: int, span: int, *, parent: int | None = None, at_ns: int = T0_NS, **fields: Any) -> bytes:
    """The record of a span's start; `scope` and `fields` by name, `input` as JSON."""
    return encode_record(
        (
            SPAN_START_TAG,
            trace_id(trace),
            span_id(span),
            None if parent is None else span_id(parent),
            fields.get("name", "step"),
            fields.get("kind"),
            at_ns,
            fields.get("input"),
            fields.get("scope"),
            fields.get("fields"),
        )
    )


def end(
    trace: int,
    span: int,
    *,
    parent: int | None = None,
    at_ns: int = T0_NS,
    duration_ns: int = SECOND_NS,
    status: int = 0,
    **fields: Any,
) -> bytes:
    """The record of a span's end."""
    return encode_record(
        (
            SPAN_END_TAG,
            trace_id(trace),
            span_id(span),
            None if parent is None else span_id(parent),
            fields.get("name", "step"),
            fields.get("kind"),
            at_ns,
            fields.get("input"),
            fields.get("scope"),
            fields.get("fields"),
            duration_ns,
            fields.get("output"),
            status,
            fields.get("status_message"),
            fields.get("attributes"),
            fields.get("events"),
            fields.get("links"),
            fields.get("span_kind", 0),
            fields.get("scope_name"),
            fields.get("scope_version"),
            fields.get("trace_state"),
        )
    )


def row(table: str, **values: Any) -> bytes:
    return encode_record((ROW_TAG, table, values))


def payload(content_id: str, content: bytes, *, at_ns: int = T0_NS) -> bytes:
    return encode_record((PAYLOAD_TAG, content_id, at_ns, content, False))


def verdict(trace: int) -> bytes:
    return encode_record((VERDICT_TAG, trace_id(trace)))


def open_journal(root: Path, **options: Any) -> JournalWriter:
    return JournalWriter(root, **{"service_name": "bot", "project": "shop", **options})


def write_journal(root: Path, records: list[bytes], **options: Any) -> str:
    """A journal of a process that has ended. Returns its id."""
    writer = open_journal(root, **options)
    for record in records:
        assert writer.write(record)
    writer.close()
    return writer.info.writer_id


def next_generation(writer: JournalWriter) -> None:
    """Seal what the writer has written so far, as it does itself when a segment is full."""
    before = writer.generation
    filler = row("logs", timestamp=T0_NS, body='"filler"', severity_text="x" * 60_000)
    while writer.generation == before:
        writer.write(filler)


def plain_duckdb(root: Path) -> duckdb.DuckDBPyConnection:
    """The folder as somebody without PyFlare opens it."""
    connection = duckdb.connect()
    connection.execute((root / "views.sql").read_text())
    return connection


def query(root: Path, sql: str) -> list[tuple[Any, ...]]:
    with plain_duckdb(root) as connection:
        return connection.execute(sql).fetchall()


def found_on_disk(root: Path, text: str) -> list[str]:
    """The files below `root` that hold a text: in their bytes or, for Parquet, in the pages once decompressed."""
    found = []
    for path in sorted(root.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        if data[:4] == b"PAR1":
            data += repr(pq.read_table(path).to_pylist()).encode()
        if text.encode() in data:
            found.append(str(path.relative_to(root)))
    return found


def size_on_disk(root: Path) -> int:
    return sum(path.stat().st_blocks * 512 for path in root.rglob("*") if path.is_file())
