"""Records whose values the encoder refuses, made so that it does not: the span matters more than an odd name."""

from __future__ import annotations

from typing import Any, Final

from pyflare.schema.records import encode_record
from pyflare.tracing.fields import text_of

_DEPTH: Final = 16
_ENCODABLE: Final = range(-(1 << 63), 1 << 64)


def encode_anyhow(record: tuple[Any, ...]) -> bytes:
    """`record` with lone surrogates escaped, and what msgpack has no type for as text."""
    return encode_record(_storable(record, 0))


def _storable(value: Any, depth: int) -> Any:
    kind = type(value)
    if value is None or kind is bool or kind is float or kind is bytes:
        return value
    if kind is int and value in _ENCODABLE:
        return value
    if depth < _DEPTH:
        if kind is dict:
            return {_text(key): _storable(item, depth + 1) for key, item in value.items()}
        if kind is list or kind is tuple:
            return [_storable(item, depth + 1) for item in value]
    return _text(value)


def _text(value: object) -> str:
    return text_of(value).encode("utf-8", "backslashreplace").decode()
