"""Maximum Mean Discrepancy: exact, by random features, in one pass."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics.pairwise import rbf_kernel

from pyflare.analytics.stats.vectors.mmd_exact import mmd_exact
from pyflare.analytics.stats.vectors.mmd_features import mmd_features
from pyflare.analytics.stats.vectors.mmd_linear import mmd_linear
from pyflare.errors import DataError, InsufficientDataError

every_mmd = pytest.mark.parametrize("mmd", [mmd_exact, mmd_features, mmd_linear])


def _unbiased(x: np.ndarray, y: np.ndarray, bandwidth: float) -> float:
    gamma = 1 / (2 * bandwidth**2)
    n, m = len(x), len(y)
    xx, yy, xy = rbf_kernel(x, x, gamma), rbf_kernel(y, y, gamma), rbf_kernel(x, y, gamma)
    return float((xx.sum() - n) / n / (n - 1) + (yy.sum() - m) / m / (m - 1) - 2 * xy.mean())


def test_exact_is_the_sum_over_all_pairs() -> None:
    """The exact one equals the sum over scikit-learn's kernel matrices, in blocks too, to single precision."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(700, 5)), rng.normal(size=(500, 5)) + 0.2
    found = mmd_exact(x, y, bandwidth=2.0, rng=rng)
    assert found.statistic == pytest.approx(_unbiased(x, y, 2.0), abs=1e-6)
    assert found.effect.value == pytest.approx(np.sqrt(found.statistic / 2))
    assert (found.n_reference, found.n_current) == (700, 500)


def test_features_come_near_the_exact_one() -> None:
    """Random features estimate the same discrepancy, within five of their standard errors."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(300, 3)), rng.normal(size=(200, 3)) + 1
    found = mmd_features(x, y, bandwidth=2.0, n_frequencies=2_048, rng=rng)
    assert found.statistic == pytest.approx(_unbiased(x, y, 2.0), abs=5 / np.sqrt(4_096))


def test_linear_uses_each_row_once() -> None:
    """With pairs that are all alike, the mean over pairs is the known kernel values."""
    x, y = np.tile([[0.0], [0.0]], (10, 1)), np.tile([[3.0], [3.0]], (10, 1))
    found = mmd_linear(x, y, bandwidth=3.0, rng=np.random.default_rng(1))
    assert found.statistic == pytest.approx(2 - 2 * np.exp(-0.5), abs=1e-6)


def test_p_value_is_that_of_permutations() -> None:
    """The p-value of a moderate difference lies within the error of 2,000 permutations."""
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(60, 2)), rng.normal(size=(60, 2)) + 0.25
    found = mmd_exact(x, y, bandwidth=1.5, rng=rng)
    rows = np.concatenate([x, y])
    kernel = rbf_kernel(rows, gamma=1 / (2 * 1.5**2))
    contrast = np.repeat([-1 / 60, 1 / 60], 60)
    permuted = np.stack([rng.permutation(contrast) for _ in range(2_000)])
    exceeded = (permuted @ kernel * permuted).sum(axis=1) >= contrast @ kernel @ contrast
    share = float(exceeded.mean())
    assert 0.002 < share < 0.5
    assert found.p_value == pytest.approx(share, abs=4 * np.sqrt(share / 2_000))


@every_mmd
def test_finds_what_moved(mmd) -> None:
    """A shift gives a small p-value and bounds around the effect; the same distribution does not."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(400, 4)), rng.normal(size=(400, 4))
    same, moved = mmd(x, y, rng=rng), mmd(x, y + 1, rng=rng)
    assert same.p_value > 0.01
    assert moved.p_value < 1e-6
    assert same.effect.value < 0.15
    assert moved.effect.low < moved.effect.value < moved.effect.high <= 1


@every_mmd
def test_does_not_depend_on_the_unit(mmd) -> None:
    """Moved and stretched vectors give the same answer, with the bandwidth of the data."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(50, 4)), rng.normal(size=(60, 4)) + 0.3
    here = mmd(x, y, rng=np.random.default_rng(7))
    there = mmd(1_000 * x - 30, 1_000 * y - 30, rng=np.random.default_rng(7))
    assert there.statistic == pytest.approx(here.statistic, abs=1e-4)
    assert there.p_value == pytest.approx(here.p_value, abs=1e-3)


@every_mmd
def test_all_vectors_the_same(mmd) -> None:
    """Where all vectors are the same, nothing differs, and a note says so."""
    found = mmd(np.ones((20, 3)), np.ones((30, 3)), rng=np.random.default_rng(1))
    assert (found.statistic, found.p_value) == (pytest.approx(0, abs=1e-6), 1)
    assert "all vectors are the same" in found.notes


@every_mmd
def test_refuses_what_it_cannot_use(mmd) -> None:
    """Other shapes, too few rows and a bandwidth of 0 are errors that say what was expected."""
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(20, 3))
    with pytest.raises(DataError, match="same length"):
        mmd(rows, rows[:, :2], rng=rng)
    with pytest.raises(DataError, match="shape"):
        mmd(rows[:, 0], rows, rng=rng)
    with pytest.raises(InsufficientDataError, match="10"):
        mmd(rows, rows[:9], rng=rng)
    with pytest.raises(DataError, match="bandwidth"):
        mmd(rows, rows, bandwidth=0.0, rng=rng)


@pytest.mark.parametrize("mmd", [mmd_exact, mmd_features])
def test_weights_count_rows(mmd) -> None:
    """A weight of 0 is as good as absent, and missing rows are left out with a note."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(40, 3)), rng.normal(size=(40, 3)) + 0.5
    weights = (np.ones(40), np.repeat([1.0, 0.0], [30, 10]))
    weighted = mmd(x, y, weights=weights, bandwidth=1.0, rng=np.random.default_rng(5))
    plain = mmd(x, y[:30], bandwidth=1.0, rng=np.random.default_rng(5))
    assert weighted.statistic == pytest.approx(plain.statistic, abs=1e-6)
    assert weighted.n_current == 30
    y[35:] = [np.nan, 1, np.inf]
    missing = mmd(x, y, rng=rng)
    assert missing.n_current == 35
    assert "5 vectors" in missing.notes[0]
