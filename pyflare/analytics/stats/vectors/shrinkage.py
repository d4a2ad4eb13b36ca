"""How far a covariance should be shrunk towards a ball before it is inverted."""

from __future__ import annotations

from pyflare.analytics.stats.vectors.pool import Floats


def oracle_shrinkage(variances: Floats, *, n_rows: int, n_dimensions: int) -> float:
    """The share of a ball in the estimate of a covariance, by the oracle approximating rule.

    The estimate is `(1 - share) * S + share * trace(S) / n_dimensions * I`; for normal rows the rule comes near the
    share of least squared error. It is 1 where all axes are equally wide or there is one row only.

    Args:
        variances: Shape `(rank,)`. The positive eigenvalues of the covariance `S`.
        n_rows: From how many rows it was estimated.
        n_dimensions: Of how many dimensions the rows are.

    Returns:
        Above 0, at most 1.

    References:
        Chen, Wiesel, Eldar and Hero, Shrinkage algorithms for MMSE covariance estimation, IEEE Transactions on Signal
        Processing 58 (2010), equation 23.

    Examples:
        >>> import numpy as np
        >>> round(oracle_shrinkage(np.array([4.0, 1.0]), n_rows=100, n_dimensions=2), 4)
        0.0924
    """
    mean = float((variances**2).sum()) / n_dimensions**2
    level = (float(variances.sum()) / n_dimensions) ** 2
    rest = (n_rows + 1) * (mean - level / n_dimensions)
    return 1.0 if rest <= 0 else min(1.0, (mean + level) / rest)
