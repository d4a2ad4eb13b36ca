"""Squared differences of means under permutations."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from pyflare.analytics.stats.vectors.shrinkage import oracle_shrinkage
from pyflare.analytics.stats.vectors.spectrum import quadratic_test, spectrum_of

PERMUTED = np.array(list(permutations(range(7))))


@pytest.mark.parametrize("power", [0, 0.5, 1])
@pytest.mark.parametrize("is_weighted", [False, True])
def test_moments_are_those_of_all_permutations(power: float, is_weighted: bool) -> None:
    """Mean and spread of the statistic are exactly those over all orders of the rows, with weights too."""
    rng = np.random.default_rng(1)
    rows = (rng.normal(size=(7, 3)) * [3, 1, 0.5]).astype(np.float32)
    rows -= rows.mean(axis=0)
    weights = rng.random(7) if is_weighted else np.ones(7)
    contrast = np.concatenate([-weights[:3] / weights[:3].sum(), weights[3:] / weights[3:].sum()])
    spectrum = spectrum_of(rows)
    counts = spectrum.variances**-power
    matrix = (spectrum.axes * counts) @ spectrum.axes.T
    moved = contrast[PERMUTED] @ rows
    statistics = np.einsum("ij,jk,ik->i", moved, matrix, moved)
    found = quadratic_test(rows, contrast, spectrum, counts)
    assert found.mean == pytest.approx(statistics.mean(), rel=1e-5)
    assert found.spread == pytest.approx(statistics.std(), rel=1e-5)
    assert found.statistic == pytest.approx(statistics[0], rel=1e-5)


def test_axes_of_few_rows() -> None:
    """Where rows are fewer than dimensions, the axes are the same as by the covariance."""
    rows = np.random.default_rng(1).normal(size=(30, 8)).astype(np.float32)
    rows -= rows.mean(axis=0)
    wide = np.concatenate([rows, np.zeros((30, 40), dtype=np.float32)], axis=1)
    by_covariance, by_products = spectrum_of(rows), spectrum_of(wide)
    np.testing.assert_allclose(by_products.variances, by_covariance.variances, rtol=1e-4)
    np.testing.assert_allclose(np.abs(wide @ by_products.axes), np.abs(rows @ by_covariance.axes), atol=1e-3)


def test_shrinkage_is_scikit_learns() -> None:
    """The share of a ball is that of scikit-learn's OAS."""
    from sklearn.covariance import oas

    rows = np.random.default_rng(1).normal(size=(40, 6)) * [5, 2, 1, 1, 1, 0.1]
    rows -= rows.mean(axis=0)
    values = np.linalg.eigvalsh(rows.T @ rows / 40)
    assert oracle_shrinkage(values, n_rows=40, n_dimensions=6) == pytest.approx(
        oas(rows, assume_centered=True)[1], rel=1e-9
    )
