"""Budgets that all processes of a folder share: how much calls may use, and what happens when they have.

`Budget` says it, `Keeper` holds a process' calls to it, `Ledger` is what they
have spent, in files that each process maps and reads. See
docs/decisions/0012-the-shared-ledger.md.
"""

from __future__ import annotations

from pyflare.budgets.alerts import BudgetAlert
from pyflare.budgets.budget import Budget
from pyflare.budgets.keeper import Keeper, Permit
from pyflare.budgets.standing import BudgetStanding, read_budgets

__all__ = ["Budget", "BudgetAlert", "BudgetStanding", "Keeper", "Permit", "read_budgets"]
