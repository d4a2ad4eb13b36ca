"""Money and counts in words."""

from __future__ import annotations


def dollars(micros: int | None) -> str:
    """Micro-dollars as dollars, with enough digits that a small sum is not shown as none; "unpriced" for None."""
    if micros is None:
        return "unpriced"
    if micros == 0 or abs(micros) >= 1_000_000:
        return f"${micros / 1e6:,.2f}"
    return f"${micros / 1e6:.6f}".rstrip("0")


def per(micros: int | None, count: int) -> float | None:
    """Dollars for each of some things; None where nothing is priced or there is nothing."""
    return None if micros is None or not count else micros / 1e6 / count


def calls(number: int) -> str:
    """How many calls: 1 call, 1,204 calls."""
    return f"{number:,} call{'' if number == 1 else 's'}"
