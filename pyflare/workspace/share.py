"""All of one trace that may leave the folder: its row, its spans with whole content, its scores, redacted if asked for.

What is too much is left out, and counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import pyarrow as pa

from pyflare.schema.tables import SCORES, SPANS
from pyflare.store.engine import Engine
from pyflare.store.filters import EVERYTHING
from pyflare.workspace.annotate import find_scores
from pyflare.workspace.directory import Located
from pyflare.workspace.logged import with_logged_content
from pyflare.workspace.lookup import locate, read_spans
from pyflare.workspace.share_redaction import RowRedactor

MAX_SPANS: Final = 5000
"""Spans that go along with their content: roots and failed ones first, then the earliest."""
MAX_BYTES: Final = 24 << 20
"""Content that goes along, in bytes of JSON."""
MAX_PAYLOAD_BYTES: Final = 2 << 20
"""Content kept apart from its span that is put into it, in bytes; larger stays shortened."""
_MAX_SCORES: Final = 10_000
_FIRST: Final = "(parent_span_id IS NULL OR status_code = 'error') DESC, start_time, span_id"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What a shared trace lacks."""

    spans: int
    """Spans of which only the place in the tree, the time and the costs are there."""
    contents: int
    """Inputs and outputs that are shortened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedTrace:
    """One trace, to be written into a file."""

    located: Located
    spans: list[Row]
    """Rows of `spans` as Python values: moments as unix nanoseconds, maps as dicts; with `start_unix_ns`."""
    scores: list[Row]
    """Rows of `scores`, with `unix_ns`."""
    redactor: RowRedactor | None
    """What else of the trace has to pass; None where nothing is hidden."""
    left_out: LeftOut


def read_shared(engine: Engine, trace_id: str, *, redact: bool) -> SharedTrace:
    """Read a trace to be shared.

    Args:
        engine: The folder.
        trace_id: Its id, or a beginning of it that no other trace shares.
        redact: Whether to hide what looks like a secret or a person's data.

    Raises:
        NotFoundError: No trace has the id, or several begin like that.
    """
    located = locate(engine, trace_id)
    table = read_spans(
        engine,
        located,
        where=EVERYTHING,
        tail=f"ORDER BY {_FIRST} LIMIT {MAX_SPANS}",
        expected=min(MAX_SPANS, located.span_count),
    )
    rows = plain_rows(with_logged_content(engine, table))
    shortened = _with_payloads(engine, rows)
    redactor = RowRedactor() if redact else None
    if redactor is not None:
        rows = [redactor.row(SPANS, row) for row in rows]
    kept = _within(rows, MAX_BYTES)
    scores = find_scores(engine, {"trace_id": located.trace_id}, limit=_MAX_SCORES).to_pylist()
    return SharedTrace(
        located=located,
        spans=sorted(kept, key=lambda row: (row["start_unix_ns"], row["span_id"])),
        scores=scores if redactor is None else [redactor.row(SCORES, row) for row in scores],
        redactor=redactor,
        left_out=LeftOut(spans=max(0, located.span_count - len(kept)), contents=shortened),
    )


def plain_rows(table: pa.Table) -> list[Row]:
    """Rows as Python values: moments as unix nanoseconds, maps as dicts."""
    fields = [field.with_type(_plain(field.type)) for field in table.schema]
    columns = [column.cast(field.type) for column, field in zip(table.columns, fields, strict=True)]
    rows: list[Row] = pa.table(columns, schema=pa.schema(fields)).to_pylist(maps_as_pydicts="lossy")
    return rows


def _plain(type: pa.DataType) -> pa.DataType:
    if pa.types.is_timestamp(type):
        return pa.int64()
    if pa.types.is_list(type):
        return pa.list_(_plain(type.value_type))
    if pa.types.is_struct(type):
        return pa.struct([field.with_type(_plain(field.type)) for field in type])
    return type


def _with_payloads(engine: Engine, rows: list[Row]) -> int:
    """Put content that is kept apart into its spans. Returns how many contents stay shortened."""
    wanted = {row[ref] for row in rows for ref in ("input_ref", "output_ref") if row[ref] is not None}
    contents = _payloads(engine, sorted(wanted)) if wanted else {}
    shortened = 0
    for row in rows:
        for name in ("input", "output"):
            ref = row[f"{name}_ref"]
            if ref is None:
                continue
            if ref in contents:
                row[name], row[f"{name}_ref"] = contents[ref], None
            else:
                shortened += 1
    return shortened


def _payloads(engine: Engine, content_ids: list[str]) -> Mapping[str, str]:
    """The contents that are small enough and whole."""
    query = (
        "SELECT content_id, content FROM payloads WHERE content_id IN (SELECT unnest(?::VARCHAR[])) "
        f"AND truncated IS NOT TRUE AND size_bytes <= {MAX_PAYLOAD_BYTES}"
    )
    rows = engine.run(lambda *_: (query, [content_ids]), traces=False).to_pylist()
    return {row["content_id"]: row["content"] for row in rows if _is_json(row["content"])}


def _is_json(text: str) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return False
    return True


def _within(rows: list[Row], max_bytes: int) -> list[Row]:
    """The first rows that are together no larger than that."""
    kept: list[Row] = []
    for row in rows:
        max_bytes -= _size(row)
        if max_bytes < 0:
            break
        kept.append(row)
    return kept


def _size(row: Row) -> int:
    texts = (row["input"], row["output"], row["resource"], *(row["attributes"] or {}).values())
    return 1000 + sum(len(text) for text in texts if text)
