"""Attribute values as text with a type beside it, and back, without loss.

Strings stand as they are and have no type. Everything else is JSON. JSON has no
bytes, no NaN and no infinities: as a whole value these are base64 and the words
NaN, Infinity and -Infinity; inside an array or a kvlist they are objects of one
key, as in OTLP's own JSON ({"bytesValue": …}, {"doubleValue": "NaN"}). A real
one-key object of such a name is wrapped once more, in {"kvlistValue": …}.
"""

from __future__ import annotations

import base64
import json
import math
from typing import Any, Final

import msgspec

_encode_json = msgspec.json.Encoder().encode
_NON_FINITE: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_WRAPPERS: Final = frozenset({"bytesValue", "doubleValue", "kvlistValue"})
_BOOLEANS: Final = {True: "true", False: "false"}


def typed_text(value: object) -> tuple[str, str | None]:
    """A value's text, and its type: None for a string, else int, double, bool, bytes, array, kvlist or empty."""
    kind = value.__class__
    if kind is str:
        return value, None  # type: ignore[return-value]
    if kind is int:
        return str(value), "int"
    if kind is bool:
        return _BOOLEANS[value], "bool"  # type: ignore[index]
    if kind is float:
        return _double_text(value), "double"  # type: ignore[arg-type]
    if kind is bytes:
        return base64.b64encode(value).decode(), "bytes"  # type: ignore[arg-type]
    if kind is list:
        return json_text(value), "array"
    if kind is dict:
        return json_text(value), "kvlist"
    if value is None:
        return "null", "empty"
    return str(value), None


def typed_value(text: str, type: str | None) -> Any:
    """The value that `typed_text` was given.

    Raises:
        ValueError: The text is not a value of the type, or the type is unknown.
    """
    match type:
        case None | "string":
            return text
        case "int":
            return int(text)
        case "double":
            return float(text)
        case "bool" if text in _BOOLEANS.values():
            return text == "true"
        case "bytes":
            return base64.b64decode(text, validate=True)
        case "array" | "kvlist":
            return _unwrap(json.loads(text))
        case "empty":
            return None
    raise ValueError(
        f"expected a value of type int, double, bool, bytes, array, kvlist or empty; got {text[:50]!r} as {type!r}"
    )


def json_text(value: object) -> str:
    """Any value as valid JSON text; see the module's notes on what JSON lacks."""
    try:
        return _encode_json(_wrap(value)).decode()
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError):
        return json.dumps(str(value))


def _double_text(value: float) -> str:
    if math.isfinite(value):
        return repr(value)
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _wrap(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else {"doubleValue": _double_text(value)}
    if isinstance(value, bytes):
        return {"bytesValue": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        wrapped = {str(key): _wrap(item) for key, item in value.items()}
        return {"kvlistValue": wrapped} if len(wrapped) == 1 and not _WRAPPERS.isdisjoint(wrapped) else wrapped
    if isinstance(value, (list, tuple)):
        return [_wrap(item) for item in value]
    return value


def _unwrap(value: Any) -> Any:
    if isinstance(value, list):
        return [_unwrap(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (name, item), *_ = value.items()
        if name == "doubleValue":
            return _NON_FINITE[item]
        if name == "bytesValue":
            return base64.b64decode(item)
        if name == "kvlistValue":
            return {key: _unwrap(inner) for key, inner in item.items()}
    return {key: _unwrap(item) for key, item in value.items()}
