"""Numbers of any size: a statistic knows their unit, and is the same in every other."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from pyflare.analytics.stats import TwoSampleResult, energy_distance, mean_difference, variance_ratio, wasserstein

HAS_UNIT = (energy_distance, wasserstein)
Comparison = Callable[..., TwoSampleResult]
every_unit = pytest.mark.parametrize("unit", [2.0**-1000, 2.0**-600, 2.0**600, 2.0**1000])


@every_unit
@pytest.mark.parametrize("compare", [energy_distance, wasserstein, mean_difference, variance_ratio])
def test_the_unit_of_numbers_changes_nothing_else(compare: Comparison, unit: float) -> None:
    """Squares of 1e-200 and 1e200 are no numbers, and p-values, effects and bounds are those of 1 all the same."""
    rng = np.random.default_rng(4)
    reference, current = rng.normal(size=120), rng.normal(0.3, 1.2, size=90)
    usual, far = compare(reference, current), compare(reference * unit, current * unit)
    assert far.statistic / (unit if compare in HAS_UNIT else 1.0) == pytest.approx(usual.statistic, rel=1e-9)
    assert far.p_value == pytest.approx(usual.p_value, rel=1e-9, nan_ok=True)
    assert (far.effect.value, far.effect.low, far.effect.high) == pytest.approx(
        (usual.effect.value, usual.effect.low, usual.effect.high), rel=1e-9
    )


def test_the_largest_numbers_and_the_smallest() -> None:
    """Numbers as large and as small as there are any are compared with each other, and with themselves."""
    ends, tiny = np.array([-1.7e308, 1.7e308] * 10), np.array([5e-324, 0.0] * 10)
    for compare in (energy_distance, wasserstein, mean_difference):
        assert compare(ends, ends).statistic == compare(tiny, tiny).statistic == 0.0
        assert math.isfinite(compare(tiny, ends).statistic) or compare in HAS_UNIT


@every_unit
def test_the_unit_of_weights_changes_nothing(unit: float) -> None:
    """Weights say how much an observation counts beside the others, whatever they add up to."""
    rng = np.random.default_rng(5)
    reference, current, weights = rng.normal(size=80), rng.normal(size=80), rng.random(80)
    usual, far = (mean_difference(reference, current, current_weights=weights * size) for size in (1.0, unit))
    assert (far.statistic, far.p_value, far.n_current) == (usual.statistic, usual.p_value, usual.n_current)
