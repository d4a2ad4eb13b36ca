"""Ranks of scores that were found without the row, and their test by permutations."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from scipy.stats import binom

from pyflare.analytics.stats.vectors.classifier import classifier_test
from pyflare.analytics.stats.vectors.held_out import (
    cautious_p_value,
    exponential_scores,
    permuted_discriminant,
    ranked_contrast,
)
from pyflare.analytics.stats.vectors.separation import folds_of


def _contrast(n: int, m: int) -> np.ndarray:
    return np.concatenate([np.full(n, -1 / n), np.full(m, 1 / m)])


def test_exponential_scores_are_savages() -> None:
    """They are the expected values of ordered exponential variables less 1: by hand for four, by drawing for twenty."""
    assert exponential_scores(4) == pytest.approx([1 / 4 - 1, 7 / 12 - 1, 13 / 12 - 1, 25 / 12 - 1])
    drawn = np.sort(np.random.default_rng(1).exponential(size=(20_000, 20)), axis=1).mean(axis=0) - 1
    assert exponential_scores(20) == pytest.approx(drawn, abs=0.03)


def test_moments_are_those_over_all_orders() -> None:
    """Mean 0, and the variance that is stated: over all orders of six rows, two of which are equal, with weights."""
    scores = np.array([0.3, -1.0, 2.0, 2.0, 0.1, 5.0])
    contrast = np.array([-0.2, -0.5, -0.3, 0.6, 0.1, 0.3])
    orders = np.array([contrast[[*order]] for order in permutations(range(6))])
    statistic, variance = ranked_contrast(np.tile(scores, (len(orders), 1)), orders)
    assert statistic.mean() == pytest.approx(0, abs=1e-12)
    assert variance == pytest.approx(statistic.var())


def test_equal_scores_count_alike() -> None:
    """Scores that differ by rounding alone are equal, wherever they stand; of one value all say nothing."""
    equal = np.full((1, 40), 0.1) + np.r_[np.zeros(39), 10.0] + 1e-9 * np.random.default_rng(1).normal(size=40)
    first, last = (
        ranked_contrast(equal, turn[None])[0][0] for turn in (_contrast(20, 20), np.roll(_contrast(20, 20), -1))
    )
    assert first > 0 > last
    assert first == pytest.approx(-last)
    assert ranked_contrast(np.ones((1, 40)), _contrast(20, 20)[None])[0] == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("classifier", [None, lambda rows, is_current, others: others @ _direction(rows, is_current)])
def test_false_alarms(classifier) -> None:
    """Where nothing differs the default raises as many false alarms as stated; one's own classifier no more."""
    rng = np.random.default_rng(2)
    pairs = [(rng.normal(size=(60, 5)), rng.normal(size=(40, 5))) for _ in range(200)]
    p_values = np.array([classifier_test(*pair, classifier=classifier, rng=rng).p_value for pair in pairs])
    for level in (0.05, 0.2):
        low, high = binom.ppf([0.005, 0.995], 200, level)
        assert (low if classifier is None else 0) <= (p_values <= level).sum() <= high


def _direction(rows: np.ndarray, is_current: np.ndarray) -> np.ndarray:
    return rows[is_current].mean(axis=0) - rows[~is_current].mean(axis=0)


def test_p_values_below_what_permutations_can_show() -> None:
    """Where no permutation reaches the statistic the cautious p-value is taken, else the permutations' own."""
    rng = np.random.default_rng(3)
    features, contrast = rng.normal(size=(400, 3)).astype(np.float32), _contrast(200, 200)
    folds = folds_of(400, 200, rng=rng)
    _, usual = permuted_discriminant(features, contrast, folds, n_permutations=39, rng=rng)
    assert usual * 40 == pytest.approx(round(usual * 40))
    features[200:] += 1
    scores, moved = permuted_discriminant(features, contrast, folds, n_permutations=39, rng=rng)
    assert moved == cautious_p_value(scores, contrast, folds) < 1e-6
    _, turned = permuted_discriminant(features, -contrast, folds, n_permutations=39, rng=rng)
    assert turned < 1e-6


@pytest.mark.parametrize("kind", ["new topic", "wider"])
def test_what_hardly_moves_a_mean(kind: str) -> None:
    """A new topic of 5 %, off the others along a narrow axis, is mostly found; and so is a spread that is 5 % wider."""
    rng = np.random.default_rng(4)
    widths, found = 1 / np.arange(1, 41), 0
    for _ in range(20):
        x, y = (rng.normal(size=(600, 40)) * widths for _ in range(2))
        if kind == "wider":
            y *= 1.05
        else:
            y[:30, -1] += 0.2
        found += classifier_test(x, y, rng=rng).p_value <= 0.05
    assert found >= 15


def test_large_samples_are_thinned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of samples that are too large, random rows are compared; a note says so, and the sizes stay."""
    monkeypatch.setattr("pyflare.analytics.stats.vectors.classifier.MOST_ROWS", 100)
    rng = np.random.default_rng(1)
    found = classifier_test(rng.normal(size=(300, 4)), rng.normal(size=(80, 4)) + 2, rng=rng)
    assert (found.n_reference, found.n_current) == (300, 80)
    assert found.p_value < 1e-6
    assert "100 random rows" in found.notes[0]
