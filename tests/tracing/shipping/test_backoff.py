"""How long to wait after failures."""

from __future__ import annotations

import random

from pyflare.tracing.shipping.backoff import FIRST_S, LONGEST_ASKED_FOR_S, LONGEST_S, Backoff


def test_waits_double_up_to_half_a_minute_and_vary():
    """Each wait lies in the upper half of its step."""
    backoff = Backoff(random.Random(1))
    ceilings = [min(LONGEST_S, FIRST_S * 2**failures) for failures in range(20)]
    waits = [backoff.after_failure(None) for _ in ceilings]
    assert all(ceiling / 2 <= wait <= ceiling for wait, ceiling in zip(waits, ceilings, strict=True))
    assert len(set(waits)) == len(waits)


def test_success_begins_anew():
    """After a success the first failure is a first failure."""
    backoff = Backoff(random.Random(1))
    for _ in range(10):
        backoff.after_failure(None)
    backoff.reset()
    assert backoff.after_failure(None) <= FIRST_S


def test_what_the_collector_asks_for_is_respected():
    """Never shorter than asked for, and never longer than an hour because of it."""
    backoff = Backoff(random.Random(1))
    assert backoff.after_failure(12.0) == 12.0
    assert backoff.after_failure(0.0) >= FIRST_S
    assert backoff.after_failure(1e9) == LONGEST_ASKED_FOR_S
