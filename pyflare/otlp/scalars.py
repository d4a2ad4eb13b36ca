"""Scalars of OTLP/JSON: hex ids, 64-bit integers as text, doubles without a number, enums, bytes."""

from __future__ import annotations

import base64
import binascii
import math
import re
from typing import Any, Final

ID_BYTES: Final = {"trace_id": 16, "span_id": 8, "parent_span_id": 8}
"""Fields that are ids, hex in JSON where other bytes are base64, and the length of each."""
Notes = dict[str, None]
"""What a sender did that OTLP does not allow and that was understood all the same, each once."""

_INTEGER: Final = re.compile(r"-?[0-9]{1,20}")
_NON_FINITE: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def read_id(text: str, name: str, notes: Notes) -> bytes:
    """An id from hex in either case, or from base64 as some senders write it.

    Hex of another length comes back as it is: whether that is valid is not a question of the encoding.

    Raises:
        ValueError: It is neither.
    """
    size = ID_BYTES[name]
    try:
        return bytes.fromhex(text)
    except ValueError:
        raw = _from_base64(text)
        if raw is None or len(raw) != size:
            raise ValueError(f"expected {2 * size} hex digits, got {text[:40]!r}") from None
    notes[f"{name}: expected {2 * size} hex digits, got base64; it was read as that"] = None
    return raw


def _from_base64(text: str) -> bytes | None:
    unpadded = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(unpadded + "=" * (-len(unpadded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def read_bytes(text: str) -> bytes:
    """Bytes from base64, of the usual or the URL-safe alphabet, padded or not.

    Raises:
        ValueError: It is not base64.
    """
    raw = _from_base64(text)
    if raw is None:
        raise ValueError(f"expected base64, got {text[:40]!r}")
    return raw


def read_int(value: float | str) -> int:
    """An integer that came as a number or as text.

    Raises:
        ValueError: It is no integer.
    """
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        if value.is_integer():
            return int(value)
    elif _INTEGER.fullmatch(value):
        return int(value)
    raise ValueError(f"expected an integer, got {str(value)[:40]!r}")


def read_double(value: float | str) -> float:
    """A double that came as a number, as text, or as NaN, Infinity or -Infinity.

    Raises:
        ValueError: The text is none of them.
    """
    if not isinstance(value, str):
        return value
    number = _NON_FINITE.get(value)
    if number is not None:
        return number
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or not value.isascii() or "_" in value:
        raise ValueError(f"expected a number, NaN, Infinity or -Infinity, got {value[:40]!r}")
    return number


def read_enum(value: float | str, enum: Any, notes: Notes) -> int:
    """A member of a protobuf enum that came as its number, or by name as some senders write it.

    Raises:
        ValueError: The enum has no member of that name.
    """
    member = enum.values_by_name.get(value) if isinstance(value, str) else None
    if member is None:
        return read_int(value)
    notes[f"{enum.name}: expected a number, got its name {value!r}; it was read as {member.number}"] = None
    return int(member.number)


def write_double(value: float) -> float | str:
    """A double as JSON can hold it."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def write_bytes(value: bytes) -> str:
    """Bytes as base64."""
    return base64.b64encode(value).decode()
