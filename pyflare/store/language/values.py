"""Values of a filter as what the store compares: durations in nanoseconds, money in millionths of a dollar."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from typing import Final

from pyflare.errors import DataError, FilterError
from pyflare.store.language.fields import Field, Type
from pyflare.store.language.nodes import Value
from pyflare.store.times import unix_ns

DURATIONS_NS: Final[Mapping[str, float]] = {
    "ns": 1,
    "us": 1e3,
    "\u03bcs": 1e3,  # as casefold writes both signs for micro
    "ms": 1e6,
    "s": 1e9,
    "sec": 1e9,
    "m": 60e9,
    "min": 60e9,
    "h": 3600e9,
    "d": 86_400e9,
}
_COUNTS: Final[Mapping[str, float]] = {"": 1, "k": 1e3, "m": 1e6, "b": 1e9}
_MONEY: Final = re.compile(r"\$?(?P<number>-?[\d._]+)(?P<unit>[kmb]?)\s*(?:\$|usd)?", re.IGNORECASE)
_AMOUNT: Final = re.compile(
    r"(?P<number>[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(?P<unit>[a-zµ\u03bc]*)", re.IGNORECASE
)
_MOST: Final = float(1 << 62)
"""Larger numbers are none that the store can hold."""


def number_of(field: Field, value: Value, *, now_ns: int) -> float | int:
    """The number that a value means for a field.

    Args:
        field: A field of numbers, durations, money or times.
        value: What was written.
        now_ns: The present, in unix nanoseconds: what "2h" counts back from.

    Raises:
        FilterError: It is none.
    """
    match field.type:
        case Type.DURATION:
            found = _duration_ns(field, value)
        case Type.MONEY:
            found = _money_micros(value)
        case Type.TIME:
            return _time_ns(field, value, now_ns)
        case _:
            found = _count(value)
    if found is None or not abs(found) < _MOST:
        raise _refused(field, value)
    return found


def plain_number(text: str) -> float | None:
    """The number that a text is, with a k or m behind it or not; None where it is none."""
    return _scaled(text, _COUNTS)


def word_of(field: Field, value: Value) -> str:
    """One of the words of a field that has few.

    Raises:
        FilterError: It is another.
    """
    word = value.text.casefold()
    if word not in field.words:
        nearest = next(iter(difflib.get_close_matches(word, field.words, n=1)), None)
        raise FilterError(
            f"{field.name} is {', '.join(field.words[:-1])} or {field.words[-1]}; got {value.text!r}.",
            start=value.start,
            end=value.end,
            hint=f'did you mean "{nearest}"?' if nearest else None,
            instead=nearest,
        )
    return word


def _duration_ns(field: Field, value: Value) -> float | None:
    found = _scaled(value.text, DURATIONS_NS)
    if found is None and (bare := _scaled(value.text, {"": 1.0})) is not None:
        if bare == 0:
            return 0.0
        raise FilterError(
            f"{field.name}: expected a duration with its unit; got {value.text}.",
            start=value.start,
            end=value.end,
            hint=f"{value.text}s is seconds, {value.text}ms milliseconds; there are ns, us, ms, s, m, h and d.",
            instead=f"{value.text}s",
        )
    return found


def _money_micros(value: Value) -> float | None:
    match = _MONEY.fullmatch(value.text.strip())
    dollars = _scaled(match["number"] + match["unit"], _COUNTS) if match else None
    return None if dollars is None else round(dollars * 1e6, 3)


def _count(value: Value) -> float | None:
    return _scaled(value.text, _COUNTS)


def _time_ns(field: Field, value: Value, now_ns: int) -> int:
    try:
        found = unix_ns(value.text, now_ns=now_ns, argument=field.name)
    except (DataError, OverflowError):
        raise _refused(field, value) from None
    if not -_MOST < found < _MOST:
        raise _refused(field, value)
    return found


def _scaled(text: str, units: Mapping[str, float]) -> float | None:
    match = _AMOUNT.fullmatch(text.strip())
    if match is None or (factor := units.get(match["unit"].casefold())) is None:
        return None
    number = float(match["number"].replace("_", ""))
    return number * factor if math.isfinite(number) else None


_EXPECTED: Final = {
    Type.NUMBER: "a number, such as 1000 or 10k",
    Type.DURATION: "a duration, such as 2s or 150ms",
    Type.MONEY: "an amount of US dollars, such as $0.05",
    Type.TIME: "a time, such as 2026-05-01T12:00, or how long ago, such as 2h",
}


def _refused(field: Field, value: Value) -> FilterError:
    return FilterError(
        f"{field.name}: expected {_EXPECTED[field.type]}; got {value.text!r}.", start=value.start, end=value.end
    )
