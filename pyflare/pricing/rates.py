"""What a token costs, and what a call costs by that: integers only.

A price in dollars per million tokens is the same number as one in micro-dollars
per token, so a call's cost in micro-dollars is a sum of tokens times prices. It
is computed exactly, in units of 10⁻²⁴ micro-dollars, and rounded once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from pyflare.errors import DataError
from pyflare.pricing.usage import INPUT_BUCKETS, Buckets

DIGITS: Final = 24
UNITS_PER_MICRO: Final = 10**DIGITS

PRICED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "uncached_input": ("input_text", "input"),
    "cache_read": ("cache_read", "input"),
    "cache_write": ("cache_write_5m", "cache_write", "input"),
    "cache_write_1h": ("cache_write_1h", "cache_write", "input"),
    "input_audio": ("input_audio", "input"),
    "input_image": ("input_image", "input"),
    "output_text": ("output_text", "output"),
    "reasoning": ("output_reasoning", "output"),
    "output_audio": ("output_audio", "output"),
    "output_image": ("output_image", "output"),
}
"""By bucket: the prices that may count for it. The first that a price list has does."""


class Tiered(NamedTuple):
    """A price that depends on how long the input is: beyond a threshold the whole call costs more."""

    base: Decimal
    above: Sequence[tuple[int, Decimal]]
    """Input tokens that are exceeded, and the price from there on."""


class Band(NamedTuple):
    """The prices for inputs longer than some number of tokens."""

    above_tokens: int
    units: tuple[int | None, ...]
    """What a token costs, by bucket; None where no price is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The prices of one model that count at one moment."""

    bands: tuple[Band, ...]
    """For the longest inputs first; the last is for inputs of any length."""
    per_call_units: int = 0
    """What a call costs whatever its tokens."""

    def of(self, used: Buckets) -> tuple[int, int] | None:
        """What a call's input and output cost, in units; None where a bucket has tokens and no price."""
        length = sum(used[:INPUT_BUCKETS])
        band = next(band for band in self.bands if length > band.above_tokens)
        parts = [self.per_call_units, 0]
        for position, (tokens, units) in enumerate(zip(used, band.units, strict=True)):
            if tokens:
                if units is None:
                    return None
                parts[position >= INPUT_BUCKETS] += tokens * units
        return parts[0], parts[1]

    def micros(self, used: Buckets) -> int | None:
        """What a call costs in micro-dollars, rounded once; None where a bucket has tokens and no price."""
        found = self.of(used)
        return None if found is None else rounded(found[0] + found[1])

    def missing(self, used: Buckets) -> tuple[str, ...]:
        """The buckets that have tokens and no price."""
        units = self.bands[-1].units
        return tuple(
            name for name, tokens, price in zip(Buckets._fields, used, units, strict=True) if tokens and price is None
        )


def rounded(units: int) -> int:
    """Units in whole micro-dollars: the nearest, and of two equally near the even one."""
    micros, rest = divmod(units, UNITS_PER_MICRO)
    twice = 2 * rest
    return micros + (twice > UNITS_PER_MICRO or (twice == UNITS_PER_MICRO and micros % 2 == 1))


def units_of(usd_per_million: Decimal) -> int:
    """A price in dollars per million tokens as units per token.

    Raises:
        DataError: It is negative, not finite, or has more than 24 decimals.
    """
    if usd_per_million.is_finite() and usd_per_million >= 0:
        scaled = usd_per_million.scaleb(DIGITS)
        if scaled == scaled.to_integral_value():
            return int(scaled)
    raise DataError(
        f"expected a price of 0 or more, in US dollars and with at most {DIGITS} decimals; got {usd_per_million}."
    )


def compile_rates(
    prices: Mapping[str, Decimal | Tiered], *, usd_per_call: Decimal = Decimal(0), apart: Sequence[str] = ()
) -> Rates:
    """Prices by name, as in `PRICED_BY`, made ready for counting.

    Args:
        prices: In dollars per million tokens.
        usd_per_call: What a call costs beside its tokens, in dollars.
        apart: Buckets that no general price counts for: they have their own or none.

    Raises:
        DataError: A price cannot be used.
    """
    thresholds = {above for price in prices.values() if isinstance(price, Tiered) for above, _ in price.above}
    bands = tuple(Band(above, _band(prices, above, apart)) for above in sorted({-1, *thresholds}, reverse=True))
    return Rates(bands=bands, per_call_units=units_of(usd_per_call * 1_000_000))


def _band(prices: Mapping[str, Decimal | Tiered], above: int, apart: Sequence[str]) -> tuple[int | None, ...]:
    named = {name: units_of(_price_above(price, above)) for name, price in prices.items()}
    return tuple(
        next((named[name] for name in (names[:1] if bucket in apart else names) if name in named), None)
        for bucket, names in PRICED_BY.items()
    )


def _price_above(price: Decimal | Tiered, above: int) -> Decimal:
    if isinstance(price, Decimal):
        return price
    met = [found for start, found in sorted(price.above) if start <= above]
    return met[-1] if met else price.base
