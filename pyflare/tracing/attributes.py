"""Attribute values as OpenTelemetry knows them: text, booleans, numbers, bytes, and arrays and maps of those."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from pyflare.tracing.capture import Limits, encode_value
from pyflare.tracing.fields import text_of
from pyflare.tracing.shapes import name_of, scalar_of

if TYPE_CHECKING:
    from pyflare.tracing.runtime import Runtime

decode_json = msgspec.json.Decoder().decode
_LOWEST: Final = -(1 << 63)
_HIGHEST: Final = (1 << 63) - 1
_DEPTH: Final = 8
_NUMBER_BYTES: Final = 8
_LATEST_NS: Final = 1 << 62
_Cut = TypeVar("_Cut", str, bytes)


def unix_ns(value: object) -> int | None:
    """A time as given by a tracer, in unix nanoseconds; None where it is no time that can be kept."""
    try:
        time_ns = int(value)  # type: ignore[call-overload]
    except Exception:
        return None
    return time_ns if 0 <= time_ns <= _LATEST_NS else None


def clean_attributes(
    attributes: Mapping[str, Any] | None, runtime: Runtime, most: int | None = None
) -> dict[str, Any] | None:
    """A copy whose values can all be stored, of the first `most` at most; None where there are none."""
    if attributes is None:
        return None
    try:
        cleaned = {text_of(key): clean_attribute(value, runtime) for key, value in islice(attributes.items(), most)}
        if most is not None and len(attributes) > most:
            runtime.losses.add("attribute_dropped", len(attributes) - most)
    except Exception:  # it is no mapping, or one that fails
        runtime.losses.add("attribute_dropped")
        return None
    return cleaned or None


def keep_attributes(kept: dict[str, Any], attributes: Iterable[tuple[str, Any]], runtime: Runtime) -> None:
    """Put attributes into `kept`, in a form that can be stored; those beyond the most there may be are counted."""
    most = runtime.max_attributes
    for key, value in attributes:
        name = key if type(key) is str else text_of(key)
        if len(kept) < most or name in kept:
            kept[name] = clean_attribute(value, runtime)
        else:
            runtime.losses.add("attribute_dropped")


def clean_attribute(value: Any, runtime: Runtime) -> Any:
    """`value` as OpenTelemetry knows it; anything else as JSON text. What is too long is shortened and counted.

    Never raises.
    """
    kind = type(value)
    if kind is float or kind is bool or value is None or (kind is int and _LOWEST <= value <= _HIGHEST):
        return value
    if kind is str and len(value) <= runtime.attribute_bytes and value.isascii():
        return value
    cleaner = _Cleaner(runtime.content.limits, runtime.attribute_bytes)
    cleaned = cleaner.clean(value, 0)
    if cleaner.truncated:
        runtime.losses.add("content_truncated")
    return cleaned


class _Cleaner:
    """One bounded walk over one attribute's value."""

    def __init__(self, limits: Limits, size_bytes: int) -> None:
        self.truncated = False
        self._limits = limits
        self._left_bytes = size_bytes

    def clean(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if issubclass(kind, str):
            return self._text(str.__str__(value))
        if value is None or kind is bool or kind is float:
            self._left_bytes -= _NUMBER_BYTES
            return value
        try:
            return self._other(value, kind, depth)
        except Exception as error:  # the object's own code failed
            return self._text(f"<{name_of(kind)}: {name_of(type(error))} while it was captured>")

    def _other(self, value: Any, kind: type, depth: int) -> Any:
        if issubclass(kind, bytes):
            return self._cut(bytes(value))
        self._left_bytes -= _NUMBER_BYTES
        if issubclass(kind, Enum):
            return self.clean(value.value, depth)
        if issubclass(kind, int):
            number = int.__int__(value)
            return number if _LOWEST <= number <= _HIGHEST else self._text(str(number))
        if issubclass(kind, float):
            return float.__float__(value)
        if issubclass(kind, (list, tuple, Mapping)):
            return self._container(value, depth)
        scalar = scalar_of(value, kind)
        if scalar is not value:
            return self.clean(scalar, depth)
        data, truncated = encode_value(value, self._limits)
        self.truncated |= truncated
        decoded = decode_json(data)
        return self._text(decoded if isinstance(decoded, str) else data.decode())

    def _container(self, value: Any, depth: int) -> Any:
        if depth >= _DEPTH or self._left_bytes <= 0:
            self.truncated = True
            return f"… {name_of(type(value))}"
        if isinstance(value, Mapping):
            return {self._text(text_of(key)): self.clean(item, depth + 1) for key, item in self._first(value.items())}
        return [self.clean(item, depth + 1) for item in self._first(value)]

    def _first(self, items: Iterable[Any]) -> Iterator[Any]:
        """The items that there is room for."""
        for count, item in enumerate(items):
            if count >= self._limits.items or self._left_bytes <= 0:
                self.truncated = True
                return
            yield item

    def _text(self, value: str) -> str:
        value = self._cut(value)
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()

    def _cut(self, value: _Cut) -> _Cut:
        room = max(self._left_bytes, 0)
        self._left_bytes -= len(value) + _NUMBER_BYTES
        if len(value) <= room:
            return value
        self.truncated = True
        return value[:room]
