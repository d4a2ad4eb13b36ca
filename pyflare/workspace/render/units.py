"""Numbers as people read them: durations, sizes, counts, money and times."""

from __future__ import annotations

from datetime import datetime
from typing import Final

ABSENT: Final = "–"
"""What stands where a value is not known. Never 0."""

_SIZE_UNITS: Final = ("B", "kB", "MB", "GB", "TB")


def duration(nanoseconds: int | float | None) -> str:
    """A duration to three digits: 940 ns, 18.2 µs, 1.84 s, 3 min 20 s, 2 h 5 min, 3 d 4 h."""
    if nanoseconds is None:
        return ABSENT
    for unit, scale in (("ns", 1), ("µs", 1_000), ("ms", 1_000_000)):
        if abs(nanoseconds) < 999.5 * scale:
            return f"{_three_digits(nanoseconds / scale)} {unit}"
    seconds = nanoseconds / 1e9
    if seconds < 59.95:
        return f"{_three_digits(seconds)} s"
    if (whole := round(seconds)) < 3600:
        return _pair(whole, 60, "min", "s")
    if (whole := round(seconds / 60)) < 1440:
        return _pair(whole, 60, "h", "min")
    return _pair(round(seconds / 3600), 24, "d", "h")


def size(size_bytes: int | None) -> str:
    """A size in decimal units: 812 B, 1.24 MB."""
    if size_bytes is None:
        return ABSENT
    value = float(size_bytes)
    unit = 0
    while abs(value) >= 999.5 and unit < len(_SIZE_UNITS) - 1:
        value /= 1000
        unit += 1
    return f"{_three_digits(value)} {_SIZE_UNITS[unit]}"


def count(number: int | None) -> str:
    """A count with its thousands apart: 1,204,113."""
    return ABSENT if number is None else f"{number:,}"


def plural(number: int, noun: str) -> str:
    """A count and what is counted: 1 span, 1,204 spans, 2 processes."""
    return f"{number:,} {noun}{'' if number == 1 else 'es' if noun.endswith('s') else 's'}"


def cost(micros: int | None) -> str:
    """Millionths of a US dollar as dollars, with enough digits that a small cost is not shown as none."""
    if micros is None:
        return ABSENT
    dollars = micros / 1e6
    if dollars == 0 or abs(dollars) >= 1:
        return f"${dollars:,.2f}"
    return f"${dollars:.6f}".rstrip("0")


def moment(time: datetime | None) -> str:
    """A time in UTC to the second: 2026-11-21 03:33:12."""
    return ABSENT if time is None else f"{time:%Y-%m-%d %H:%M:%S}"


def one_line(text: str, width: int) -> str:
    """Text on one line of at most `width` characters, an ellipsis where it was longer."""
    flat = " ".join(text[: 4 * width].split())
    shortened = len(flat) > width or len(text) > 4 * width
    return f"{flat[: max(width - 1, 0)]}…" if shortened else flat


def _pair(amount: int, scale: int, big: str, small: str) -> str:
    """An amount of the small unit in both: 200 seconds as 3 min 20 s."""
    whole, rest = divmod(amount, scale)
    return f"{whole:,} {big} {rest} {small}" if rest else f"{whole:,} {big}"


def _three_digits(value: float) -> str:
    """The value to three significant digits, in plain notation."""
    size = abs(value)
    digits = 0 if size >= 99.95 or value == int(value) else 1 if size >= 9.995 else 2
    return f"{value:.{digits}f}"
