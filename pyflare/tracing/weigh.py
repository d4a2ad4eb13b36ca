"""Whether a value can go straight to the JSON encoder: only plain parts, within the limits.

Looking costs a tenth of copying. What is not plain all through, such as one number
that JSON cannot hold, is walked and copied instead (`pyflare.tracing.capture`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from functools import lru_cache
from typing import Any, Final

_LOWEST: Final = -(1 << 63)
_HIGHEST: Final = (1 << 63) - 1
_NODE_BYTES: Final = 8
_TOO_MUCH: Final = 1 << 63


def is_light(value: object, *, size_bytes: int, depth: int, items: int) -> bool:
    """Whether `value` is plain all through, no deeper than `depth`, and takes about `size_bytes` at most.

    It goes level by level: a call for each container would take half as long again.
    """
    level: list[Any] = [value]
    while level:
        below: list[Any] = []
        for item in level:
            kind = type(item)
            if kind is str:
                size_bytes -= len(item)
            elif kind is list or kind is dict or not _is_plain_scalar(item, kind):
                within = item if kind is list else item.values() if kind is dict else _within(item, kind)
                if within is None or depth <= 0 or len(within) > items:
                    return False
                size_bytes -= _NODE_BYTES * len(within) + (_weight_of_names(item) if kind is dict else 0)
                if size_bytes < 0:
                    return False
                below += within
        level = below
        depth -= 1
    return size_bytes >= 0


def _is_plain_scalar(value: Any, kind: type) -> bool:
    if kind is int:
        return bool(_LOWEST <= value <= _HIGHEST)
    if kind is float:
        return bool(value - value == 0)
    return kind is bool or value is None


def _weight_of_names(values: dict[Any, Any]) -> int:
    """The characters in a mapping's names; too many where one is no text."""
    weight = 0
    for name in values:
        if type(name) is not str:
            return _TOO_MUCH
        weight += len(name)
    return weight


def _within(value: Any, kind: type) -> Collection[Any] | None:
    """What a tuple or a plain dataclass holds; None of anything else."""
    if kind is tuple:
        return value  # type: ignore[no-any-return]
    names = _plain_fields(kind)
    return None if names is None else [getattr(value, name) for name in names]


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
