"""How the power of tests is compared."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.peers.environments import OURS
from benchmarks.peers.power import compare, power
from benchmarks.peers.scenarios import SCENARIOS, moved, usual


def test_power_at_one_rate() -> None:
    """The limit is what 5 % of the samples without drift exceed, whatever the unit of the score."""
    without, planted = np.arange(100.0), np.arange(50.0, 150.0)
    assert power(without, planted) == pytest.approx(0.55)
    assert power(10 * without - 7, 10 * planted - 7) == pytest.approx(0.55)
    assert power(without, without) == pytest.approx(0.05)


def test_power_with_ties() -> None:
    """A test that says the same of many samples is given as many of them as bring its false alarms to 5 %."""
    assert power([0.0] * 50 + [1.0] * 50, [1.0] * 100) == pytest.approx(0.1)
    assert power([0.0] * 100, [0.0] * 100) == pytest.approx(0.05)


def test_no_answer_finds_nothing() -> None:
    """Samples that a library cannot compare count as not found."""
    assert power(list(range(100)), [float("nan")] * 10) == 0.0


def test_ours_beside_the_best() -> None:
    """Our default stands beside the best default of the others and the best of all their tests."""
    low, high = list(range(100)), list(range(100, 200))
    scores = {
        OURS: {"a": {"default": {"usual": low, "moved": high}}},
        "one": {"a": {"default": {"usual": low, "moved": low}, "chosen": {"usual": low, "moved": high}}},
        "two": {"a": {"chosen": {"usual": low, "moved": low}}},
    }
    found = compare(scores, "a")
    assert (found.ours.power, found.best_chosen.power) == (1.0, 1.0)
    assert found.best_default is not None
    assert found.best_default.library == "one"
    assert found.lead == pytest.approx(0.95)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_samples_are_the_same_everywhere(scenario) -> None:
    """Every library is given the same samples, of the sizes that the table says."""
    for draw, of in ((usual, scenario.world), (moved, scenario)):
        (first,), (again,) = list(draw(of, 1)), list(draw(of, 1))
        assert [len(sample) for sample in first] == [scenario.world.n_reference, scenario.world.n_current]
        assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
