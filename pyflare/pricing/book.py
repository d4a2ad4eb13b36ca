"""The price book: the user's own prices above the published ones."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from pyflare.pricing.own import ModelPricing
from pyflare.pricing.rates import DIGITS, UNITS_PER_MICRO, Rates, rounded
from pyflare.pricing.records import prices_of
from pyflare.pricing.tiers import tier_of
from pyflare.pricing.usage import Buckets, Usage

if TYPE_CHECKING:
    from pyflare.pricing.listed import ListedModel, PriceList

EXTRA: Final = "cost"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Price:
    """What a call costs, in micro-dollars."""

    micros: int
    """The whole, rounded once to the nearest micro-dollar, halves to the even one."""
    input_micros: int
    """The part of it that is input."""
    version: str
    """By which prices."""
    name: str
    """What the price list calls the model, its provider first."""

    @property
    def output_micros(self) -> int:
        """The part that is output: what is left of the whole."""
        return self.micros - self.input_micros

    @property
    def usd(self) -> float:
        """The whole in dollars."""
        return self.micros / 1e6

    def __repr__(self) -> str:
        return (
            f"Price(${self.usd:.6f} for {self.name}: input ${self.input_micros / 1e6:.6f}, "
            f"output ${self.output_micros / 1e6:.6f}; {self.version})"
        )


@dataclass(frozen=True, slots=True)
class Quote:
    """The prices of a model that count at one moment, and where they are from."""

    rates: Rates
    version: str
    name: str

    def usd_per_million(self) -> list[dict[str, Decimal | int | None]]:
        """The price of each bucket in dollars per million tokens, by length of the input; the shortest last.

        `above_input_tokens` is the length that is exceeded; None stands where no price is known.
        """
        return [
            {"above_input_tokens": max(band.above_tokens, 0)}
            | {
                name: None if units is None else _usd(units)
                for name, units in zip(Buckets._fields, band.units, strict=True)
            }
            for band in self.rates.bands
        ]


class Prices:
    """What models cost.

    Nothing is fetched. The published prices are those of the installed package
    `genai-prices`, which is imported when the first price is asked for that the
    user's own do not answer; without it only these are known.
    """

    def __init__(self, own: Iterable[ModelPricing] = (), *, published: bool = True) -> None:
        """Begin a book.

        Args:
            own: The user's own prices. Of several that fit equally well the first counts.
            published: Whether published prices count where the user's own say nothing.
        """
        self._own = tuple(own)
        self._wants_published = published
        self._listed: dict[tuple[str | None, str | None, str | None], ListedModel | None] = {}

    @classmethod
    def load(cls, root: Path | None = None) -> Self:
        """The prices that count for a folder: those in its `prices.json` and in the `pyflare.toml` beside it, and the published ones.

        Raises:
            ConfigError: One of the own prices is written in a way that cannot be used.
        """
        return cls(() if root is None else prices_of(root))

    @property
    def own(self) -> tuple[ModelPricing, ...]:
        """The user's own prices."""
        return self._own

    @property
    def has_published(self) -> bool:
        """Whether there are published prices: the extra `cost` is installed."""
        return self._wants_published and importlib.util.find_spec("genai_prices") is not None

    @property
    def version(self) -> str:
        """Names all that the book holds: the same text, the same prices."""
        parts = [self._published.version] if self._published is not None else []
        if self._own:
            said = "\n".join(price.version for price in self._own)
            parts.append(f"own {sha256(said.encode()).hexdigest()[:8]}")
        return " + ".join(parts) or "no prices"

    def above(self, *own: ModelPricing) -> Prices:
        """A book with more of the user's own prices, which stand above the ones it has."""
        return Prices((*own, *self._own), published=self._wants_published)

    def price(
        self,
        *,
        provider: str | None,
        model: str | None,
        usage: Usage,
        at_ns: int,
        model_version: str | None = None,
        service_tier: str | None = None,
    ) -> Price | None:
        """What a call costs; None where that is not known for sure.

        Args:
            provider: Who serves the model, in OpenTelemetry's words; None where the model's name says it.
            model: Its name, as asked for.
            usage: Its tokens.
            at_ns: When it began, in unix nanoseconds.
            model_version: The name that answered, which is more exact where there is one.
            service_tier: How it was served, in the provider's words, such as `batch`, `flex` or `priority`.
        """
        quote = self.quote(
            provider=provider, model=model, model_version=model_version, at_ns=at_ns, service_tier=service_tier
        )
        units = quote.rates.of(usage.buckets) if quote is not None else None
        if quote is None or units is None:
            return None
        micros = rounded(sum(units))
        return Price(
            micros=micros,
            input_micros=min(micros, units[0] // UNITS_PER_MICRO if units[1] else micros),
            version=quote.version,
            name=quote.name,
        )

    def quote(
        self,
        *,
        provider: str | None,
        model: str | None,
        at_ns: int,
        model_version: str | None = None,
        service_tier: str | None = None,
    ) -> Quote | None:
        """The prices that count for a model at a moment; None where none are known. Arguments as for `price`."""
        tier = tier_of(service_tier)
        own = self._own_price(provider, (model_version, model), at_ns, tier) if self._own else None
        if own is not None:
            return Quote(own.rates, own.version, own.model_id)
        listed = self._listed_model(provider, model, model_version)
        rates = listed.rates(at_ns=at_ns, service_tier=tier) if listed is not None else None
        return None if listed is None or rates is None else Quote(rates, listed.version, listed.name)

    def reason(
        self,
        *,
        provider: str | None,
        model: str | None,
        usage: Usage,
        at_ns: int,
        model_version: str | None = None,
        service_tier: str | None = None,
    ) -> str | None:
        """Why a call has no price, in words; None where it has one. Arguments as for `price`."""
        quote = self.quote(
            provider=provider, model=model, model_version=model_version, at_ns=at_ns, service_tier=service_tier
        )
        if quote is not None:
            missing = quote.rates.missing(usage.buckets)
            return f"{quote.name} has no price for {', '.join(missing)}" if missing else None
        if model is None and model_version is None:
            return "the model is not known"
        if not self.has_published:
            return f'published prices need the extra "{EXTRA}", which is not installed'
        listed = self._listed_model(provider, model, model_version)
        if listed is not None:
            return f"{listed.name} has no {tier_of(service_tier)} price for that time"
        return "no price list has this model of this provider"

    def _own_price(
        self, provider: str | None, names: tuple[str | None, ...], at_ns: int, tier: str
    ) -> ModelPricing | None:
        fitting = [
            price
            for price in self._own
            if tier_of(price.service_tier) == tier
            and price.is_active(at_ns)
            and any(name is not None and price.is_for(provider, name) for name in names)
        ]
        return max(fitting, key=lambda price: (price.daily_from is not None, price.from_ns), default=None)

    def _listed_model(self, provider: str | None, model: str | None, version: str | None) -> ListedModel | None:
        key = (provider, model, version)
        if key not in self._listed:
            book = self._published
            names = (name for name in (version, model) if name) if book is not None else ()
            found = (book.find(provider, name) for name in names) if book is not None else ()
            self._listed[key] = next((each for each in found if each is not None), None)
        return self._listed[key]

    @cached_property
    def _published(self) -> PriceList | None:
        if not self.has_published:
            return None
        return _price_list()


_lists: Final[list[PriceList]] = []


def _price_list() -> PriceList:
    """The one price list of this process; reading it takes a while."""
    if not _lists:
        from pyflare.pricing.listed import PriceList

        _lists.append(PriceList())
    return _lists[0]


def _usd(units: int) -> Decimal:
    """Units per token as dollars per million tokens, without zeros that say nothing."""
    usd = Decimal(units).scaleb(-DIGITS).normalize()
    return usd if usd == 0 or usd.as_tuple().exponent <= 0 else usd.quantize(Decimal(1))  # type: ignore[operator]
