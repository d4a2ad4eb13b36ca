"""Published prices: those of `genai-prices`, the extra `cost`.

Its data comes with the package and is never fetched: newer prices come with a
newer package. Importing it takes a fifth of a second, so this module is only
imported where something needs a price, and it is asked once for a model and a
day. Its own classes tell which prices count when; the computing is ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from importlib.metadata import version
from typing import Final

from genai_prices.data import providers
from genai_prices.data_snapshot import DataSnapshot
from genai_prices.types import ModelInfo, ModelPrice, Provider, TieredPrices, TimeOfDateConstraint

from pyflare.pricing.names import candidates
from pyflare.pricing.rates import Rates, Tiered, compile_rates
from pyflare.pricing.tiers import BATCH, STANDARD

_TOKENS: Final = "_mtok"
_PER_CALL: Final = "requests_kcount"
_DAY_NS: Final = 86_400 * 10**9
_MOMENT_NS: Final = 10**9
_MOST_KEPT: Final = 4096
_AUDIO: Final = ("input_audio", "output_audio")
_AUDIO_WORDS: Final = ("audio", "realtime", "tts", "transcribe")
"""In the names of models whose audio costs many times what text does: where the list has no price for it there is none."""


class ListedModel:
    """A model of the price list."""

    def __init__(self, provider: Provider, model: ModelInfo, *, version: str) -> None:
        self.name: Final = f"{provider.id}/{model.id}"
        self.version: Final = version
        self._model = model
        self._step_ns = _MOMENT_NS if _changes_within_a_day(model) else _DAY_NS
        self._is_for_audio = any(word in model.id for word in _AUDIO_WORDS)
        self._standard: dict[int, Rates] = {}
        self._kept: dict[tuple[int, str], Rates | None] = {}

    def rates(self, *, at_ns: int, service_tier: str) -> Rates | None:
        """The prices that count at a moment; None where the list has none for the way the call was served."""
        key = (at_ns // self._step_ns, service_tier)
        if key not in self._kept:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = self._find(datetime.fromtimestamp(at_ns // _MOMENT_NS, UTC), service_tier)
        return self._kept[key]

    def _find(self, moment: datetime, service_tier: str) -> Rates | None:
        if service_tier == STANDARD:
            prices = self._model.get_prices(moment)  # always one of the few objects that the list has
            if id(prices) not in self._standard:
                self._standard[id(prices)] = self._compiled(prices)
            return self._standard[id(prices)]
        key = "processing" if service_tier == BATCH else "service_tier"
        context = {key: service_tier}
        if not self._has_variant(moment, context):
            return None
        return self._compiled(self._model.get_prices(moment, context))

    def _compiled(self, prices: ModelPrice) -> Rates:
        named: dict[str, Decimal | Tiered] = {}
        per_call = Decimal(0)
        for key, price in prices.__dict__.items():
            if price is None:
                continue
            value = _ours(price)
            if key.endswith(_TOKENS):
                named[key.removesuffix(_TOKENS)] = value
            elif key == _PER_CALL and isinstance(value, Decimal):
                per_call = value / 1000
        return compile_rates(named, usd_per_call=per_call, apart=_AUDIO if self._is_for_audio else ())

    def _has_variant(self, moment: datetime, context: Mapping[str, str]) -> bool:
        return any(
            variant.when == context and (variant.constraint is None or variant.constraint.active(moment))
            for variant in self._model.price_variants or ()
        )


class PriceList:
    """The published prices of many providers' models."""

    def __init__(self) -> None:
        self.version: Final = f"genai-prices {version('genai-prices')}"
        self._snapshot = DataSnapshot(providers=providers, from_auto_update=False)
        self._known = frozenset(provider.id for provider in providers)

    def find(self, provider: str | None, model: str) -> ListedModel | None:
        """A model by the names that a span gives; None where the list does not have it."""
        for provider_id, name in candidates(provider, model, self._known):
            try:
                found = self._snapshot.find_provider_model(name, None, provider_id, None)
            except LookupError:
                continue
            return ListedModel(*found, version=self.version)
        return None


def _changes_within_a_day(model: ModelInfo) -> bool:
    constraints = [each.constraint for each in model.prices] if isinstance(model.prices, list) else []
    constraints += [each.constraint for each in model.price_variants or ()]
    return any(isinstance(constraint, TimeOfDateConstraint) for constraint in constraints)


def _ours(price: Decimal | TieredPrices) -> Decimal | Tiered:
    if isinstance(price, Decimal):
        return price
    return Tiered(price.base, tuple((tier.start, tier.price) for tier in price.tiers))
