"""Turn any Python value into JSON text, bounded in depth, items and bytes.

Plain small values go straight through msgspec. Everything else is first walked
into a plain copy that respects the limits, so an object graph is never followed
further than it will be kept, and JSON is never cut inside a token.
"""

from __future__ import annotations

import enum
from base64 import b64encode
from collections import deque
from collections.abc import Mapping, Set
from types import SimpleNamespace
from typing import Any, Final

import msgspec

from pyflare.schema.texts import DEPTH, Texts
from pyflare.tracing.shapes import callable_name, field_names, name_of, read_fields, scalar_of, shape_of
from pyflare.tracing.weigh import is_light

encode_json = msgspec.json.Encoder().encode
_PLAIN: Final = frozenset({int, bool, type(None)})
_TEXT_LIKE: Final = frozenset(
    {"datetime", "date", "time", "timedelta", "UUID", "Decimal", "Fraction", "PosixPath", "PurePosixPath"}
)
_LOWEST: Final = -(1 << 63)
_HIGHEST: Final = (1 << 63) - 1
_LONGEST_INT_BITS: Final = 4096
_NODE_BYTES: Final = 8
"""What a value counts for besides its text, so that not even empty ones can be without end."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a value is kept."""

    inline_bytes: int = 8192
    """JSON up to this size stays on the span; larger goes to `payloads`."""
    content_bytes: int = 1 << 20
    """JSON up to about this size is kept at all."""
    depth: int = 12
    items: int = 1000
    """Entries kept of one container."""
    preview_bytes: int = 1000
    """About the size of what stays on the span when the whole is in `payloads`."""


def encode_text(value: str) -> bytes:
    """A string as JSON; lone surrogates are written as escapes instead of failing."""
    try:
        return encode_json(value)
    except UnicodeEncodeError:
        return encode_json(value.encode("utf-8", "backslashreplace").decode())


def encode_value(value: object, limits: Limits) -> tuple[bytes, bool]:
    """`value` as JSON, and whether something of it was left out."""
    kind = type(value)
    if kind is str and len(value) <= limits.inline_bytes:  # type: ignore[arg-type]
        return encode_text(value), False  # type: ignore[arg-type]
    if kind in _PLAIN:
        try:
            return encode_json(value), False
        except ValueError:  # an integer of thousands of digits
            pass
    data = _light_json(value, limits)
    if data is not None:
        return data, False
    walk = _Walk(limits, limits.content_bytes)
    return encode_json(walk.plain(value, 0)), walk.truncated


def encode_texts(value: Texts, limits: Limits) -> tuple[bytes, bool]:
    """As `encode_value`, of messages that need not be looked at."""
    if len(value) <= limits.items and limits.depth >= DEPTH:
        try:
            data = encode_json(value)
        except UnicodeEncodeError:  # a lone surrogate
            data = b""
        if 0 < len(data) <= limits.content_bytes:
            return data, False
    return encode_value([*value], limits)


def _light_json(value: object, limits: Limits) -> bytes | None:
    """`value` as JSON without a copy, where it is plain and within the limits."""
    try:
        light = is_light(value, size_bytes=limits.content_bytes, depth=limits.depth, items=limits.items)
        return encode_json(value) if light else None
    except Exception:  # a lone surrogate, or a field that cannot be read: the walk deals with both
        return None


def encode_arguments(values: dict[str, Any], limits: Limits) -> tuple[bytes, bool]:
    """Arguments by name as a JSON object, and whether something was left out."""
    size = 0
    for value in values.values():
        kind = type(value)
        if kind is str:
            size += len(value)
        elif kind not in _PLAIN and not (kind is float and value - value == 0):
            return encode_value(values, limits)
    if size > limits.inline_bytes:
        return encode_value(values, limits)
    try:
        return encode_json(values), False
    except ValueError:  # a lone surrogate, or an integer of thousands of digits
        return encode_value(values, limits)


def encode_preview(value: object, limits: Limits) -> bytes:
    """A short JSON of `value`: the same shape, with less in it."""
    return encode_json(_Walk(limits, limits.preview_bytes).plain(value, 0))


class _Walk:
    """One bounded walk over one value. It goes by the classes of objects, never by what they say of themselves."""

    def __init__(self, limits: Limits, size_bytes: int) -> None:
        self.truncated = False
        self._limits = limits
        self._left_bytes = size_bytes
        self._path: set[int] = set()

    def plain(self, value: object, depth: int) -> object:
        """A copy of `value` made of what JSON knows."""
        kind = type(value)
        if kind is str:
            return self._text(value)  # type: ignore[arg-type]
        self._left_bytes -= _NODE_BYTES
        if kind is bool or value is None:
            return value
        if kind is int:
            return value if _LOWEST <= value <= _HIGHEST else self._integer(value)  # type: ignore[operator, arg-type]
        if kind is float:
            return _json_number(value)  # type: ignore[arg-type]
        if depth >= self._limits.depth or self._left_bytes <= 0:
            self.truncated = True
            return f"… {name_of(kind)}"
        if id(value) in self._path:
            return f"… cycle to {name_of(kind)}"
        self._path.add(id(value))
        try:
            return self._container(value, kind, depth)
        except Exception as error:  # the object's own code failed, such as a property or an iterator
            return f"<{name_of(kind)}: {name_of(type(error))} while it was captured>"
        finally:
            self._path.discard(id(value))

    def _text(self, value: str) -> str:
        room = max(self._left_bytes, 0)
        self._left_bytes -= len(value) + _NODE_BYTES
        if len(value) > room:
            self.truncated = True
            value = f"{value[:room]}… ({len(value) - room} more characters)"
        if not value.isascii():
            value = value.encode("utf-8", "backslashreplace").decode()
        return value

    def _integer(self, value: int) -> object:
        bits = value.bit_length()
        if bits <= _LONGEST_INT_BITS:
            self._left_bytes -= bits // 4
            return value
        self.truncated = True
        return f"<int of {bits} bits>"

    def _container(self, value: Any, kind: type, depth: int) -> object:
        if issubclass(kind, Mapping):
            return self._mapping(value, depth)
        if issubclass(kind, tuple) and hasattr(kind, "_fields"):
            return self._mapping(dict(zip(kind._fields, value, strict=False)), depth)
        if issubclass(kind, (list, tuple, Set, deque)):
            return self._items(value, depth)
        if issubclass(kind, enum.Enum):
            return self.plain(value.value, depth + 1)
        if issubclass(kind, str):
            return self._text(str.__str__(value))
        if issubclass(kind, (bytes, bytearray, memoryview)):
            return self._bytes(value)
        if issubclass(kind, int):
            return self._integer(int.__int__(value))
        if issubclass(kind, float):
            return _json_number(float.__float__(value))
        return self._object(value, kind, depth)

    def _mapping(self, value: Mapping[Any, Any], depth: int) -> dict[str, object]:
        result: dict[str, object] = {}
        for count, (key, item) in enumerate(value.items()):
            if count >= self._limits.items or self._left_bytes <= 0:
                self.truncated = True
                result["…"] = f"{len(value) - count} more"
                break
            name = self._text(key if type(key) is str else _key(key))
            result[name if name not in result else _other_name(name, result)] = self.plain(item, depth + 1)
        return result

    def _items(self, value: Any, depth: int) -> list[object]:
        result: list[object] = []
        for item in value:
            if len(result) >= self._limits.items or self._left_bytes <= 0:
                self.truncated = True
                result.append(f"… {len(value) - len(result)} more")
                break
            result.append(self.plain(item, depth + 1))
        return result

    def _bytes(self, value: bytes | bytearray | memoryview) -> str:
        size_bytes = value.nbytes if isinstance(value, memoryview) else len(value)
        if size_bytes * 4 // 3 > self._left_bytes:
            self.truncated = True
            return f"… {size_bytes} bytes"
        self._left_bytes -= size_bytes * 4 // 3
        return b64encode(bytes(value)).decode()

    def _object(self, value: object, kind: type, depth: int) -> object:
        names = field_names(kind)
        if names is not None:
            return self._mapping(read_fields(value, names), depth)
        if name_of(kind) in _TEXT_LIKE:
            return self._text(str(value))
        if kind is SimpleNamespace:
            return self._mapping(vars(value), depth)
        scalar = scalar_of(value, kind)
        if scalar is not value:
            return self.plain(scalar, depth + 1)
        shape = shape_of(value, kind, self._limits.items)
        if shape is not None:
            return self._mapping(shape, depth)
        text = callable_name(value, kind) or repr(value)
        if len(text) > self._limits.inline_bytes:
            self.truncated = True
            text = text[: self._limits.inline_bytes]
        return self._text(text)


def _json_number(value: float) -> float | str:
    """Numbers that JSON cannot hold become text; none turns into null unseen."""
    return value if value - value == 0 else str(value)


def _key(key: object) -> str:
    try:
        return str.__str__(key) if isinstance(key, str) else str(key)
    except Exception:
        return f"<{name_of(type(key))}>"


def _other_name(name: str, taken: dict[str, object]) -> str:
    """A name for a second key that has the same text as another, such as 1 and "1"."""
    number = 2
    while f"{name} ({number})" in taken:
        number += 1
    return f"{name} ({number})"
