"""One share of each of two samples."""

from __future__ import annotations

import math

from pyflare.analytics.stats.categorical.hypergeometric import level_p_value
from pyflare.analytics.stats.categorical.table import MOST
from pyflare.analytics.stats.gamma import chi_squared_quantile
from pyflare.analytics.stats.normal import checked_confidence
from pyflare.analytics.stats.result import Contribution, Effect, TwoSampleResult
from pyflare.errors import DataError, InsufficientDataError


def two_proportion(
    reference: float,
    n_reference: float,
    current: float,
    n_current: float,
    *,
    label: str = "yes",
    confidence: float = 0.95,
) -> TwoSampleResult:
    """Test whether two samples have the same share of something: of errors, of refusals, of missing values.

    The p-value is Fisher's, exact, as mid-p: see `level_p_values`. So it holds for shares near 0 and 1 too, and far
    into the tail. The effect is the difference of the shares; its bounds are those of Newcombe from Wilson's
    intervals, which stay within 0 and 1 and have a width also where nobody or everybody has it.

    Args:
        reference: How many of the reference have it. Counts are rounded to whole numbers for the p-value.
        n_reference: Of how many.
        current: How many of the current sample have it.
        n_current: Of how many.
        label: What it is, for the contribution.
        confidence: Of the bounds, between 0 and 1.

    Returns:
        As statistic z, positive where the current share is larger; as effect the magnitude of the difference, 0 to 1.

    Raises:
        DataError: A count is negative, not finite or larger than its sample, or the confidence is not one.
        InsufficientDataError: A sample is empty.

    References:
        Lancaster, Journal of the American Statistical Association 56 (1961); Newcombe, Statistics in Medicine 17
        (1998), method 10.

    Examples:
        >>> found = two_proportion(48, 100, 58, 80)
        >>> round(found.statistic, 2), round(found.effect.value, 3), found.p_value < 0.01
        (3.32, 0.245, True)
    """
    _check(reference, n_reference)
    _check(current, n_current)
    shares = reference / n_reference, current / n_current
    low, high = _newcombe(shares, (n_reference, n_current), confidence)
    return TwoSampleResult(
        method="two_proportion",
        statistic=_z(reference, n_reference, current, n_current),
        p_value=level_p_value(reference, current, float(round(n_reference)), float(round(n_current))),
        p_value_kind="exact",
        effect=Effect(
            name="difference_of_shares",
            value=abs(shares[1] - shares[0]),
            low=0.0 if low <= 0 <= high else min(abs(low), abs(high)),
            high=max(abs(low), abs(high)),
            confidence=confidence,
        ),
        n_reference=float(n_reference),
        n_current=float(n_current),
        contributions=(
            Contribution(
                label=label, reference=shares[0], current=shares[1], contribution=float(shares[0] != shares[1])
            ),
        ),
    )


def wilson(count: float, size: float, *, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's bounds of a share, within 0 and 1 (Journal of the American Statistical Association 22, 1927)."""
    z2 = chi_squared_quantile(checked_confidence(confidence), 1)
    share = count / size
    centre = share + z2 / (2 * size)
    half = math.sqrt(z2 * (share * (1 - share) + z2 / (4 * size)) / size)
    low, high = (centre - half) / (1 + z2 / size), (centre + half) / (1 + z2 / size)
    return min(max(0.0, low), share), max(min(1.0, high), share)


def _check(count: float, size: float) -> None:
    if size == 0:
        raise InsufficientDataError("one of the groups has no values")
    if not 0 <= count <= size <= MOST:
        raise DataError(
            f"expected a count between 0 and the size of its sample, at most 2**52, got {count!r} of {size!r}."
        )


def _z(a: float, n: float, b: float, m: float) -> float:
    share = (a + b) / (n + m)
    spread = math.sqrt(share * (1 - share) * (1 / n + 1 / m))
    return (b / m - a / n) / spread if spread else 0.0


def _newcombe(shares: tuple[float, float], sizes: tuple[float, float], confidence: float) -> tuple[float, float]:
    (p, q), difference = shares, shares[1] - shares[0]
    p_low, p_high = wilson(p * sizes[0], sizes[0], confidence=confidence)
    q_low, q_high = wilson(q * sizes[1], sizes[1], confidence=confidence)
    low = difference - math.hypot(q - q_low, p_high - p)
    return low, difference + math.hypot(q_high - q, p - p_low)
