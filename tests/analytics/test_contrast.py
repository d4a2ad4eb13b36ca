"""What differs between two groups: known values, an oracle, properties, guarantees."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pyflare.analytics.contrast import (
    benjamini_hochberg,
    contrast_categories,
    contrast_numbers,
    contrast_presence,
)
from pyflare.analytics.contrast.presence import fisher_exact
from pyflare.analytics.stats.gamma import chi_squared_quantile, chi_squared_tail
from pyflare.errors import DataError, InsufficientDataError

_counts = st.integers(50, 500)
_groups = st.lists(st.tuples(_counts, _counts), min_size=2, max_size=12)
_number = st.floats(-1e6, 1e6, allow_nan=False).map(lambda number: round(number, 1))
_numbers = st.lists(_number, min_size=8, max_size=60)


@given(st.floats(0, 400), st.integers(1, 200))
def test_chi_squared_agrees_with_scipy(statistic: float, degrees: int) -> None:
    """The tail of the chi-squared distribution is SciPy's, to nine digits."""
    assert chi_squared_tail(statistic, degrees) == pytest.approx(
        stats.chi2.sf(statistic, degrees), rel=1e-9, abs=1e-290
    )


@given(st.floats(0.5, 0.999), st.integers(1, 100))
def test_quantiles_undo_tails(probability: float, degrees: int) -> None:
    """The quantile is the value whose tail is the rest."""
    found = chi_squared_quantile(probability, degrees)
    assert chi_squared_tail(found, degrees) == pytest.approx(1 - probability, rel=1e-9)


@given(_groups)
def test_categories_agree_with_scipy(rows: list[tuple[int, int]]) -> None:
    """Where no level is rare, statistic and p-value are those of SciPy's chi-squared test."""
    a, b = [row[0] for row in rows], [row[1] for row in rows]
    found = contrast_categories(a, b)
    oracle = stats.chi2_contingency([a, b], correction=False)
    assert not found.pooled
    assert found.statistic == pytest.approx(oracle.statistic, rel=1e-9, abs=1e-12)
    assert found.p_value == pytest.approx(oracle.pvalue, rel=1e-9, abs=1e-290)


@given(_groups)
def test_the_distance_is_symmetric_and_bounded(rows: list[tuple[int, int]]) -> None:
    """The effect lies within its bounds, those within 0 and 1, and the groups can change places."""
    a, b = [row[0] for row in rows], [row[1] for row in rows]
    found, swapped = contrast_categories(a, b), contrast_categories(b, a)
    assert 0 <= found.effect_low <= found.effect_size <= found.effect_high <= 1
    assert found.effect_size == pytest.approx(swapped.effect_size)
    assert found.p_value == pytest.approx(swapped.p_value, rel=1e-9)


def test_a_table_worked_by_hand() -> None:
    """Of 100 and 100, 60 and 40 have the first level: chi-squared is 8, the shares lie 0.2 apart."""
    found = contrast_categories([60, 40], [40, 60])
    assert found.statistic == pytest.approx(8.0)
    assert found.degrees == 1
    assert found.effect_size == pytest.approx(math.sqrt(0.2**2 - 2 * 0.24 / 100))
    assert found.effect_low < 0.2 < found.effect_high


def test_rare_levels_are_pooled() -> None:
    """Levels of which fewer than five are expected count as one, which joins another where it is rare itself."""
    assert contrast_categories([50, 40, 3, 3, 4], [50, 40, 4, 4, 2]).pooled == (2, 3, 4)
    alone = contrast_categories([50, 45, 1], [50, 40, 0])
    assert (alone.pooled, alone.degrees) == ((2,), 1)
    many = contrast_categories([20] * 80, [20] * 80)
    assert (len(many.pooled), many.degrees) == (30, 50)


def test_too_little_is_said() -> None:
    """Empty groups and levels that are all rare are errors, and so are counts that cannot be."""
    for a, b in (([], []), ([0, 0], [1, 2]), ([3, 3], [3, 3]), ([100, 0], [90, 0])):
        with pytest.raises(InsufficientDataError):
            contrast_categories(a, b)
    with pytest.raises(DataError, match="same levels"):
        contrast_categories([1], [1, 2])
    with pytest.raises(DataError, match="not negative"):
        contrast_categories([-1, 9], [1, 2])


@given(st.integers(1, 60), st.integers(1, 60), st.data())
def test_fisher_agrees_with_scipy(n: int, m: int, data: st.DataObject) -> None:
    """The exact test is SciPy's, to nine digits."""
    a, b = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    oracle = stats.fisher_exact([[a, n - a], [b, m - b]]).pvalue
    assert fisher_exact(a, b, (n, m)) == pytest.approx(oracle, rel=1e-9)


def test_presence_names_the_value_that_differs() -> None:
    """The value that differs most surely is named, and its p-value corrected for how many were looked at."""
    found = contrast_presence([50, 80, 1], [50, 20, 0], (100, 100))
    assert (found.value, found.values_tested) == (1, 2)
    assert found.effect_size == pytest.approx(0.6)
    oracle = stats.chi2_contingency([[80, 20], [20, 80]], correction=False).pvalue
    assert found.p_value == pytest.approx(2 * oracle, rel=1e-9)
    assert 0.4 < found.effect_low < 0.6 < found.effect_high < 0.8


def test_presence_of_what_everybody_has() -> None:
    """A value that all have does not differ."""
    assert contrast_presence([10], [20], (10, 20)).p_value == 1.0


def test_presence_refuses_what_cannot_be() -> None:
    """More members with a value than there are, and values that nobody has, are errors."""
    with pytest.raises(DataError, match="between 0 and the size"):
        contrast_presence([11], [0], (10, 10))
    for a, b, sizes in (([1], [1], (10, 10)), ([], [], (10, 10)), ([5], [0], (10, 0))):
        with pytest.raises(InsufficientDataError):
            contrast_presence(a, b, sizes)


@given(_numbers, _numbers)
def test_numbers_agree_with_scipy(a: list[float], b: list[float]) -> None:
    """Statistic and p-value are those of SciPy's Mann-Whitney test, ties and all."""
    if len({*a, *b}) == 1:
        return
    found = contrast_numbers(a, b)
    oracle = stats.mannwhitneyu(a, b, method="asymptotic")
    assert found.statistic == pytest.approx(oracle.statistic)
    assert found.p_value == pytest.approx(oracle.pvalue, rel=1e-9)
    assert 0 <= found.effect_low <= found.effect_size + 1e-12 <= found.effect_high + 1e-9 <= 1 + 1e-9


@given(_numbers, _numbers)
def test_delta_counts_pairs(a: list[float], b: list[float]) -> None:
    """Cliff's delta is how many pairs favour the first group, less how many the second, of all pairs."""
    if len({*a, *b}) == 1:
        return
    pairs = np.sign(np.subtract.outer(a, b))
    assert contrast_numbers(a, b).delta == pytest.approx(pairs.mean())


def test_numbers_too_few_or_all_alike() -> None:
    """Small groups and groups of one number are not compared; numbers that are none are refused."""
    with pytest.raises(InsufficientDataError, match="fewer than 8"):
        contrast_numbers(range(7), range(100))
    with pytest.raises(InsufficientDataError, match="same number"):
        contrast_numbers([1.0] * 20, [1.0] * 20)
    with pytest.raises(DataError, match="finite"):
        contrast_numbers([math.nan] * 20, [1.0] * 20)


def test_groups_that_do_not_overlap() -> None:
    """Where every number of one group is larger, delta is 1 and its bounds still say how many there were."""
    few, many = contrast_numbers(range(100, 110), range(10)), contrast_numbers(range(1000, 2000), range(1000))
    assert few.delta == many.delta == few.effect_high == 1.0
    assert few.effect_low < many.effect_low < 1


@given(st.lists(st.floats(0, 1), max_size=50))
def test_adjusting_agrees_with_scipy(p_values: list[float]) -> None:
    """The q-values are SciPy's."""
    found = benjamini_hochberg(p_values)
    if p_values:
        assert found == pytest.approx(stats.false_discovery_control(p_values))
    assert len(found) == len(p_values)


def test_adjusting_refuses_what_is_no_probability() -> None:
    """A p-value beyond 0 and 1 is an error."""
    for p_values in ([1.5], [-0.1], [math.nan]):
        with pytest.raises(DataError):
            benjamini_hochberg(p_values)


def _band(rate: float, runs: int) -> float:
    """What a count of `runs` with this rate exceeds once in 10,000 times."""
    return float(stats.binom.ppf(0.9999, runs, rate))


@pytest.mark.slow
@pytest.mark.parametrize(("n", "m"), [(40, 400), (300, 300), (1000, 5000)])
def test_no_difference_is_rarely_found(n: int, m: int) -> None:
    """With no real difference, each test stays at its level, and no field of twenty is significant in most looks."""
    rng = np.random.default_rng(1)
    runs = 600
    false_alarms = {"categories": 0, "presence": 0, "numbers": 0, "any of them": 0}
    for _ in range(runs):
        shares = rng.dirichlet(np.ones(8))
        a, b = rng.multinomial(n, shares), rng.multinomial(m, shares)
        having = rng.uniform(0, 0.5, 6)
        found = {
            "categories": contrast_categories(a, b).p_value,
            "presence": contrast_presence(rng.binomial(n, having), rng.binomial(m, having), (n, m)).p_value,
            "numbers": contrast_numbers(rng.exponential(1, n).round(1), rng.exponential(1, m).round(1)).p_value,
        }
        for name, p_value in found.items():
            false_alarms[name] += p_value < 0.05
        rest = [contrast_categories(rng.multinomial(n, shares), rng.multinomial(m, shares)).p_value for _ in range(17)]
        false_alarms["any of them"] += bool((benjamini_hochberg([*found.values(), *rest]) < 0.05).any())
    assert {name: count for name, count in false_alarms.items() if count > _band(0.05, runs)} == {}


@pytest.mark.slow
@pytest.mark.parametrize("shift", [0.0, 0.1, 0.4])
def test_bounds_hold_the_truth(shift: float) -> None:
    """Bounds of 95% miss the true distance in no more than 5% of samples, for words and for numbers."""
    rng = np.random.default_rng(2)
    runs, n, m = 600, 150, 600
    missed = {"two levels": 0, "six levels": 0, "presence": 0, "numbers": 0}
    p, q = np.full(6, 1 / 6), np.full(6, 1 / 6)
    q[0], q[1] = q[0] - shift / 3, q[1] + shift / 3
    truth = shift / 3
    for _ in range(runs):
        six = contrast_categories(rng.multinomial(n, p), rng.multinomial(m, q))
        missed["six levels"] += not six.effect_low <= truth <= six.effect_high
        halves = rng.binomial(n, 0.5), rng.binomial(m, 0.5 - shift)
        two = contrast_categories([halves[0], n - halves[0]], [halves[1], m - halves[1]])
        missed["two levels"] += not two.effect_low <= shift <= two.effect_high
        has = contrast_presence([halves[0]], [halves[1]], (n, m))
        missed["presence"] += not has.effect_low <= shift <= has.effect_high
        numbers = contrast_numbers(rng.normal(shift, 1, n), rng.normal(0, 1, m))
        delta = math.erf(shift / 2)
        missed["numbers"] += not numbers.effect_low <= delta <= numbers.effect_high
    assert {name: count for name, count in missed.items() if count > _band(0.055, runs)} == {}
