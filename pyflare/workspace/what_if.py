"""What the same calls would have cost: by another model, with another share from the cache, with more traffic."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pyflare.errors import DataError
from pyflare.pricing import USAGE_COLUMNS, Prices, Usage
from pyflare.schema.told import ONCE_SQL
from pyflare.store.engine import Engine
from pyflare.store.filters import Condition
from pyflare.store.session import Parameters
from pyflare.workspace.aggregates.sources import spans_in
from pyflare.workspace.scope import Scope

_CALLS_SQL: Final = f"{ONCE_SQL} AND (cost_micros IS NOT NULL OR input_tokens > 0 OR output_tokens > 0)"
_COLUMNS: Final = (
    "provider",
    "model_id",
    "model_version",
    "service_tier",
    "cost_micros",
    "epoch_ns(start_time) AS at_ns",
    *USAGE_COLUMNS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What would be different. What is None stays as it was."""

    model: str | None = None
    """The model that would be called instead."""
    provider: str | None = None
    """Who would serve it; by default whoever its name says."""
    instead_of: str | None = None
    """Only calls of this model would change; by default all."""
    cache_rate: float | None = None
    """The share of plain input, 0 to 1, that would be read from a cache."""
    traffic: float = 1.0
    """How many times as many calls there would be."""

    def __post_init__(self) -> None:
        if self.cache_rate is not None and not 0 <= self.cache_rate <= 1:
            raise DataError(f"cache_rate: expected a share from 0 to 1; got {self.cache_rate}.")
        if not 0 <= self.traffic <= 1e6:
            raise DataError(f"traffic: expected a factor from 0 to 1,000,000; got {self.traffic}.")
        if self.model is None and self.provider is not None:
            raise DataError("provider: expected with a model; name the model that it would serve.")

    @property
    def assumptions(self) -> list[str]:
        """What is taken for granted, in words."""
        said = []
        if self.model is not None:
            whose = f"calls of {self.instead_of}" if self.instead_of is not None else "all calls"
            said.append(
                f"{whose} would use the same tokens with {self.model}: another tokenizer counts otherwise, "
                "and another model answers at another length"
            )
        if self.cache_rate is not None:
            said.append(
                f"{self.cache_rate:.0%} of each call's plain input would be read from a cache; what is written to it, "
                "and audio and images, would stay as they are"
            )
        if self.traffic != 1.0:
            said.append(f"there would be {self.traffic:g} times as many calls of the same kind")
        if self.model is not None or self.cache_rate is not None:
            said.append("prices are those that counted when each call was made")
        return said


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class WhatIf:
    """What calls cost, and what they would have cost."""

    change: Change
    calls: int
    """Calls that are compared: those priced both ways."""
    cost_micros: int
    """What they cost."""
    would_cost_micros: int
    """What they would have cost, traffic included, rounded to the micro-dollar for each call and once for the traffic."""
    left_out: dict[str, int]
    """How many calls have no price, by what is missing."""

    @property
    def ratio(self) -> float | None:
        """What they would have cost to what they cost; None where that was nothing."""
        return self.would_cost_micros / self.cost_micros if self.cost_micros else None

    def lines(self) -> list[str]:
        """The comparison in words, with what it takes for granted."""
        ratio = "" if self.ratio is None else f" ({self.ratio:.1%})"
        return [
            f"{self.calls:,} calls cost ${self.cost_micros / 1e6:,.6f}",
            f"they would have cost ${self.would_cost_micros / 1e6:,.6f}{ratio}",
            *(f"assumed: {assumption}" for assumption in self.change.assumptions),
            *(f"left out: {count:,} calls {why}" for why, count in self.left_out.items()),
        ]

    def __repr__(self) -> str:
        return "\n".join(self.lines())


def read_what_if(engine: Engine, scope: Scope, change: Change, prices: Prices) -> WhatIf:
    """Compare what calls cost with what they would have cost. Exact, call by call.

    Args:
        engine: The folder.
        scope: Calls begun in its range, in traces that meet it; of its models only.
        change: What would be different.
        prices: The price book.

    Raises:
        QueryError: The filter cannot be used.
    """
    cost = would = calls = 0
    left_out: Counter[str] = Counter()
    for row in _calls(engine, scope):
        now, then = row["cost_micros"], _changed(row, change, prices)
        if now is None:
            left_out["have no price"] += 1
        elif then is None:
            left_out["would have no price"] += 1
        else:
            cost, would, calls = cost + now, would + then, calls + 1
    return WhatIf(
        change=change,
        calls=calls,
        cost_micros=cost,
        would_cost_micros=round(would * change.traffic) if change.traffic != 1.0 else would,
        left_out=dict(left_out),
    )


def _changed(row: Mapping[str, Any], change: Change, prices: Prices) -> int | None:
    """What a call would have cost, in micro-dollars."""
    concerned = change.instead_of is None or change.instead_of in (row["model_id"], row["model_version"])
    other = change.model is not None and concerned
    if not other and (change.cache_rate is None or not concerned):
        cost: int | None = row["cost_micros"]
        return cost
    usage = Usage.of(**{name: row[name] for name in USAGE_COLUMNS})
    if change.cache_rate is not None:
        usage = _cached(usage, change.cache_rate)
    price = prices.price(
        provider=change.provider if other else row["provider"],
        model=change.model if other else row["model_id"],
        model_version=None if other else row["model_version"],
        service_tier=row["service_tier"],
        usage=usage,
        at_ns=row["at_ns"],
    )
    return None if price is None else price.micros


def _cached(usage: Usage, rate: float) -> Usage:
    plain = usage.uncached_input + usage.cache_read
    read = round(rate * plain)
    return replace(usage, uncached_input=plain - read, cache_read=read)


def _calls(engine: Engine, scope: Scope) -> Iterator[dict[str, Any]]:
    condition = spans_in(engine, scope) & Condition(_CALLS_SQL)
    query = f"SELECT {', '.join(_COLUMNS)} FROM spans WHERE {condition.sql}"
    table = engine.run(functools.partial(_given, query, condition.parameters), traces=True)
    for batch in table.to_batches(max_chunksize=10_000):
        yield from batch.to_pylist()


def _given(query: str, parameters: Parameters, *_: object) -> tuple[str, Parameters]:
    return query, parameters
