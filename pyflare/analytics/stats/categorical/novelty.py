"""Levels that only the current sample has."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.categorical.table import Table

MAX_RARE: Final = 1_000
"""With more rare levels than this, every sample has levels of its own, and they are not looked at."""
_MAX_TOTAL: Final = 10_000


def novelty_p_value(counts: Table, *, share: float) -> float | None:
    """Test whether as many current observations have a level that the reference lacks as chance would give.

    Where nothing has changed, a level that occurs `t` times in both samples together is in the current one alone with
    probability `(m / (n + m))^t`, so the observations with such a level are a sum of independent numbers, `t` or 0,
    whose distribution is found by convolution. (Levels share the observations, which makes the sum vary a little
    less than that: the test errs on the side of caution.) It is meant for levels too rare to be tested one by one.
    The p-value counts the observed sum by half (mid-p).

    Args:
        counts: Shape `(2, n_levels)`. Of the rare levels alone; counts are rounded to whole numbers.
        share: The current sample's share of all observations, those of other levels too.

    Returns:
        The p-value; None where there are no rare levels or too many of them.
    """
    rounded = np.rint(counts)
    totals = rounded.sum(axis=0)
    rounded, totals = rounded[:, totals > 0], totals[totals > 0]
    if not 0 < totals.size <= MAX_RARE or totals.sum() > _MAX_TOTAL:
        return None
    observed = int(totals[rounded[0] == 0].sum())
    probabilities = _distribution(totals, share)
    return min(1.0, float(probabilities[observed + 1 :].sum() + probabilities[observed] / 2))


def _distribution(totals: npt.NDArray[np.float64], share: float) -> npt.NDArray[np.float64]:
    """The probability of each sum. Shape `(sum(totals) + 1,)`."""
    from scipy.stats import binom

    found = np.ones(1)
    for total, levels in zip(*np.unique(totals.astype(np.int64), return_counts=True), strict=True):
        steps = np.zeros(int(total * levels) + 1)
        steps[:: int(total)] = binom.pmf(np.arange(levels + 1), levels, share ** float(total))
        found = np.convolve(found, steps)
    return found
