"""Attribute values as OpenTelemetry knows them: text, booleans, numbers, bytes, and arrays and maps of those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from pyflare.tracing.capture import encode_value

if TYPE_CHECKING:
    from pyflare.tracing.runtime import Runtime

_INT64: Final = range(-(1 << 63), 1 << 63)
_DEPTH: Final = 8
_LATEST_NS: Final = 1 << 62


def unix_ns(value: object) -> int | None:
    """A time as given by a tracer, in unix nanoseconds; None where it is no time that can be kept."""
    try:
        time_ns = int(value)  # type: ignore[call-overload]
    except Exception:
        return None
    return time_ns if 0 <= time_ns <= _LATEST_NS else None


def clean_attributes(attributes: Mapping[str, Any] | None, runtime: Runtime) -> dict[str, Any] | None:
    """A copy whose values can all be stored; None where there are none."""
    if not attributes:
        return None
    return {str(key): clean_attribute(value, runtime) for key, value in attributes.items()}


def clean_attribute(value: Any, runtime: Runtime, depth: int = 0) -> Any:
    """`value` as OpenTelemetry knows it; anything else as JSON text, shortened where it is too long."""
    kind = type(value)
    if kind is str:
        return _text(value, runtime)
    if kind is int:
        return value if value in _INT64 else str(value)
    if kind is float or kind is bool or value is None or kind is bytes:
        return value
    if depth < _DEPTH and isinstance(value, (list, tuple)):
        return [clean_attribute(item, runtime, depth + 1) for item in value[: runtime.content.limits.items]]
    if depth < _DEPTH and isinstance(value, Mapping):
        return {str(key): clean_attribute(item, runtime, depth + 1) for key, item in value.items()}
    if isinstance(value, Sequence) and isinstance(value, str):
        return _text(str.__str__(value), runtime)
    data, _ = encode_value(value, runtime.content.limits)
    text = data.decode()
    return _text(text[1:-1] if text.startswith('"') else text, runtime)


def _text(value: str, runtime: Runtime) -> str:
    if len(value) > runtime.attribute_bytes:
        runtime.losses.add("content_truncated")
        value = value[: runtime.attribute_bytes]
    return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()
