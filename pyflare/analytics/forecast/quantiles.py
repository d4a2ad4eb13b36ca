"""Quantiles of Student's t without a library for it."""

from __future__ import annotations

from math import nan
from statistics import NormalDist


def t_quantile(p: float, freedom: int) -> float:
    """The quantile of Student's t by its expansion around the normal one (Abramowitz and Stegun, 26.7.5).

    Within 0.5 % for five degrees of freedom or more and `p` up to 0.975; nan below five.

    Args:
        p: Probability, 0 to 1.
        freedom: Degrees of freedom.
    """
    if freedom < 5:
        return nan
    z = NormalDist().inv_cdf(p)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return float(z + sum(term / freedom**power for power, term in enumerate(terms, start=1)))
