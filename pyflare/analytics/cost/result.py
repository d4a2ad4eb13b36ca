"""What one call costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pyflare.analytics.cost.money import dollars
from pyflare.pricing import REPORTED, Price, Usage

_DIMENSIONS: Final = ("user_id", "session_id", "feature_id", "environment", "team")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CostResult:
    """What one call costs, and whom it served. Costs are in micro-dollars."""

    trace_id: str | None = None
    model_id: str | None = None
    provider: str | None = None
    usage: Usage
    """Its tokens, in buckets that do not overlap."""
    input_cost_micros: int | None
    """None where it is unpriced, or reported its cost as a whole."""
    output_cost_micros: int | None
    total_cost_micros: int | None
    """None where no price is known for sure."""
    price_version: str | None
    """By which prices; `reported` where the call said its cost itself."""
    unpriced_because: str | None = None
    """Why it has no price, in words."""
    user_id: str | None = None
    session_id: str | None = None
    feature_id: str | None = None
    environment: str | None = None
    team: str | None = None
    timestamp: datetime | None = None
    """When the call began, in UTC."""

    @property
    def input_tokens(self) -> int:
        """All that went in."""
        return self.usage.input_tokens

    @property
    def output_tokens(self) -> int:
        """All that came out."""
        return self.usage.output_tokens

    @property
    def total_tokens(self) -> int:
        """Both."""
        return self.input_tokens + self.output_tokens

    @property
    def total_cost_usd(self) -> float | None:
        """In dollars."""
        return None if self.total_cost_micros is None else self.total_cost_micros / 1e6

    def __repr__(self) -> str:
        known = "as reported" if self.price_version == REPORTED else f"by {self.price_version}"
        why = f"because {self.unpriced_because}" if self.unpriced_because else known
        return f"CostResult({self.model_id}: {dollars(self.total_cost_micros)} {why}; {self.usage!r})"


def result_of(
    columns: Mapping[str, Any], usage: Usage, price: Price | None, *, moment: datetime, because: str | None
) -> CostResult:
    """The result for a call with these columns of `spans`; a cost that it reports counts before the price."""
    reported = columns.get("cost_micros")
    is_reported = reported is not None and columns.get("price_version") in (None, REPORTED)
    if is_reported:
        price, because = None, None
    return CostResult(
        trace_id=columns.get("trace_id"),
        model_id=columns.get("model_id") or columns.get("model_version"),
        provider=columns.get("provider"),
        usage=usage,
        input_cost_micros=None if price is None else price.input_micros,
        output_cost_micros=None if price is None else price.output_micros,
        total_cost_micros=reported if is_reported else None if price is None else price.micros,
        price_version=REPORTED if is_reported else None if price is None else price.version,
        unpriced_because=because if price is None else None,
        timestamp=moment,
        **{name: columns.get(name) for name in _DIMENSIONS},
    )
