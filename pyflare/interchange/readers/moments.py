"""Moments as other programs write them, in unix nanoseconds."""

from __future__ import annotations

from typing import Any, Final

from pyflare.errors import DataError
from pyflare.store.times import unix_ns

_UNITS_NS: Final = ((1e11, 1_000_000_000), (1e14, 1_000_000), (1e17, 1_000))
"""Numbers below each bound are read in units of so many nanoseconds: seconds, milliseconds, microseconds."""


def moment_ns(value: Any) -> int | None:
    """A moment: ISO 8601 text, in UTC where it names no zone, or a number of seconds up to nanoseconds since 1970.

    Which unit a number has is told by its size: up to the year 5000 they do not overlap.

    Returns:
        Unix nanoseconds; None for None and empty text.

    Raises:
        DataError: It is neither.
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        raise DataError(f"expected a moment, got {value!r}")
    if isinstance(value, str):
        try:
            value = float(value) if "." in value else int(value)
        except ValueError:
            return unix_ns(_with_six_digits(value), now_ns=0)
    if not isinstance(value, int | float):
        return unix_ns(value, now_ns=0)
    for bound, unit_ns in _UNITS_NS:
        if abs(value) < bound:
            return round(value * unit_ns)
    return int(value)


def _with_six_digits(text: str) -> str:
    """ISO 8601 text without what `datetime` cannot read beyond microseconds."""
    head, dot, rest = text.partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))] if dot else ""
    return f"{head}.{digits[:6]:0<6}{rest[len(digits) :]}" if digits else text
