"""How the budgets of a folder stand now."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pyflare.budgets.alerts import moment
from pyflare.budgets.budget import Budget
from pyflare.budgets.definitions import defined
from pyflare.budgets.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BudgetStanding:
    """One account of one budget, in the window of now."""

    budget: Budget
    key: str
    """Whose; "" where the budget is not by anything."""
    amount: int
    """Spent, in micro-dollars, tokens or calls."""
    reserved: int
    """What calls under way may use, in the same unit; only of budgets that stop calls."""
    calls: int
    unpriced: int
    """Calls among them whose price is not known: they are not in the amount."""
    since: datetime
    """When the window began, in UTC."""
    until: datetime
    """When the window ends, in UTC; of a rolling one, by when all that is spent until now counts no more."""

    @property
    def share(self) -> float:
        """Of the limit."""
        return self.amount / self.budget.limit

    @property
    def is_used_up(self) -> bool:
        """Whether the limit has been reached."""
        return self.amount >= self.budget.limit

    def __repr__(self) -> str:
        whose = f" {self.key!r}" if self.budget.by else ""
        said = self.budget.said
        return (
            f"<BudgetStanding {self.budget.name!r}{whose}: {said(self.amount)} of {said(self.budget.limit)} "
            f"({self.share:.0%}) since {self.since:%Y-%m-%d %H:%M} UTC>"
        )


def read_budgets(root: Path, *, now_s: float | None = None) -> list[BudgetStanding]:
    """How the budgets of a folder stand, by name, the most used accounts first.

    Args:
        root: The folder.
        now_s: The moment, in unix seconds; by default now.

    Raises:
        OSError: The ledger cannot be read.
    """
    ledger = Ledger(root)
    at_s = time.time() if now_s is None else now_s
    try:
        ledger.refresh()
        return [standing for budget in defined(ledger.folder) for standing in _standings(ledger, budget, at_s)]
    finally:
        ledger.close()


def _standings(ledger: Ledger, budget: Budget, now_s: float) -> list[BudgetStanding]:
    found = [*_of(ledger, budget, now_s)]
    return sorted(found, key=lambda each: (-each.amount, each.key))


def _of(ledger: Ledger, budget: Budget, now_s: float) -> Iterator[BudgetStanding]:
    window = budget.windows
    for key in ledger.keys(budget.id) if budget.by else [""]:
        account = (budget.id, key)
        spent = ledger.spent(account, window.start(now_s))
        reserved = ledger.reserved(account, only_living=True)
        if spent.calls or reserved or not budget.by:
            yield BudgetStanding(
                budget=budget,
                key=key,
                amount=spent.amount,
                reserved=reserved,
                calls=spent.calls,
                unpriced=spent.unpriced,
                since=moment(window.start(now_s)),
                until=moment(window.end(window.bucket(now_s))),
            )
