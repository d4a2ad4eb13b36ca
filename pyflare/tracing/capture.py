"""Turn any Python value into JSON text, bounded in depth, items and bytes.

Plain small values go straight through msgspec. Everything else is first walked
into a plain copy that respects the limits, so an object graph is never followed
further than it will be kept, and JSON is never cut inside a token.
"""

from __future__ import annotations

import dataclasses
import enum
from base64 import b64encode
from collections import deque
from collections.abc import Mapping, Set
from typing import Any, Final

import msgspec

encode_json = msgspec.json.Encoder().encode
_PLAIN: Final = frozenset({int, bool, type(None)})
_TEXT_LIKE: Final = frozenset({"datetime", "date", "time", "timedelta", "UUID", "Decimal", "Fraction", "PosixPath"})
_ARRAY_PREVIEW_ITEMS: Final = 8


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
        try:
            return encode_json(value), False
        except UnicodeEncodeError:
            return encode_text(value), False  # type: ignore[arg-type]
    if kind in _PLAIN:
        return encode_json(value), False
    walk = _Walk(limits, limits.content_bytes)
    return encode_json(walk.plain(value, 0)), walk.truncated


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
    except UnicodeEncodeError:
        return encode_value(values, limits)


def encode_preview(value: object, limits: Limits) -> bytes:
    """A short JSON of `value`: the same shape, with less in it."""
    return encode_json(_Walk(limits, limits.preview_bytes).plain(value, 0))


class _Walk:
    """One bounded walk over one value."""

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
        if kind in _PLAIN:
            self._left_bytes -= 8
            return value
        if kind is float:
            self._left_bytes -= 8
            return _json_number(value)
        if depth >= self._limits.depth or self._left_bytes <= 0:
            self.truncated = True
            return f"… {kind.__name__}"
        if id(value) in self._path:
            return f"… cycle to {kind.__name__}"
        self._path.add(id(value))
        try:
            return self._container(value, depth)
        except Exception as error:  # the object's own code failed, such as a property or an iterator
            return f"<{kind.__name__}: {type(error).__name__} while it was captured>"
        finally:
            self._path.discard(id(value))

    def _text(self, value: str) -> str:
        room = max(self._left_bytes, 0)
        self._left_bytes -= len(value)
        if len(value) > room:
            self.truncated = True
            value = f"{value[:room]}… ({len(value) - room} more characters)"
        if not value.isascii():
            value = value.encode("utf-8", "backslashreplace").decode()
        return value

    def _container(self, value: object, depth: int) -> object:
        if isinstance(value, str):
            return self._text(str.__str__(value))
        if isinstance(value, enum.Enum):
            return self.plain(value.value, depth + 1)
        if isinstance(value, Mapping):
            return self._mapping(value, depth)
        if isinstance(value, tuple) and hasattr(value, "_asdict"):
            return self._mapping(value._asdict(), depth)
        if isinstance(value, (list, tuple, Set, deque)):
            return self._items(value, depth)
        if isinstance(value, (bytes, bytearray, memoryview)):
            return self._bytes(bytes(value))
        if isinstance(value, (bool, int, float)):
            return _json_number(value)
        return self._object(value, depth)

    def _mapping(self, value: Mapping[Any, Any], depth: int) -> dict[str, object]:
        result: dict[str, object] = {}
        for count, (key, item) in enumerate(value.items()):
            if count >= self._limits.items or self._left_bytes <= 0:
                self.truncated = True
                result["…"] = f"{len(value) - count} more"
                break
            name = self._text(key) if type(key) is str else self._text(str(key))
            result[name] = self.plain(item, depth + 1)
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

    def _bytes(self, value: bytes) -> str:
        size_bytes = len(value) * 4 // 3
        if size_bytes > self._left_bytes:
            self.truncated = True
            return f"… {len(value)} bytes"
        self._left_bytes -= size_bytes
        return b64encode(value).decode()

    def _object(self, value: object, depth: int) -> object:
        kind = type(value)
        if kind.__name__ in _TEXT_LIKE:
            return self._text(str(value))
        if hasattr(value, "dtype") and hasattr(value, "shape"):
            return self._array(value)
        if hasattr(value, "columns") and hasattr(value, "shape"):
            names = [str(name) for name in value.columns]
            return self.plain({"type": _type_name(kind), "shape": value.shape, "columns": names}, depth)
        fields = _fields_of(value)
        if fields is not None:
            return self._mapping(fields, depth)
        if isinstance(value, type) or callable(value):
            return f"<{getattr(value, '__qualname__', kind.__qualname__)}>"
        return self._text(repr(value)[: self._limits.inline_bytes])

    def _array(self, value: Any) -> object:
        """An array by its shape and first values, never whole: features and vectors have their own tables."""
        shape = [int(size) if isinstance(size, int) else str(size) for size in value.shape]
        if not shape:
            return self.plain(value.item(), 0)
        result = {"type": _type_name(type(value)), "shape": shape, "dtype": str(value.dtype)}
        flat = value.reshape(-1)[:_ARRAY_PREVIEW_ITEMS].tolist()
        return {**result, "first": [self.plain(item, self._limits.depth - 1) for item in flat]}


def _type_name(kind: type) -> str:
    return f"{kind.__module__.split('.')[0]}.{kind.__name__}"


def _json_number(value: Any) -> object:
    """Numbers that JSON cannot hold become text; none turns into null unseen."""
    if isinstance(value, bool):
        return bool(value)
    if isinstance(value, float):
        number = float(value)
        return number if number - number == 0 else str(number)
    return int(value)


def _fields_of(value: object) -> Mapping[str, Any] | None:
    """The fields of a record-like object (dataclass, attrs, pydantic, msgspec), without calling its code."""
    kind = type(value)
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value) if field.repr]
    elif hasattr(kind, "__attrs_attrs__"):
        names = [field.name for field in kind.__attrs_attrs__ if field.repr]
    elif hasattr(kind, "__struct_fields__"):
        names = list(kind.__struct_fields__)
    elif hasattr(kind, "__pydantic_fields__"):
        return value.__dict__
    else:
        return None
    return {name: getattr(value, name) for name in names if hasattr(value, name)}
