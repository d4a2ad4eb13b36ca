"""The tail of a sum of weighted chi-squared variables."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import chi2

from pyflare.analytics.stats.quadratic_form import weighted_chi_squared_tail
from pyflare.errors import DataError

weights = st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=8)


@pytest.mark.parametrize("degrees", [1, 2, 3, 10, 100, 1000])
@pytest.mark.parametrize("p", [1 - 1e-6, 0.9, 0.5, 0.05, 1e-4, 1e-12, 1e-100])
def test_equal_weights_are_chi_squared(degrees: int, p: float) -> None:
    """Equal weights give the chi-squared distribution, far into its tail."""
    statistic = float(chi2.isf(p, degrees))
    assert weighted_chi_squared_tail(0.37 * statistic, np.full(degrees, 0.37)) == pytest.approx(
        chi2.sf(statistic, degrees), rel=1e-9
    )


@pytest.mark.parametrize("x", [0.5, 3.0, 7.0, 40.0, 300.0])
def test_two_exponentials(x: float) -> None:
    """Weights in pairs give a sum of exponentials, whose tail is known."""
    expected = (3 * math.exp(-x / 6) - math.exp(-x / 2)) / 2
    assert weighted_chi_squared_tail(x, [3, 3, 1, 1]) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("x", [0.1, 1.0, 2.0, 6.0])
def test_imhofs_integral(x: float) -> None:
    """Unequal weights give what Imhof's integral (Biometrika 48, 1961, equation 3.2) gives."""
    w = np.array([0.6, 0.3, 0.1])

    def integrand(u: float) -> float:
        angle = 0.5 * float(np.arctan(w * u).sum()) - 0.5 * x * u
        return math.sin(angle) / (u * float(((1 + (w * u) ** 2) ** 0.25).prod()))

    oscillating, _ = quad(integrand, 1e-12, 20_000, limit=20_000)
    assert weighted_chi_squared_tail(x, w) == pytest.approx(0.5 + oscillating / math.pi, abs=1e-6)


@given(weights, st.floats(1e-3, 1e4), st.floats(1.01, 3))
@settings(max_examples=60, deadline=None)
def test_is_a_tail(w: list[float], statistic: float, further: float) -> None:
    """It lies between 0 and 1, falls, and does not depend on the unit."""
    tail = weighted_chi_squared_tail(statistic, w)
    assert 0 <= tail <= 1
    assert weighted_chi_squared_tail(statistic * further, w) <= tail + 1e-9
    assert weighted_chi_squared_tail(statistic * 7, [7 * value for value in w]) == pytest.approx(tail, rel=1e-6)


def test_degenerate_cases() -> None:
    """No weight is a constant 0; a negative weight is refused."""
    assert weighted_chi_squared_tail(0, [1.0]) == 1
    assert weighted_chi_squared_tail(1, []) == 0
    assert weighted_chi_squared_tail(1, [0.0]) == 0
    assert weighted_chi_squared_tail(math.inf, [1.0]) == 0
    for statistic, w in ((math.nan, [1.0]), (1.0, [-1.0]), (1.0, [math.inf])):
        with pytest.raises(DataError, match="not negative"):
            weighted_chi_squared_tail(statistic, w)
