"""What tells one row from another: a span's ids, and of rows without ids all they say."""

from __future__ import annotations

import hashlib
from typing import Final

import pyarrow as pa

from pyflare.interchange.otlp.rows import plain_rows

_KEY_BYTES: Final = 16


def keys_of(table: str, rows: pa.Table) -> list[bytes]:
    """A key of 16 bytes for each row. Rows that say the same have the same."""
    if table == "spans":
        pairs = zip(rows["trace_id"].to_pylist(), rows["span_id"].to_pylist(), strict=True)
        return [_digest(f"{trace_id}{span_id}") for trace_id, span_id in pairs]
    return [_digest(repr(row)) for row in plain_rows(rows)]


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=_KEY_BYTES).digest()
