"""Whether the rows that lie farthest from the mean of two samples come from both of them."""

from __future__ import annotations

from pyflare.analytics.stats.multiplicity import combine_cauchy
from pyflare.analytics.stats.numeric.extremes import largest_p_values
from pyflare.analytics.stats.numeric.ordered import ordered, pool
from pyflare.analytics.stats.vectors.pool import Floats, Pool


def far_rows_p_value(distances: Floats, vectors: Pool) -> float | None:
    """Test whether as many of the rows that lie farthest out are current as of all rows.

    A new topic lies where no row was, and some of that is along narrow axes, in which the others hardly differ. With
    distances that count an axis the more the narrower it is, its rows are the farthest of all, be they ever so few:
    of 1,000 rows, 10 are enough, too few to move any mean. How many of the farthest 8, 32 and 128 rows are current is
    hypergeometric where nothing has changed, so the three p-values are exact (mid-p, see `extreme_p_values`); they
    are joined by Cauchy's combination. Rows that are always far, such as garbage, are in both samples and cost power,
    no false alarms.

    The error with which principal components reconstruct a row is a distance of this kind, which counts narrow axes
    alone. The usual test is of its mean; that asks for many times as many new rows, or for new ones that lie farther.

    Args:
        distances: Shape `(n,)`. Of all rows, found without regard to which sample they are of.
        vectors: Whose rows they are.

    Returns:
        The two-sided p-value; None where rows are weighted, whose counts are not whole, and where all are equally far.

    References:
        Liu and Xie, Cauchy combination test, JASA 115 (2020); Shyu, Chen, Sarinnapakorn and Chang, A novel anomaly
        detection scheme based on principal component classifier (2003), on what minor components show.
    """
    n = vectors.n_reference
    if sum(vectors.effective) < len(vectors.rows):
        return None
    p_values = largest_p_values(pool(ordered(distances[:n]), ordered(distances[n:]), exact=True))
    return combine_cauchy(p_values) if p_values else None
