"""What it costs to hold a call to a budget that ten processes share: the look, the reservation and the charge."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.row import BenchRow
from pyflare.budgets import Budget, Keeper
from pyflare.budgets.ledger import Ledger
from pyflare.budgets.segment import Entry

BAR_US: Final = 400
OTHERS: Final = 10
CALLS: Final = 2_000
QUICK_CALLS: Final = 300
ROUNDS: Final = 5
USED: Final = {"model_version": "gpt-4o-2024-08-06", "input_tokens": 60, "output_tokens": 110}


def _fail(where: str, error: BaseException) -> None:
    raise RuntimeError(where) from error


@contextmanager
def _shared(budget: Budget) -> Iterator[Keeper]:
    """A keeper beside the files of ten others, each with an hour of calls."""
    window = budget.windows
    with tempfile.TemporaryDirectory() as folder:
        others = [Ledger(Path(folder)) for _ in range(OTHERS)]
        for ledger in others:
            for minutes in range(60):
                bucket = window.bucket(time.time() - 60 * minutes)
                ledger.append(Entry(budget.id, "", bucket, window.end(bucket), amount=5, calls=1))
        keeper = Keeper(Path(folder), [budget], fault=_fail)
        yield keeper
        for each in (keeper, *others):
            each.close()


def _calls(keeper: Keeper, *, stop: bool) -> Callable[[], None]:
    def call() -> None:
        permit = keeper.permit({"model_id": "gpt-4o", "provider": "openai"}, start_ns=time.time_ns())
        assert permit is not None
        if stop:
            permit.admit()
        permit.settle(USED, failed=False, counted=False)

    return call


def _cpu_us(call: Callable[[], None], count: int) -> float:
    """CPU of one call: the least of several rounds."""
    for _ in range(50):
        call()
    time.sleep(1.1)  # from then on the folder need not be listed for each look
    rounds = []
    for _ in range(ROUNDS):
        began = time.process_time_ns()
        for _ in range(count // ROUNDS):
            call()
        rounds.append((time.process_time_ns() - began) / (count // ROUNDS) / 1e3)
    return min(rounds)


def rows(*, quick: bool = False) -> list[BenchRow]:
    """The lines of the table."""
    count = QUICK_CALLS if quick else CALLS
    found = []
    for window in ("day", "rolling 24h"):
        measured = {}
        for stop in (False, True):
            budget = Budget(name="bench", limit_usd=1e6, window=window, on_exceeded="stop" if stop else "warn")
            with _shared(budget) as keeper:
                measured[stop] = _cpu_us(_calls(keeper, stop=stop), count)
        found.append(
            BenchRow(
                what=f"a call held to a budget that {OTHERS + 1} processes share, {window}",
                bar=f"under {BAR_US} µs of CPU",
                measured=f"{measured[True]:.0f} µs",
                ok=measured[True] < BAR_US,
                beside=f"only charged {measured[False]:.0f} µs",
            )
        )
    return found
