"""Tests of categories: known values, oracles, properties, and that they alarm as often as they say."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial import distance

from pyflare.analytics.stats.categorical.chi_squared import chi_squared
from pyflare.analytics.stats.categorical.compare import compare_categories
from pyflare.analytics.stats.categorical.divergence import noncentrality
from pyflare.analytics.stats.categorical.g_test import g_moments, g_test
from pyflare.analytics.stats.categorical.hellinger import hellinger
from pyflare.analytics.stats.categorical.hypergeometric import level_p_value, level_p_values
from pyflare.analytics.stats.categorical.jensen_shannon import jensen_shannon
from pyflare.analytics.stats.categorical.new_levels import new_levels
from pyflare.analytics.stats.categorical.novelty import novelty_p_value
from pyflare.analytics.stats.categorical.psi import population_stability_index
from pyflare.analytics.stats.categorical.stratified import stratified_g
from pyflare.analytics.stats.categorical.two_proportion import two_proportion, wilson
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.errors import DataError, InsufficientDataError

Comparison = Callable[..., TwoSampleResult]
COMPARISONS: list[Comparison] = [
    chi_squared,
    g_test,
    population_stability_index,
    jensen_shannon,
    hellinger,
    compare_categories,
]
every_comparison = pytest.mark.parametrize("compare", COMPARISONS, ids=lambda compare: compare.__name__)

_counts = st.integers(50, 400)
_tables = st.lists(st.tuples(_counts, _counts), min_size=2, max_size=12)


def _rows(table: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [row[0] for row in table], [row[1] for row in table]


@given(_tables)
@settings(max_examples=40)
def test_statistics_agree_with_scipy(table: list[tuple[int, int]]) -> None:
    """Where no level is rare, the statistics are SciPy's."""
    a, b = _rows(table)
    p, q = np.array(a) / sum(a), np.array(b) / sum(b)
    pearson = stats.chi2_contingency([a, b], correction=False)
    assert chi_squared(a, b).statistic == pytest.approx(pearson.statistic, rel=1e-9, abs=1e-12)
    assert chi_squared(a, b).p_value == pytest.approx(pearson.pvalue, rel=1e-9, abs=1e-290)
    ratio = stats.chi2_contingency([a, b], correction=False, lambda_="log-likelihood")
    assert g_test(a, b).statistic == pytest.approx(ratio.statistic, rel=1e-9, abs=1e-9)
    assert jensen_shannon(a, b).statistic == pytest.approx(distance.jensenshannon(p, q, 2) ** 2, rel=1e-9, abs=1e-12)
    root = np.linalg.norm(np.sqrt(p) - np.sqrt(q)) / math.sqrt(2)
    assert hellinger(a, b).statistic == pytest.approx(root**2, rel=1e-9, abs=1e-12)


def test_psi_worked_by_hand() -> None:
    """Shares of 0.5 and 0.5 that become 0.4 and 0.6: 0.1 ln(0.6 / 0.5) - 0.1 ln(0.4 / 0.5)."""
    found = population_stability_index([5_000, 5_000], [4_000, 6_000], pseudo_count=1e-9)
    assert found.statistic == pytest.approx(0.1 * math.log(1.2) - 0.1 * math.log(0.8), rel=1e-6)
    assert found.effect.low < found.effect.value < found.statistic < found.effect.high


@given(_tables)
@example([(157, 119)] * 2)
@example([(157, 119)] * 3)
@settings(max_examples=20)
def test_samples_can_change_places(table: list[tuple[int, int]]) -> None:
    """Effects lie within their bounds, and neither they nor p-values depend on which sample is the reference."""
    a, b = _rows(table)
    for compare in COMPARISONS[1:]:
        found, swapped = compare(a, b), compare(b, a)
        assert 0 <= found.effect.low <= found.effect.value <= found.effect.high
        assert found.effect.value == pytest.approx(swapped.effect.value, rel=1e-6, abs=1e-9)
        assert found.p_value == pytest.approx(swapped.p_value, rel=1e-6)
        assert sum(part.contribution for part in found.contributions) in (0, pytest.approx(1))


@given(st.permutations(range(6)))
@settings(max_examples=20)
def test_the_order_of_levels_does_not_matter(order: list[int]) -> None:
    """Levels in another order give the same answer."""
    a, b = np.array([300, 200, 100, 30, 4, 0]), np.array([250, 180, 140, 20, 6, 9])
    for compare in COMPARISONS:
        assert compare(a[order], b[order]).p_value == pytest.approx(compare(a, b).p_value, rel=1e-9)


@every_comparison
def test_alarms_as_often_as_it_says(compare: Comparison) -> None:
    """With nothing changed, it alarms as often as stated: 20 skew levels, a small current sample."""
    rng = np.random.default_rng(1)
    shares = 1 / np.arange(1, 21)
    shares /= shares.sum()
    before, now = rng.multinomial(3_000, shares, 200), rng.multinomial(400, shares, 200)
    p_values = np.array([compare(a, b).p_value for a, b in zip(before, now, strict=True)])
    # The binomial 99 % band of 200 at 5 %.
    assert 3 <= int((p_values <= 0.05).sum()) <= 19


def test_moments_of_g() -> None:
    """The mean and variance that G has without drift are those of tables drawn with the same totals."""
    rng = np.random.default_rng(2)
    totals = np.array([400, 60, 25, 12, 6])
    draws = rng.multivariate_hypergeometric(totals, 100, 40_000).astype(float)
    expected = totals * 100 / totals.sum()
    rest = totals - draws
    parts = [
        np.where(cells > 0, cells * np.log(np.maximum(cells, 1) / means), 0).sum(axis=1)
        for cells, means in ((draws, expected), (rest, totals - expected))
    ]
    g = 2 * (parts[0] + parts[1])
    mean, variance = g_moments(np.array([totals - draws[0], draws[0]]))
    assert mean == pytest.approx(g.mean(), rel=0.02)
    assert variance == pytest.approx(g.var(), rel=0.05)


def test_one_new_level_is_seen_among_many() -> None:
    """Ten of a thousand observations with a level that the reference lacks are found, though fifty others are as ever."""
    levels = np.full(50, 20)
    assert compare_categories([*levels, 0], [*levels[:-1], 10, 10]).p_value < 0.05
    found = compare_categories([*levels, 0], [*levels, 10])
    assert found.p_value < 0.01
    assert chi_squared([*levels, 0], [*levels, 10]).p_value > 0.5
    assert found.contributions[0].label == "50"


def test_hundreds_of_levels_alike_are_not_all_rare() -> None:
    """Two hundred levels, each hardly there: compared, with few false alarms, and found where every second one is gone."""
    rng, even = np.random.default_rng(1), np.full(200, 1 / 200)
    moved = np.where(np.arange(200) % 2, 0.01, 0.0)
    found = [compare_categories(rng.multinomial(500, even), rng.multinomial(500, even)).p_value for _ in range(100)]
    assert sum(p < 0.05 for p in found) <= stats.binom.ppf(0.9999, 100, 0.05)
    assert compare_categories(np.full(200, 3), np.full(200, 3)).p_value > 0.5
    assert compare_categories(rng.multinomial(500, even), rng.multinomial(500, moved)).p_value < 1e-6


def test_tails_far_out() -> None:
    """Far into the tail p-values are still numbers, and the clearer difference has the smaller one."""
    p_values = [compare_categories([900_000, 100_000], [900 - more, 100 + more]).p_value for more in (0, 60, 120, 240)]
    assert p_values == sorted(p_values, reverse=True)
    assert 0 < p_values[-1] < 1e-60


@pytest.mark.parametrize(("a", "b"), [([500, 0], [490, 10]), ([999, 1], [990, 10]), ([5, 5], [6, 4])])
def test_two_levels_are_tested_exactly(a: list[int], b: list[int]) -> None:
    """Two levels, however rare one is, are tested by the exact probability of their counts."""
    assert compare_categories(a, b).p_value == pytest.approx(level_p_value(a[1], b[1], sum(a), sum(b)))


def test_a_constant_column_and_one_of_ids() -> None:
    """One level in both samples has not changed; levels that all are rare cannot be compared."""
    found = compare_categories([300], [200])
    assert (found.p_value, found.effect.value, found.notes) == (1.0, 0.0, ("All values are the same.",))
    with pytest.raises(InsufficientDataError, match="common enough"):
        compare_categories([1] * 100 + [0] * 100, [0] * 100 + [1] * 100)


@every_comparison
def test_counts_that_cannot_be(compare: Comparison) -> None:
    """Empty samples, other shapes and negative counts are errors."""
    with pytest.raises(InsufficientDataError):
        compare([0, 0], [5, 5])
    with pytest.raises(DataError, match="same levels"):
        compare([10], [10, 20])
    with pytest.raises(DataError, match="not negative"):
        compare([10, math.nan], [10, 20])


@given(st.integers(1, 80), st.integers(1, 80), st.data())
@settings(max_examples=50)
def test_exact_tails_agree_with_scipy(n: int, m: int, data: st.DataObject) -> None:
    """A level's p-value is twice the smaller hypergeometric tail, the observed count by half."""
    a, b = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    null = stats.hypergeom(n + m, a + b, m)
    upper = null.sf(b) + null.pmf(b) / 2
    expected = min(1.0, 2 * min(upper, 1 - upper)) if 0 < a + b < n + m else 1.0
    assert level_p_value(a, b, n, m) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_the_smaller_tail_of_a_count_above_its_mean() -> None:
    """Of a skewed count the tail below can be the smaller one also where the count is above its mean: 3 of 4 here."""
    null = stats.hypergeom(12, 9, 4)
    assert null.sf(3) + null.pmf(3) / 2 > 0.5
    assert level_p_value(6, 3, 8, 4) == pytest.approx(2 * null.cdf(3) - null.pmf(3))


def test_large_counts_meet_small_ones() -> None:
    """Where counts are too large to be summed, the likelihood ratio takes over without a step."""
    exact = level_p_values(np.array([[380_000.0, 620_000.0], [381_500.0, 618_500.0]]))
    larger = level_p_values(np.array([[420_000.0, 580_000.0], [421_500.0, 578_500.0]]))
    assert exact[0] == pytest.approx(exact[1], rel=1e-6)
    assert 0.01 < exact[0] < larger[0] < 0.05


def test_new_levels_by_hand() -> None:
    """Five observations of one new level, both samples alike in size: 1 in 32, by half."""
    assert novelty_p_value(np.array([[0.0], [5.0]]), share=0.5) == pytest.approx(1 / 64)
    both = novelty_p_value(np.array([[0.0, 1.0], [2.0, 1.0]]), share=0.5)
    # The sums are 0, 2 or 4, with chances 9/16, 6/16 and 1/16.
    assert both == pytest.approx(3 / 16 + 1 / 16)
    assert novelty_p_value(np.zeros((2, 0)), share=0.5) is None


def test_two_proportions_of_newcombe() -> None:
    """The bounds are those of Newcombe's paper: 56 of 70 against 48 of 80 differ by 0.0524 to 0.3339."""
    found = two_proportion(48, 80, 56, 70)
    assert (found.effect.low, found.effect.high) == (pytest.approx(0.0524, abs=1e-4), pytest.approx(0.3339, abs=1e-4))
    assert found.effect.value == pytest.approx(0.2)
    assert two_proportion(0, 10, 0, 20).p_value == 1.0
    with pytest.raises(DataError, match="between 0 and the size"):
        two_proportion(11, 10, 1, 10)
    with pytest.raises(InsufficientDataError):
        two_proportion(0, 0, 1, 10)


@given(st.integers(0, 50), st.integers(1, 50))
def test_wilson_agrees_with_scipy(count: int, more: int) -> None:
    """Wilson's bounds are SciPy's."""
    size = count + more
    oracle = stats.binomtest(count, size).proportion_ci(method="wilson")
    assert wilson(count, size) == (pytest.approx(oracle.low, abs=1e-9), pytest.approx(oracle.high, abs=1e-9))


@given(st.floats(1, 500), st.integers(1, 50), st.floats(0.01, 0.99))
def test_noncentrality_undoes_the_distribution(statistic: float, degrees: int, probability: float) -> None:
    """With the noncentrality found, the statistic is at its quantile; or it is 0, and the statistic below it."""
    found = noncentrality(statistic, degrees, probability)
    if found == 0:
        assert stats.chi2.cdf(statistic, degrees) <= probability
    else:
        assert stats.ncx2.cdf(statistic, degrees, found) == pytest.approx(probability, rel=1e-6)


def test_strata_of_other_sizes_are_no_change() -> None:
    """Within strata nothing has changed though their sizes have; where levels trade places within one, it is named."""
    before = np.array([[900, 100], [100, 900]])
    moved = stratified_g(before, np.array([[90, 10], [1_000, 9_000]]))
    assert moved.p_value == pytest.approx(1, abs=1e-6)
    assert moved.effect.value < 0.02
    turned = stratified_g(before, np.array([[90, 10], [90, 10]]), strata=("low", "high"))
    assert turned.p_value < 1e-30
    assert turned.effect.value == pytest.approx(0.4, abs=0.02)
    assert turned.contributions[0].label == "high"
    with pytest.raises(InsufficientDataError):
        stratified_g(np.array([[5, 0]]), np.array([[0, 5]]))
    with pytest.raises(DataError, match="one shape"):
        stratified_g(before, before[:1])
    with pytest.raises(DataError, match="not negative"):
        stratified_g(before, -before)


def test_strata_alarm_as_often_as_they_say() -> None:
    """Where levels depend on the strata as they did, and the strata have moved, alarms are as often as stated."""
    rng = np.random.default_rng(3)
    shares = np.array([[0.9, 0.08, 0.02], [0.5, 0.3, 0.2], [0.1, 0.1, 0.8]])
    sizes = np.array([[600, 300, 100], [60, 120, 150]])
    alarms = 0
    for _ in range(200):
        before, now = (
            np.array([rng.multinomial(size, share) for size, share in zip(sample, shares, strict=True)])
            for sample in sizes
        )
        alarms += stratified_g(before, now).p_value <= 0.05
    # The binomial 99 % band of 200 at 5 %.
    assert 3 <= alarms <= 19


@every_comparison
def test_what_levels_add_is_shown_whole(compare: Comparison) -> None:
    """Contributions add up to 1 also where there are levels that nobody has, such as bins of infinite values."""
    found = compare([100, 0, 0, 0, 30], [0, 0, 60, 0, 40])
    assert sum(part.contribution for part in found.contributions) == pytest.approx(1, abs=1e-12)
    assert {part.label for part in found.contributions} == {"0", "2", "4"}
    same = compare([60, 0, 60, 0], [30, 0, 30, 0])
    assert [part.contribution for part in same.contributions] == pytest.approx([0.0, 0.0], abs=1e-12)


@every_comparison
@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([1e300, 5, 3], r"2\*\*52"),
        ([[1, 2, 3]], "lists of counts"),
        ([50, None, 3], "not negative"),
        (3, "lists of counts"),
    ],
)
def test_what_is_no_list_of_counts_is_said(compare: Comparison, counts: object, said: str) -> None:
    """Counts beyond what is counted one by one, tables, gaps and single numbers are data errors."""
    with pytest.raises(DataError, match=said):
        compare(counts, [50, 30, 20])


@every_comparison
def test_options_that_do_not_fit_are_said(compare: Comparison) -> None:
    """As many names as levels, and a confidence between 0 and 1."""
    with pytest.raises(DataError, match="3 names"):
        compare([50, 30, 20], [20, 30, 50], levels=["a"])
    for confidence in (0.0, 1.0, -1.0, math.nan):
        with pytest.raises(DataError, match="confidence"):
            compare([50, 30, 20], [20, 30, 50], confidence=confidence)
        with pytest.raises(DataError, match="confidence"):
            two_proportion(1, 5, 2, 5, confidence=confidence)


@given(_tables, st.integers(0, 30))
@settings(max_examples=40)
def test_new_levels_are_counted(table: list[tuple[int, int]], new: int) -> None:
    """Any observation of a level that the reference lacks is proof; its share is inside SciPy's Wilson interval."""
    a, b = _rows(table)
    found = new_levels([*a, 0, 0], [*b, new, 0])
    assert found.statistic == new
    assert found.p_value == (0.0 if new else 1.0)
    oracle = stats.binomtest(new, sum(b) + new).proportion_ci(method="wilson")
    assert (found.effect.low, found.effect.high) == pytest.approx((oracle.low, oracle.high), abs=1e-9)
    assert [part.label for part in found.contributions] == ([str(len(a))] if new else [])


def test_levels_that_may_be() -> None:
    """What is known may be new to the sample, and what is not may not be, even if the reference has it."""
    assert new_levels([5, 5, 0], [5, 4, 1], known=[True, True, True]).p_value == 1.0
    found = new_levels([5, 5, 0], [5, 4, 1], known=[True, False, False], levels=["a", "b", "c"])
    assert found.statistic == 5
    assert [(part.label, part.contribution) for part in found.contributions] == [("b", 0.8), ("c", 0.2)]
    alone = new_levels([0, 0, 0], [5, 4, 1], known=[True, True, False])
    assert (alone.statistic, alone.p_value, alone.contributions[0].reference) == (1, 0.0, 0.0)
    with pytest.raises(DataError, match="known: expected 3 truth values"):
        new_levels([5, 5, 0], [5, 4, 1], known=[True])
    with pytest.raises(InsufficientDataError):
        new_levels([0, 0], [5, 4])
