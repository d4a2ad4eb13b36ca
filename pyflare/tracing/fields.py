"""The words users set on a span, and the columns they become."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Final

from pyflare.tracing.shapes import name_of

SCOPE_FIELDS: Final = {
    "user": "user_id",
    "session": "session_id",
    "feature": "feature_id",
    "environment": "environment",
    "team": "team",
    "tags": "tags",
}
"""Words that a span hands on to the spans inside it."""

SPAN_FIELDS: Final = {
    "model": "model_id",
    "model_version": "model_version",
    "provider": "provider",
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read_tokens": "cache_read_tokens",
    "cache_write_tokens": "cache_write_tokens",
    "reasoning_tokens": "reasoning_tokens",
    "cost_usd": "cost_micros",
}
"""Words that belong to one span alone."""

_COUNTS: Final = frozenset(name for name in SPAN_FIELDS if name.endswith("_tokens"))


def text_of(value: object) -> str:
    """`value` as plain text; of an enumeration that is text, its value. Never raises."""
    if type(value) is str:
        return value
    try:
        return str.__str__(value) if isinstance(value, str) else str(value)
    except Exception:
        return f"<{name_of(type(value))}>"


def split_fields(values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Sort `values` into scope columns, span columns and what is neither. None means "leave as it is".

    A value that its column cannot hold, such as a number of tokens that is none, is neither.
    """
    scope: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for name, value in values.items():
        if value is None:
            continue
        try:
            if name in SCOPE_FIELDS:
                scope[SCOPE_FIELDS[name]] = _tags(value) if name == "tags" else text_of(value)
            elif name in SPAN_FIELDS:
                fields[SPAN_FIELDS[name]] = _field(name, value)
            else:
                rest[name] = value
        except Exception:
            rest[name] = value
    return scope, fields, rest


def no_scope_field(name: str) -> TypeError:
    """The error for a word of `pyflare.context` that is not one of `SCOPE_FIELDS`."""
    close = get_close_matches(name, SCOPE_FIELDS, n=1)
    hint = f' Hint: did you mean "{close[0]}"?' if close else ""
    return TypeError(f'expected one of {", ".join(SCOPE_FIELDS)}; got "{name}".{hint}')


def _tags(value: Iterable[Any] | str) -> list[str]:
    return [text_of(value)] if isinstance(value, str) else [text_of(tag) for tag in value]


def _field(name: str, value: Any) -> Any:
    if name in _COUNTS:
        return _int64(int(value))
    if name == "cost_usd":
        return _int64(round(float(value) * 1_000_000))
    return text_of(value)


def _int64(value: int) -> int:
    if -(1 << 63) <= value < 1 << 63:
        return value
    raise OverflowError("beyond 64 bits")
