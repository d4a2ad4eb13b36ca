"""What is said when a budget is nearly or wholly used up: once per window and level, by one process of all."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pyflare.budgets.budget import MICROS_PER_USD, Budget
from pyflare.budgets.sums import Spent

CLAIMS: Final = "alerts"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BudgetAlert:
    """A budget has reached a level."""

    budget: Budget
    key: str
    """Whose; "" where the budget is not by anything."""
    level: float
    """Share of the limit that was reached: 1.0 is the limit itself."""
    amount: int
    """Spent so far, in micro-dollars, tokens or calls."""
    calls: int
    unpriced: int
    """Calls among them whose price is not known."""
    since: datetime
    """When the window began, in UTC."""
    until: datetime
    """When what was spent first no longer counts, in UTC."""

    @property
    def spent_usd(self) -> float | None:
        """Spent so far, in dollars; None where the budget is in something else."""
        return self.amount / MICROS_PER_USD if self.budget.unit == "usd" else None

    @property
    def share(self) -> float:
        """Of the limit."""
        return self.amount / self.budget.limit

    def __str__(self) -> str:
        whose = f" of {_whose(self.budget, self.key)}" if self.budget.by else ""
        unpriced = f" Calls without a known price: {self.unpriced:,}." if self.unpriced else ""
        return (
            f'The budget "{self.budget.name}"{whose} has reached {self.level:.0%}: {self.budget.said(self.amount)} '
            f"of {self.budget.said(self.budget.limit)} since {self.since:%Y-%m-%d %H:%M} UTC.{unpriced}"
        )

    def __repr__(self) -> str:
        return f"<BudgetAlert {self}>"


def _whose(budget: Budget, key: str) -> str:
    return f"{'/'.join(budget.by)} {key!r}"


def alert(budget: Budget, key: str, level: float, spent: Spent, *, now_s: float) -> BudgetAlert:
    """The alert of a budget that stands as `spent` says."""
    windows = budget.windows
    return BudgetAlert(
        budget=budget,
        key=key,
        level=level,
        amount=spent.amount,
        calls=spent.calls,
        unpriced=spent.unpriced,
        since=moment(windows.start(now_s)),
        until=moment(windows.end(windows.bucket(now_s))),
    )


def moment(unix_s: int) -> datetime:
    """A time of the ledger, in UTC."""
    return datetime.fromtimestamp(unix_s, UTC)


def claim(folder: Path, name: str, *, expires: int) -> bool:
    """Whether this process is the first of all to say something. Raises OSError where the folder cannot be written.

    Args:
        folder: The ledger's.
        name: What is said, as a file name.
        expires: Until when nobody else shall say it, in unix seconds.
    """
    claims = folder / CLAIMS
    claims.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.close(os.open(claims / f"{expires}-{name}", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return False
    return True


def sweep(folder: Path) -> None:
    """Delete claims that have expired."""
    now_s = time.time()
    with contextlib.suppress(OSError):
        for name in os.listdir(folder / CLAIMS):
            expires = name.partition("-")[0]
            if expires.isdecimal() and int(expires) < now_s:
                (folder / CLAIMS / name).unlink()
