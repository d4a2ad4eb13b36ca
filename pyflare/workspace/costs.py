"""What a folder's calls cost: `workspace.costs`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyflare.analytics.cost import Attribution, CostSummary, CostTracker, ModelPricing
from pyflare.pricing import EXTRA, Prices, Usage
from pyflare.pricing.records import save_prices, stored_prices
from pyflare.store.engine import Engine
from pyflare.store.journal.writer import write_atomically
from pyflare.store.times import Moment, unix_ns
from pyflare.workspace.aggregates.cost_detail import UnpricedModel, read_attribution, read_summary, read_unpriced
from pyflare.workspace.scope import Scope

if TYPE_CHECKING:
    from pyflare.budgets import BudgetStanding
    from pyflare.store.repricing import OnPart, RepriceResult
    from pyflare.workspace.spend_forecast import SpendForecast
    from pyflare.workspace.what_if import Change, WhatIf

_PRICED_NOW = "it has a price now: pyflare cost reprice"


class WorkspaceCosts:
    """What calls cost, by whom, and by which prices. Each call counts once."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self._path = path

    def summary(self, *, since: Moment | None = None, until: Moment | None = None, where: str = "") -> CostSummary:
        """What was spent, and what of it on failures and retries.

        Args:
            since: Calls begun then or later: a datetime, "2026-05-01T12:00" or "7d" ago.
            until: Calls begun before then.
            where: A text in the filter language, such as `environment = production`.

        Raises:
            QueryError: The filter cannot be used.
            DataError: A time cannot be read.
        """
        return read_summary(self._engine, _scope(since, until, where))

    def by(
        self,
        dimension: str,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        where: str = "",
        limit: int | None = None,
    ) -> Attribution:
        """What was spent by model, provider, user, session, feature, environment, team, service, tenant, tag, ….

        Args:
            dimension: One of these; `attribute:customer.tier` for an attribute of the calls' spans.
            since: As for `summary`.
            until: As for `summary`.
            where: As for `summary`.
            limit: Lines at most.

        Raises:
            QueryError: There is no such dimension, or the filter cannot be used.
            DataError: A time cannot be read.
        """
        return read_attribution(self._engine, _scope(since, until, where), dimension, limit=limit)

    def unpriced(
        self, *, since: Moment | None = None, until: Moment | None = None, where: str = ""
    ) -> list[UnpricedModel]:
        """The models whose calls have tokens and no price, and why. Arguments and errors as for `summary`."""
        prices = self.prices()
        return [_unpriced(row, prices) for row in read_unpriced(self._engine, _scope(since, until, where))]

    def advice(self, found: CostSummary) -> str:
        """What to do about calls without a price; nothing where there are none. Raises ConfigError."""
        if not found.unpriced_calls:
            return ""
        if not self.prices().has_published:
            return f'published prices are not installed: pip install "pyflare[{EXTRA}]", then pyflare cost reprice'
        return "which calls have no price, and why: pyflare cost unpriced"

    def prices(self) -> Prices:
        """The prices that count for the folder now. Raises ConfigError where its own cannot be read."""
        return Prices.load(self._path)

    def set_price(self, pricing: ModelPricing) -> None:
        """Keep a price of your own in the folder, above those there are. What is stored keeps its cost: see `reprice`.

        Raises:
            ConfigError: The prices that are kept there cannot be read.
            OSError: The folder cannot be written.
        """
        save_prices(self._path, (pricing, *stored_prices(self._path)), write_atomically)

    def tracker(self) -> CostTracker:
        """Calculates costs of single calls by the folder's prices. Raises ConfigError."""
        return CostTracker(folder=self._path)

    def reprice(self, *, dry_run: bool = False, on_part: OnPart | None = None) -> RepriceResult:
        """Price all stored calls anew that did not report their cost themselves.

        Args:
            dry_run: Whether only to say what would change.
            on_part: Told how many rows have been looked at, and of how many.

        Raises:
            ConfigError: The folder's own prices cannot be read.
            StoreError: Another process was changing the folder all the time.
            OSError: The folder cannot be written.
        """
        from pyflare.store.repricing import reprice

        return reprice(self._path, dry_run=dry_run, on_part=on_part)

    def forecast(self, days: int = 30, *, models: Sequence[str] = (), where: str = "") -> SpendForecast:
        """What will be spent to the end of the month and in days to come, and how wrong such forecasts were here.

        Args:
            days: Beginning with today, in UTC; 1 to 365.
            models: Only calls of these.
            where: As for `summary`.

        Raises:
            InsufficientDataError: There are too few whole days to say anything.
            DataError: So many days cannot be forecast.
            MissingExtraError: The extra `forecast` is not installed.
            QueryError: The filter cannot be used.
        """
        from pyflare.workspace.spend_forecast import read_forecast

        return read_forecast(self._engine, now_ns=time.time_ns(), horizon_days=days, models=models, filter=where)

    def what_if(
        self, change: Change, *, since: Moment | None = None, until: Moment | None = None, where: str = ""
    ) -> WhatIf:
        """What the same calls would have cost with another model, another cache rate, or more traffic.

        Args:
            change: What would be different.
            since: As for `summary`.
            until: As for `summary`.
            where: As for `summary`.

        Raises:
            QueryError: The filter cannot be used.
            DataError: A time cannot be read.
            ConfigError: The folder's own prices cannot be read.
        """
        from pyflare.workspace.what_if import read_what_if

        return read_what_if(self._engine, _scope(since, until, where), change, self.prices())

    def budgets(self) -> list[BudgetStanding]:
        """How the folder's budgets stand in the window of now. Raises CorruptError where a file of theirs is damaged."""
        from pyflare.budgets import read_budgets

        return read_budgets(self._path)

    def __repr__(self) -> str:
        return repr(self.summary())


def _scope(since: Moment | None, until: Moment | None, where: str) -> Scope:
    now_ns = time.time_ns()
    return Scope(
        now_ns=now_ns,
        since_ns=None if since is None else unix_ns(since, now_ns=now_ns, argument="since"),
        until_ns=None if until is None else unix_ns(until, now_ns=now_ns, argument="until"),
        filter=where,
    )


def _unpriced(row: dict[str, Any], prices: Prices) -> UnpricedModel:
    version, last_ns = row.pop("model_version"), row.pop("last_ns")
    because = prices.reason(
        provider=row["provider"],
        model=row["model_id"],
        model_version=version,
        service_tier=row["service_tier"],
        usage=Usage.of(input_tokens=row["input_tokens"], output_tokens=row["output_tokens"]),
        at_ns=last_ns,
    )
    return UnpricedModel(**row, last=datetime.fromtimestamp(last_ns // 10**9, UTC), reason=because or _PRICED_NOW)
