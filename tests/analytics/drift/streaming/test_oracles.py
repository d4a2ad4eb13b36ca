"""Streaming detectors against river's, and against known values."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from river import drift
from scipy.stats import ks_2samp

from pyflare.analytics.drift.streaming import ADWIN, DDM, EDDM, HDDMA, HDDMW, KSWIN, PageHinkley
from pyflare.analytics.drift.streaming.kswin import exact_tail, smallest_distance
from pyflare.analytics.drift.streaming.page_hinkley import threshold_of


def positions_of(detector, stream) -> list[int]:
    """Where one of river's raises alarms, counted from 1."""
    found = []
    for position, value in enumerate(stream.tolist(), start=1):
        detector.update(value)
        if detector.drift_detected:
            found.append(position)
    return found


def errors(seed: int) -> np.ndarray:
    return (np.random.default_rng(seed).random(6000) < np.repeat([0.1, 0.4, 0.1, 0.6], 1500)).astype(float)


@pytest.mark.parametrize("seed", range(5))
def test_ddm_is_rivers_with_the_published_levels(seed):
    """With the published levels, and no errors waited for, alarms are river's to the value."""
    stream = errors(seed)
    ours = DDM(warning_level=2.0, drift_level=3.0, min_errors=0).update_many(stream)
    assert [alarm.position for alarm in ours] == positions_of(drift.binary.DDM(), stream)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("two_sided", [False, True])
def test_hddm_a_is_rivers_with_the_published_confidences(seed, two_sided):
    """With the published confidences alarms are river's to the value, to one side and to both."""
    stream = errors(seed)
    ours = HDDMA(confidence=0.001, warning_confidence=0.005, two_sided=two_sided).update_many(stream)
    theirs = drift.binary.HDDMA(drift_confidence=0.001, warning_confidence=0.005, two_sided_test=two_sided)
    assert [alarm.position for alarm in ours] == positions_of(theirs, stream)


@pytest.mark.parametrize("seed", range(5))
def test_adwin_finds_what_rivers_finds(seed):
    """ADWIN's smallest bucket is larger than river's, so the first alarm of a change comes within a few looks of it."""
    stream = errors(seed)
    ours = [alarm.position for alarm in ADWIN().update_many(stream)]
    theirs = positions_of(drift.ADWIN(), stream)
    for change, following in itertools.pairwise((1500, 3000, 4500, 6000)):
        first, other = (min(at for at in found if change < at <= following) for found in (ours, theirs))
        assert abs(first - other) <= 4 * 32


@pytest.mark.parametrize(("n", "m"), [(5, 9), (20, 31), (60, 60)])
def test_the_tail_of_kolmogorov_and_smirnov_is_scipys(n, m):
    """The probability of a distance is SciPy's exact one, to 1e-9 of itself, far out as well."""
    generator = np.random.default_rng(n)
    for shift in (0.0, 0.7, 1.5):
        oracle = ks_2samp(generator.normal(size=n), generator.normal(shift, size=m), method="exact")
        assert exact_tail(n, m, round(oracle.statistic * n * m)) == pytest.approx(oracle.pvalue, rel=1e-9)


def test_the_smallest_distance_is_the_first_that_is_rare_enough():
    """One less would be more likely than was asked for."""
    limit = smallest_distance(50, 100, 1e-5)
    assert exact_tail(50, 100, limit) <= 1e-5 < exact_tail(50, 100, limit - 1)


def test_kswin_raises_an_alarm_where_scipy_finds_the_distance():
    """The first alarm is at the first window whose distance, by SciPy, is as rare as the run length asks."""
    values = np.random.default_rng(4).normal(size=1500)
    values[900:] *= 5
    detector = KSWIN(window=150, recent=50, run_length=10_000, every=7)
    first = next(
        end
        for end in range(150, 1500, 7)
        if ks_2samp(values[end - 50 : end], values[end - 150 : end - 50], method="exact").pvalue <= 7 / 10_000
    )
    assert detector.update_many(values)[0].position == first


def test_page_hinkleys_threshold_is_the_textbooks():
    """Montgomery's table: a threshold of 5 and a drift of a half have a run length of 938 to one side, 465 to both."""
    assert threshold_of(938, 0.5) == pytest.approx(5.0, abs=0.02)
    assert PageHinkley(shift=1.0, run_length=465).threshold == pytest.approx(5.0, abs=0.02)


def test_page_hinkleys_scores_are_those_of_the_t_distribution():
    """Scores are the normal quantiles of Student's probabilities, to 0.01 from the first on."""
    from scipy import stats

    from pyflare.analytics.drift.streaming.page_hinkley import WARM_UP, _scores

    values = np.random.default_rng(1).normal(3, 2, size=200)
    sums, squares = values.cumsum(), (values**2).cumsum()
    scores = _scores(values[WARM_UP:], sums[WARM_UP - 1 : -1], squares[WARM_UP - 1 : -1], WARM_UP)
    for place, score in enumerate(scores, start=WARM_UP):
        before = values[:place]
        t = (values[place] - before.mean()) / (before.std(ddof=1) * np.sqrt(1 + 1 / place))
        assert score == pytest.approx(stats.norm.ppf(stats.t.cdf(t, place - 1)), abs=0.01)


def test_eddm_by_hand():
    """Thirty errors ten apart, then errors five apart: the published ratio is passed where the formula says."""
    stream = np.tile([0.0] * 9 + [1.0], 30).tolist() + np.tile([0.0] * 4 + [1.0], 300).tolist()
    levels = [(300 + 5 * k + 10 * np.sqrt(30 * k)) / (30 + k) for k in range(301)]
    largest = np.maximum.accumulate(levels)
    errors_after = int(np.argmax(levels < 0.9 * largest))
    assert EDDM(ratio=0.9).update_many(stream)[0].position == 300 + 5 * errors_after


def test_hddm_w_by_hand():
    """After zeros only, ones raise an alarm once the bound, which their number narrows, is below their mean of 1."""
    decay, confidence = 0.05, 0.001
    kept = (1 - decay) ** 2

    def weights(n: int) -> float:
        return decay**2 * (1 - kept ** (n - 1)) / (1 - kept) + kept ** (n - 1)

    def bound(n: int) -> float:
        return np.sqrt((weights(200) + weights(n)) * np.log(1 / confidence) / 2)

    first = next(n for n in range(1, 100) if bound(n) < 1)
    detector = HDDMW(decay=decay, confidence=confidence, warning_confidence=0.005)
    [alarm, *_] = detector.update_many(np.repeat([0.0, 1.0], [200, 100]))
    assert (alarm.position, alarm.began, alarm.before, alarm.after) == (200 + first, 201, 0.0, pytest.approx(1.0))


@pytest.mark.parametrize("seed", range(5))
def test_hddm_w_finds_what_rivers_finds(seed):
    """River's bound is that of one value more, so the first alarm of a change is within a few values of ours."""
    stream = errors(seed)[:3000]
    ours = HDDMW(decay=0.05, confidence=0.001, warning_confidence=0.005).update_many(stream)
    theirs = positions_of(drift.binary.HDDMW(), stream)
    first, other = (min(at for at in found if at > 1500) for found in ([one.position for one in ours], theirs))
    assert abs(first - other) <= 10
