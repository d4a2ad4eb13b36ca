"""Costs of calls as they come, by prices that can be changed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pyflare.analytics.cost.result import CostResult, result_of
from pyflare.budgets import Budget, BudgetAlert
from pyflare.budgets.alerts import alert
from pyflare.budgets.sums import Spent
from pyflare.errors import DataError
from pyflare.pricing import ModelPricing, Prices, Usage


@dataclass(slots=True)
class _Watch:
    """A budget alert, and what the tracker has counted for it, by window."""

    budget: Budget
    callback: Callable[[BudgetAlert], object]
    spent: Counter[int] = field(default_factory=Counter)
    calls: Counter[int] = field(default_factory=Counter)

    def count(self, columns: Mapping[str, Any], micros: int, *, at_s: float) -> None:
        if self.budget.key(columns) is None:
            return
        window = self.budget.windows.start(at_s)
        before = self.spent[window]
        self.spent[window] += micros
        self.calls[window] += 1
        if before < self.budget.limit <= self.spent[window]:
            spent = Spent(amount=self.spent[window], calls=self.calls[window])
            self.callback(alert(self.budget, "", 1.0, spent, now_s=at_s))


class CostTracker:
    """Calculates what calls cost.

    It counts what it is given in this process. Budgets that all processes of a
    folder share, and that can stop a call, are `pyflare.Budget`.

    Examples:
        >>> tracker = CostTracker([ModelPricing(model_id="house", input_usd_per_million=1, output_usd_per_million=4)])
        >>> tracker.calculate({"model_id": "house", "input_tokens": 1000, "output_tokens": 50}).total_cost_micros
        1200
    """

    def __init__(self, own: list[ModelPricing] | None = None, *, folder: Path | None = None) -> None:
        """Begin with the prices that count for a folder, and the published ones.

        Args:
            own: Prices above those.
            folder: A PyFlare folder; its own prices are read once.

        Raises:
            ConfigError: The folder's own prices are written in a way that cannot be used.
        """
        self._prices = Prices.load(folder).above(*(own or ()))
        self._watches: list[_Watch] = []

    @property
    def prices(self) -> Prices:
        """The prices that count now."""
        return self._prices

    def calculate(self, record: Mapping[str, Any]) -> CostResult:
        """What a call costs. A cost that it reports itself is taken; without a price it is None, with the reason.

        Args:
            record: Columns of `spans` by name: a row of `Workspace.spans`, or a dict. `start_time` is a
                datetime, or unix nanoseconds; now if left out.

        Raises:
            DataError: `start_time` is neither.
        """
        at_ns = _start_ns(record.get("start_time"))
        usage = Usage.of_columns(record)
        call: dict[str, Any] = {
            "provider": record.get("provider"),
            "model": record.get("model_id"),
            "model_version": record.get("model_version"),
            "service_tier": record.get("service_tier"),
            "usage": usage,
            "at_ns": at_ns,
        }
        price = self._prices.price(**call)
        because = self._prices.reason(**call) if price is None else None
        moment = datetime.fromtimestamp(at_ns // 10**9, UTC).replace(microsecond=at_ns // 1000 % 10**6)
        result = result_of(record, usage, price, moment=moment, because=because)
        if result.total_cost_micros is not None:
            for watch in self._watches:
                watch.count(record, result.total_cost_micros, at_s=at_ns / 1e9)
        return result

    def update_pricing(self, pricing: ModelPricing) -> None:
        """Put a price above those there are. Calls from its `effective_from` on are calculated by it."""
        self._prices = self._prices.above(pricing)

    def set_budget_alert(
        self,
        dimension: str,
        value: str,
        threshold_micros: int,
        callback: Callable[[BudgetAlert], object],
        *,
        window: str = "month",
    ) -> None:
        """Call back when the calls calculated here reach a threshold, once per window.

        Args:
            dimension: What the calls have in common: `user`, `feature`, `team`, `model`, … as for `pyflare.Budget`.
            value: Its value.
            threshold_micros: In micro-dollars.
            callback: Gets the alert. What it raises reaches the caller of `calculate`.
            window: `hour`, `day`, `week`, `month`, `rolling 24h`, …

        Raises:
            ConfigError: The dimension, the threshold or the window cannot be used.
        """
        budget = Budget(
            name=f"{dimension} = {value}",
            limit_usd=threshold_micros / 1e6,
            match={dimension: value},
            window=window,
            on_exceeded=callback,
        )
        self._watches.append(_Watch(budget, callback))

    def __repr__(self) -> str:
        return f"CostTracker({self._prices.version}; {len(self._watches)} budget alerts)"


def _start_ns(moment: object) -> int:
    match moment:
        case None:
            return time.time_ns()
        case datetime():
            aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
            since = aware - datetime(1970, 1, 1, tzinfo=UTC)
            return ((since.days * 86_400 + since.seconds) * 10**6 + since.microseconds) * 1000
        case int():
            return moment
    raise DataError(f"start_time: expected a datetime or unix nanoseconds, got {type(moment).__name__}.")
