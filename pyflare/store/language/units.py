"""Amounts worth proposing while somebody types a number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pyflare.store.language.fields import Field, Type

_TYPICAL: Final = {
    Type.DURATION: ("1s", "2s", "5s", "10s", "500ms", "1m"),
    Type.MONEY: ("$0.01", "$0.10", "$1"),
    Type.NUMBER: ("0", "1", "10", "100", "1k", "10k"),
    Type.TIME: ("15m", "1h", "24h", "7d"),
}
_UNITS: Final = {
    Type.DURATION: {"s": "seconds", "ms": "milliseconds", "m": "minutes", "h": "hours"},
    Type.NUMBER: {"k": "thousand", "m": "million"},
    Type.TIME: {"m": "minutes ago", "h": "hours ago", "d": "days ago"},
}
_NUMBER: Final = re.compile(r"\d+(\.\d*)?")


def amounts(field: Field, typed: str) -> Iterator[tuple[str, str | None]]:
    """Amounts for a field, and what their units mean: typical ones, or those that a number begun can become."""
    if _NUMBER.fullmatch(typed) and field.type in _UNITS:
        for unit, meaning in _UNITS[field.type].items():
            yield f"{typed}{unit}", meaning
    elif not typed:
        yield from ((amount, None) for amount in _TYPICAL[field.type])
