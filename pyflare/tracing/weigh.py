"""Whether a value can go straight to the JSON encoder: only plain parts, within the limits.

Looking costs a tenth of copying. What is not plain all through, such as one number
that JSON cannot hold, is walked and copied instead (`pyflare.tracing.capture`).
"""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import Any, Final

_LOWEST: Final = -(1 << 63)
_HIGHEST: Final = (1 << 63) - 1
_NODE_BYTES: Final = 8
_TOO_MUCH: Final = -1


def is_light(value: object, *, size_bytes: int, depth: int, items: int) -> bool:
    """Whether `value` is plain all through, no deeper than `depth`, and takes about `size_bytes` at most."""
    return _weigh(value, size_bytes, depth, items) >= 0


def _weigh(value: Any, left: int, depth: int, items: int) -> int:
    """What is left of `left` bytes after `value`; negative where it is too much, or not plain."""
    kind: Any = type(value)
    if kind is str:
        return left - len(value)
    left -= _NODE_BYTES
    if kind is int:
        return left if _LOWEST <= value <= _HIGHEST else _TOO_MUCH
    if kind is float:
        return left if value - value == 0 else _TOO_MUCH
    if kind is bool or value is None:
        return left
    if depth <= 0 or left < 0:
        return _TOO_MUCH
    if kind is dict:
        return _weigh_dict(value, left, depth - 1, items)
    if kind is list or kind is tuple:
        return _weigh_items(value, left, depth - 1, items)
    names = _plain_fields(kind)
    return (
        _TOO_MUCH if names is None else _weigh_items([getattr(value, name) for name in names], left, depth - 1, items)
    )


def _weigh_items(values: list[Any] | tuple[Any, ...], left: int, depth: int, items: int) -> int:
    if len(values) > items:
        return _TOO_MUCH
    for value in values:
        # Strings are most of what comes here; a call for each would double the cost.
        left = left - len(value) - _NODE_BYTES if type(value) is str else _weigh(value, left, depth, items)
        if left < 0:
            return _TOO_MUCH
    return left


def _weigh_dict(values: dict[Any, Any], left: int, depth: int, items: int) -> int:
    if len(values) > items:
        return _TOO_MUCH
    for name in values:
        if type(name) is not str:
            return _TOO_MUCH
        left -= len(name)
    return _weigh_items([*values.values()], left, depth, items)


@lru_cache(maxsize=512)
def _plain_fields(kind: Any) -> tuple[str, ...] | None:
    """The fields of a dataclass that the encoder writes just as the walk would; None for other classes."""
    if not hasattr(kind, "__dataclass_fields__") or issubclass(kind, (dict, list, tuple, str, int, float)):
        return None
    fields = dataclasses.fields(kind)
    names = tuple(field.name for field in fields)
    if not all(field.repr for field in fields) or any(name.startswith("_") for name in names):
        return None
    if any(isinstance(kind.__dict__.get(name), property) for name in names) or "__getattribute__" in kind.__dict__:
        return None
    return names
