"""Work that several threads share."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from pyflare.store.sharing import Shared


def test_a_result_is_never_older_than_the_question() -> None:
    """Every thread is given work that was begun after it asked, and no two rounds run at once."""
    begun, running = count(1), threading.Semaphore(1)
    latest = 0

    def work() -> int:
        nonlocal latest
        assert running.acquire(blocking=False)
        latest = next(begun)
        time.sleep(0.001)
        running.release()
        return latest

    shared = Shared(work)

    def ask(_: int) -> bool:
        before = latest
        return shared.get() >= before

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(400)))
    assert latest < 400


def test_those_who_wait_share_one_round() -> None:
    """All who ask while a round is under way are given the next one, done once."""
    rounds, go_on, started = [], threading.Event(), threading.Event()

    def work() -> int:
        rounds.append(None)
        number = len(rounds)
        started.set()
        assert go_on.wait(10)
        return number

    shared = Shared(work)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(shared.get)
        assert started.wait(10)
        others = [pool.submit(shared.get) for _ in range(8)]
        while len(shared._turn._waiters) < len(others):  # type: ignore[attr-defined]
            time.sleep(0.001)
        go_on.set()
        assert first.result() == 1
        assert {other.result() for other in others} == {2}
    assert len(rounds) == 2


def test_a_failure_is_told_to_the_one_whose_round_it_was() -> None:
    """The others try for themselves; nobody waits for ever."""
    outcomes = iter([ValueError("no"), 7])

    def work() -> int:
        outcome = next(outcomes)
        if isinstance(outcome, ValueError):
            raise outcome
        return outcome

    shared = Shared(work)
    with pytest.raises(ValueError, match="no"):
        shared.get()
    assert shared.get() == 7
