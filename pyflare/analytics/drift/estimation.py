"""How often predictions are right, estimated from how sure the model says it is, where no labels have come."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.gamma import chi_squared_quantile
from pyflare.analytics.stats.result import Effect, TwoSampleResult
from pyflare.errors import InsufficientDataError

BINS: Final = 20
"""Into so many bins of equal size the reference's confidences are split at most."""
MIN_PER_BIN: Final = 25

_Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How often predictions were right, by confidence."""

    confidences: _Array
    """Shape `(n_bins,)`. The mean confidence of each bin, ascending."""
    accuracies: _Array
    """Shape `(n_bins,)`. The share of right predictions in it, never falling with the confidence."""
    sizes: _Array
    """Shape `(n_bins,)`. Rows in it."""

    def __call__(self, confidences: _Array) -> _Array:
        """The probability of being right, for each confidence. Same shape; between bins by straight lines."""
        return np.interp(confidences, self.confidences, self.accuracies)

    def shares(self, confidences: _Array) -> _Array:
        """The share of confidences that is nearest to each bin. Shape `(n_bins,)`."""
        middles = (self.confidences[1:] + self.confidences[:-1]) / 2
        nearest = np.searchsorted(middles, confidences)
        return np.bincount(nearest, minlength=self.sizes.size) / confidences.size


def calibrate(confidences: _Array, is_right: _Array) -> Calibration:
    """Learn how often predictions of some confidence are right.

    Bins of equal size (Zadrozny and Elkan, ICML 2001), each with a right and a wrong prediction added; where a bin of
    higher confidence was right less often, it is joined with the one below (isotonic regression, Ayer and others,
    Annals of Mathematical Statistics 26, 1955).

    Raises:
        InsufficientDataError: Fewer than 50 rows.
    """
    bins = min(BINS, confidences.size // MIN_PER_BIN)
    if bins < 2:
        raise InsufficientDataError(f"expected at least {2 * MIN_PER_BIN} rows with a label, got {confidences.size}")
    order = np.argsort(confidences, kind="stable")
    pools: list[tuple[float, float, float]] = []
    for rows in np.array_split(order, bins):
        pool = float(rows.size), float(confidences[rows].sum()), float(is_right[rows].sum())
        while pools and _accuracy(pools[-1]) >= _accuracy(pool):
            last = pools.pop()
            pool = last[0] + pool[0], last[1] + pool[1], last[2] + pool[2]
        pools.append(pool)
    sizes, sums, rights = np.array(pools).T
    return Calibration(confidences=sums / sizes, accuracies=(rights + 1) / (sizes + 2), sizes=sizes)


def _accuracy(pool: tuple[float, float, float]) -> float:
    return (pool[2] + 1) / (pool[0] + 2)


def estimate_performance(
    reference: _Array, is_right: _Array, current: _Array, *, confidence: float = 0.95
) -> TwoSampleResult:
    """Estimate how often current predictions are right, and test whether that is as often as in the reference.

    The reference teaches how often a prediction of some confidence is right (`calibrate`); the mean of that over the
    current confidences is the estimated accuracy. It is an estimate: it takes for granted that a confidence means what
    it did. It therefore sees that inputs have become harder or easier, and is blind to concept drift proper, where the
    model is as sure as ever and wrong. Only labels show that.

    Confidences beyond those of the reference are taken for the nearest of those, and a note says how many there are:
    of them nothing is known.

    The test is Welch's, of the mean calibrated confidence, in its normal limit. The bounds of the change add how
    uncertain the calibration is.

    Args:
        reference: Shape `(n,)`. The model's confidence in its predictions; any score that rises with it will do.
        is_right: Shape `(n,)`. 1 where the prediction was right, else 0.
        current: Shape `(m,)`. The confidences now.
        confidence: Of the bounds.

    Returns:
        As statistic z, negative where accuracy is estimated to have fallen; as effect the magnitude of the change in
        accuracy. The notes give both accuracies.

    Raises:
        InsufficientDataError: Fewer than 50 rows of the reference, or two current ones.

    Examples:
        >>> rng = np.random.default_rng(1)
        >>> sure, less = rng.uniform(0.6, 1, 5000), rng.uniform(0.6, 0.8, 5000)
        >>> found = estimate_performance(sure, (rng.random(5000) < sure).astype(float), less)
        >>> round(found.effect.value, 2), found.p_value < 1e-9
        (0.1, True)
    """
    if current.size < 2:
        raise InsufficientDataError(f"expected at least 2 current rows, got {current.size}")
    calibration = calibrate(reference, is_right)
    before, now = calibration(reference), calibration(current)
    change = float(now.mean() - before.mean())
    variance = float(before.var(ddof=1) / before.size + now.var(ddof=1) / now.size)
    z = change / math.sqrt(variance) if variance else 0.0
    moved = calibration.shares(current) - calibration.shares(reference)
    spread = calibration.accuracies * (1 - calibration.accuracies) / (calibration.sizes + 2)
    margin = math.sqrt(chi_squared_quantile(confidence, 1) * (variance + float(moved**2 @ spread)))
    accuracy = float(is_right.mean())
    low, high = change - margin, change + margin
    return TwoSampleResult(
        method="estimated_performance",
        statistic=z,
        p_value=math.erfc(abs(z) / math.sqrt(2)),
        p_value_kind="asymptotic",
        effect=Effect(
            name="estimated_change_of_accuracy",
            value=min(1.0, abs(change)),
            low=0.0 if low <= 0 <= high else min(abs(low), abs(high)),
            high=min(1.0, max(abs(low), abs(high))),
            confidence=confidence,
        ),
        n_reference=float(reference.size),
        n_current=float(current.size),
        notes=(
            f"accuracy {accuracy:.1%} → estimated {_clipped(accuracy + change):.1%} "
            f"({_clipped(accuracy + low):.1%} to {_clipped(accuracy + high):.1%}), without labels",
            *_outside(reference, current),
        ),
    )


def _outside(reference: _Array, current: _Array) -> tuple[str, ...]:
    """That some confidences are of a size of which nothing was learnt."""
    share = float(((current < reference.min()) | (current > reference.max())).mean())
    said = f"{share:.1%} of the confidences lie outside the reference's, and are taken for the nearest of those"
    return (said,) if share > 0 else ()


def _clipped(share: float) -> float:
    return min(1.0, max(0.0, share))
