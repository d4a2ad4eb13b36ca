"""Content that is kept apart from its span, put back into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from pyflare.store.engine import Engine
from pyflare.workspace import arrow

MAX_BYTES: Final = 4_000_000
"""The largest content that is put back. Larger ones stay shortened: they have an address of their own."""
_QUERY: Final = (
    "SELECT content_id, content FROM payloads "
    "WHERE content_id IN (SELECT unnest(?::VARCHAR[])) AND truncated IS NOT TRUE AND size_bytes <= ?"
)


def with_contents(engine: Engine, row: Mapping[str, Any]) -> dict[str, Any]:
    """A stored span with its whole input and output; what is whole has no `…_ref` any more."""
    refs = {name: row[f"{name}_ref"] for name in ("input", "output") if row[f"{name}_ref"] is not None}
    contents = _read(engine, [*refs.values()]) if refs else {}
    whole = {name: contents[ref] for name, ref in refs.items() if ref in contents}
    return {**row, **whole, **{f"{name}_ref": None for name in whole}}


def _read(engine: Engine, content_ids: list[str]) -> dict[str, str]:
    found = arrow.dicts(engine.run(lambda *_: (_QUERY, [content_ids, MAX_BYTES]), traces=False))
    return {row["content_id"]: row["content"] for row in found if _is_json(row["content"])}


def _is_json(text: str) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return False
    return True
