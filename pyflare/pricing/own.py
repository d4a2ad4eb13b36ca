"""The user's own prices, which stand above the published ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any, Final

from pyflare.errors import DataError
from pyflare.pricing.names import conventional
from pyflare.pricing.rates import Rates, Tiered, compile_rates, units_of
from pyflare.pricing.tiers import STANDARD

Money = Decimal | int | str | float
"""Dollars. A float counts as the number it prints as."""

_PER_MILLION: Final = "_usd_per_million"
_DAY_NS: Final = 86_400 * 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class LongContext:
    """Prices for calls whose input is longer than some number of tokens; they count for the whole call."""

    above_input_tokens: int
    input_usd_per_million: Money | None = None
    output_usd_per_million: Money | None = None
    cache_read_usd_per_million: Money | None = None
    cache_write_usd_per_million: Money | None = None
    cache_write_1h_usd_per_million: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ModelPricing:
    """What a model costs from some moment on, in US dollars.

    A price that is left out is that of input, or of output. A call of which some
    tokens have no price at all is unpriced. Of several that fit, one for some
    hours of the day counts before one for all, then the latest `effective_from`.
    """

    model_id: str
    """The model's name, as spans say it; `gpt-4o*` is every name that begins so. Capitals make no difference."""
    provider: str | None = None
    """Who serves it, as spans say it; None for anybody."""
    input_usd_per_million: Money | None = None
    output_usd_per_million: Money | None = None
    cache_read_usd_per_million: Money | None = None
    cache_write_usd_per_million: Money | None = None
    cache_write_1h_usd_per_million: Money | None = None
    input_audio_usd_per_million: Money | None = None
    input_image_usd_per_million: Money | None = None
    reasoning_usd_per_million: Money | None = None
    output_audio_usd_per_million: Money | None = None
    output_image_usd_per_million: Money | None = None
    usd_per_call: Money = 0
    long_context: tuple[LongContext, ...] = ()
    service_tier: str = STANDARD
    """What the prices are for: `standard`, `batch`, `flex`, `priority`, …"""
    effective_from: datetime | date | None = None
    """When they begin to count, in UTC where it has no zone; None for always."""
    daily_from: time | None = None
    """In UTC: with `daily_until` the hours of the day in which they count. They may go past midnight."""
    daily_until: time | None = None
    rates: Rates = field(init=False, repr=False, compare=False)
    """The same, made ready for counting."""

    def __post_init__(self) -> None:
        """Check what was given.

        Raises:
            DataError: There is no name or no price, or one cannot be used.
        """
        if not self.model_id.strip():
            raise DataError("expected model_id to name a model; got an empty text.")
        if (self.daily_from is None) != (self.daily_until is None):
            raise DataError(f"{self.model_id}: expected both of daily_from and daily_until, or neither.")
        prices = {name: price for name in _PRICES if (price := _price(self, name)) is not None}
        if not prices and not _decimal(self.usd_per_call):
            raise DataError(f"{self.model_id}: expected at least one price, such as input_usd_per_million.")
        object.__setattr__(self, "rates", compile_rates(prices, usd_per_call=_decimal(self.usd_per_call)))

    @property
    def from_ns(self) -> int:
        """When the prices begin to count, in unix nanoseconds."""
        return 0 if self.effective_from is None else _unix_ns(self.effective_from)

    @property
    def version(self) -> str:
        """`own` and a short digest of all that it says."""
        said = "\n".join(f"{name}={value!r}" for name, value in self.record().items())
        return f"own {sha256(said.encode()).hexdigest()[:8]}"

    def is_for(self, provider: str | None, model: str) -> bool:
        """Whether a model is meant."""
        if self.provider is not None and (provider is None or conventional(self.provider) != conventional(provider)):
            return False
        wanted, name = self.model_id.lower(), model.lower()
        return name.startswith(wanted[:-1]) if wanted.endswith("*") else name == wanted

    def is_active(self, at_ns: int) -> bool:
        """Whether the prices count at a moment, in unix nanoseconds."""
        if at_ns < self.from_ns:
            return False
        if self.daily_from is None or self.daily_until is None:
            return True
        begin, end, now = _day_ns(self.daily_from), _day_ns(self.daily_until), at_ns % _DAY_NS
        return begin <= now < end if begin <= end else now >= begin or now < end

    def record(self) -> dict[str, Any]:
        """What was given, by name, for JSON: prices and times as text."""
        given = {each.name: getattr(self, each.name) for each in fields(self) if each.init}
        defaults = {each.name: each.default for each in fields(self)}
        return {name: plain(value) for name, value in given.items() if value != defaults[name]}

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in self.record().items())
        return f"ModelPricing({said})"


_PRICES: Final[Mapping[str, str]] = {
    (
        "output_reasoning" if field.name == f"reasoning{_PER_MILLION}" else field.name.removesuffix(_PER_MILLION)
    ): field.name
    for field in fields(ModelPricing)
    if field.name.endswith(_PER_MILLION)
}
"""The fields that are prices, by the names in `rates.PRICED_BY`."""


def _price(pricing: ModelPricing, name: str) -> Decimal | Tiered | None:
    base = getattr(pricing, _PRICES[name])
    above = [
        (each.above_input_tokens, _decimal(price))
        for each in pricing.long_context
        if (price := getattr(each, _PRICES[name], None)) is not None
    ]
    if base is None:
        if above:
            raise DataError(f"{pricing.model_id}: expected {_PRICES[name]} beside that of its long_context.")
        return None
    return Tiered(_decimal(base), above) if above else _decimal(base)


def plain(value: object) -> Any:
    """A field's value as JSON has it."""
    if isinstance(value, tuple):
        return [
            {
                each.name: plain(getattr(item, each.name))
                for each in fields(item)
                if getattr(item, each.name) is not None
            }
            for item in value
        ]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value if isinstance(value, str | int) else str(_decimal(value))  # type: ignore[arg-type]


def _decimal(value: Money) -> Decimal:
    try:
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        raise DataError(f"expected a price in dollars, such as 2.50; got {value!r}.") from None
    units_of(number)
    return number


def _unix_ns(moment: datetime | date) -> int:
    whole = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    aware = whole if whole.tzinfo is not None else whole.replace(tzinfo=UTC)
    since = aware - datetime(1970, 1, 1, tzinfo=UTC)
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1000


def _day_ns(moment: time) -> int:
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 10**9 + moment.microsecond * 1000
