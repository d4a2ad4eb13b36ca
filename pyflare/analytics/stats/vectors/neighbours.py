"""Whether the nearest neighbours of a row are of both samples, everywhere."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.result import Effect, TwoSampleResult
from pyflare.analytics.stats.vectors.pool import Floats, Rows, pool_vectors
from pyflare.analytics.stats.vectors.spectrum import permutation_moments, tail_of
from pyflare.errors import DataError

N_PLACES: Final = 1_024
LEAST_NEIGHBOURS: Final = 20
_BLOCK: Final = 128

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbourhoods:
    """The rows around some places."""

    places: Positions
    """Shape `(n_places,)`. Positions of the rows that are looked around."""
    nearest: Positions
    """Shape `(n_places, k)`. Positions of the rows nearest to each, itself among them, in no order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalTest:
    """How unevenly two samples share neighbourhoods."""

    statistic: float
    """The sum over places of the squared difference of the samples' weight there."""
    mean: float
    """Over all permutations."""
    spread: float
    """Its standard deviation over all permutations."""
    p_value: float
    differences: Floats
    """Shape `(n_places,)`. The current sample's weight around each place less that of the reference."""

    @property
    def z(self) -> float:
        """The statistic less its mean, in standard deviations."""
        return (self.statistic - self.mean) / self.spread


def neighbour_test(
    reference: Rows,
    current: Rows,
    *,
    n_neighbours: int | None = None,
    weights: tuple[Floats | None, Floats | None] = (None, None),
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> TwoSampleResult:
    """Test whether the two samples are equally dense everywhere, by the nearest neighbours of random places.

    Of both samples together 1,024 random rows are the places (all of them, where there are fewer). Around each, the
    `k` nearest rows are shared by the two samples; the statistic is the sum over places of the squared difference of
    the weight that the current sample and the reference have there. It sees a small and dense new group, wherever it
    lies, and little of a shift that is the same everywhere: `spectral_difference` sees both.

    The p-value is that of the permutation distribution, approximated by a weighted sum of chi-squared variables with
    its exact mean and variance, and the eigenvalues of how many rows any two neighbourhoods share as weights.

    Args:
        reference: Shape `(n, n_dimensions)`. Rows with a NaN or an infinity are left out.
        current: Shape `(m, n_dimensions)`.
        n_neighbours: `k`, at least 2 and less than half of all rows; by default one in 200 rows, and at least 20: a new
            group of about that size is found best.
        weights: Of the rows of each sample. They may not depend on the vectors.
        rng: Chooses the places, and among rows that are equally near.
        confidence: Of the bounds.

    Returns:
        The statistic less its mean where nothing differs, in standard deviations, and its p-value. The effect,
        `local_variance_explained`, is the share of the variance of a row's sample that its place explains, without
        what chance adds: 0 where both are equally dense everywhere, 1 where they do not overlap; half the share of a
        new group in samples of one size. Its bounds take places for independent and are rough.

    Raises:
        DataError: Shapes do not fit, or `n_neighbours` is out of range.
        InsufficientDataError: Fewer than ten rows of a sample can be used.

    References:
        Schilling, Multivariate two-sample tests based on nearest neighbors, JASA 81 (1986); Cazals and Lhéritier,
        Beyond two-sample-tests: localizing data discrepancies in high-dimensional spaces, DSAA 2015.

    Examples:
        >>> rng = np.random.default_rng(1)
        >>> reference, current = rng.normal(size=(500, 3)), rng.normal(size=(500, 3))
        >>> current[:40] = 4 + rng.normal(size=(40, 3)) / 10
        >>> neighbour_test(reference, current, rng=rng).p_value < 1e-6
        True
    """
    pool = pool_vectors(reference, current, weights=weights)
    k = neighbours_for(len(pool.rows), n_neighbours)
    around = neighbourhoods(pool.rows, k=k, rng=rng)
    test = local_test(around, pool.contrast)
    n_reference, n_current = pool.effective
    return TwoSampleResult(
        method="neighbour_test",
        statistic=test.z if pool.scale else 0.0,
        p_value=test.p_value if pool.scale else 1.0,
        p_value_kind="asymptotic",
        effect=_explained(test, pool.contrast, k, confidence) if pool.scale else _explained_nothing(confidence),
        n_reference=n_reference,
        n_current=n_current,
        notes=(*pool.notes, f"{len(around.places)} places, {k} neighbours each"),
    )


def neighbours_for(n_rows: int, wanted: int | None = None) -> int:
    """How many neighbours are looked at. Raises DataError: `wanted` is less than 2, or half of all rows or more."""
    if wanted is None:
        return min(max(LEAST_NEIGHBOURS, n_rows // 200), n_rows // 4)
    if not 2 <= wanted < n_rows / 2:
        raise DataError(f"n_neighbours: expected 2 to {math.ceil(n_rows / 2) - 1}, got {wanted!r}.")
    return wanted


def neighbourhoods(rows: Rows, *, k: int, rng: np.random.Generator, n_places: int = N_PLACES) -> Neighbourhoods:
    """The `k` nearest rows of random places, in blocks; of rows equally near, random ones.

    Args:
        rows: Shape `(n, n_dimensions)`. The order of the rows does not matter.
        k: Less than `n`.
        rng: Chooses the places, and among rows that are equally near.
        n_places: At most as many; all rows where there are fewer.
    """
    order = rng.permutation(len(rows))
    shuffled = rows[order]
    places = rng.choice(len(rows), min(n_places, len(rows)), replace=False)
    squares = np.einsum("ij,ij->i", shuffled, shuffled)
    nearest = np.empty((len(places), k), dtype=np.int64)
    for start in range(0, len(places), _BLOCK):
        distances = squares - 2 * (rows[places[start : start + _BLOCK]] @ shuffled.T)
        nearest[start : start + _BLOCK] = order[np.argpartition(distances, k - 1, axis=1)[:, :k]]
    return Neighbourhoods(places=places, nearest=nearest)


def local_test(around: Neighbourhoods, contrast: Floats) -> LocalTest:
    """Test whether neighbourhoods have an even share of both samples: `neighbour_test` says how."""
    n, (n_places, k) = contrast.size, around.nearest.shape
    differences: Floats = contrast[around.nearest].sum(axis=1)
    shared = _shared(around.nearest, n)
    often = np.bincount(around.nearest.ravel(), minlength=n).astype(np.float64)
    centre = k / n
    shared -= centre * k
    diagonal = often * (1 - 2 * centre) + n_places * centre**2
    mean, spread = permutation_moments(
        contrast,
        trace=float(diagonal.sum()),
        squares=float(np.einsum("ij,ij->", shared, shared, dtype=np.float64)),
        diagonal=float((diagonal**2).sum()),
    )
    eigenvalues = np.linalg.eigvalsh(shared).astype(np.float64)
    statistic = float((differences**2).sum())
    p_value = tail_of(statistic, mean, spread, eigenvalues[eigenvalues > 1e-6 * eigenvalues[-1]])
    return LocalTest(statistic=statistic, mean=mean, spread=spread, p_value=p_value, differences=differences)


def _shared(nearest: Positions, n_rows: int) -> Rows:
    """How many rows each two neighbourhoods have in common, shape `(n_places, n_places)`, from blocks of rows."""
    n_places, k = nearest.shape
    order = np.argsort(nearest, axis=None, kind="stable")
    rows, places = nearest.ravel()[order], order // k
    shared = np.zeros((n_places, n_places), dtype=np.float32)
    for start in range(0, n_rows, 2_048):
        part = slice(*np.searchsorted(rows, [start, start + 2_048]))
        block = np.zeros((n_places, 2_048), dtype=np.float32)
        block[places[part], rows[part] - start] = 1
        shared += block @ block.T
    return shared


def _explained(test: LocalTest, contrast: Floats, k: int, confidence: float) -> Effect:
    """A difference is at most all of its rows being of one sample: the statistic in units of what that would give."""
    most = _most(test, contrast, k)
    value = (test.statistic - test.mean) / most
    squares = test.differences**2
    places = max(2.0, contrast.size / k)
    spread = math.hypot(test.spread, float(squares.std()) * squares.size / math.sqrt(places)) / most
    half = NormalDist().inv_cdf((1 + confidence) / 2) * spread
    value, low, high = (min(1.0, max(0.0, bound)) for bound in (value, value - half, value + half))
    return Effect(name="local_variance_explained", value=value, low=low, high=high, confidence=confidence)


def _most(test: LocalTest, contrast: Floats, k: int) -> float:
    """The statistic, less its mean, of samples that do not overlap."""
    apart = test.differences.size * k**2 * float((contrast**2).sum()) / contrast.size
    return max(apart - test.mean, 1e-300)


def _explained_nothing(confidence: float) -> Effect:
    return Effect(name="local_variance_explained", value=0.0, low=0.0, high=0.0, confidence=confidence)
