"""Which budgets a folder has: each is written down by the processes that have it, for those that look."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Final

from pyflare.budgets.budget import Budget
from pyflare.errors import ConfigError

_FOLDER: Final = "definitions"


def define(ledger: Path, budget: Budget) -> None:
    """Write a budget down, unless it stands there already. Raises OSError where the folder cannot be written."""
    path = ledger / _FOLDER / f"{budget.id:016x}.json"
    data = json.dumps(budget.record(), indent=2).encode() + b"\n"
    try:
        if path.read_bytes() == data:
            return
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    hidden = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    hidden.write_bytes(data)
    hidden.rename(path)


def defined(ledger: Path) -> list[Budget]:
    """The budgets written down, by name. One that cannot be read, as a newer PyFlare wrote it, is left out."""
    found = []
    for path in (ledger / _FOLDER).glob("[0-9a-f]*.json"):
        try:
            found.append(Budget.of(json.loads(path.read_bytes())))
        except (OSError, ValueError, TypeError, ConfigError):
            continue
    return sorted(found, key=lambda budget: (budget.name, budget.id))
