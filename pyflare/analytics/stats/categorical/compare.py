"""How two samples are compared over the levels of a category where no method is asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from pyflare.analytics.stats.categorical.contributions import contributions_of, pooling_note
from pyflare.analytics.stats.categorical.g_test import g_p_value, g_parts
from pyflare.analytics.stats.categorical.hypergeometric import level_p_values
from pyflare.analytics.stats.categorical.novelty import novelty_p_value
from pyflare.analytics.stats.categorical.table import MIN_EXPECTED, Counts, Pooled, Table, pool, two_rows
from pyflare.analytics.stats.categorical.total_variation import total_variation
from pyflare.analytics.stats.multiplicity import combine_cauchy
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.errors import InsufficientDataError

_SHARES: Final = {"all levels": 0.5, "one level": 0.2, "new levels": 0.3}
"""How much weight each question has among those that are asked."""
_SHARES_OF_ONE: Final = {"all levels": 0.25, "one level": 0.1, "new levels": 0.65}
"""The same where a single level is seldom: that it is there at all is then most of what there is to see."""
_SELDOM: Final = 2 * MIN_EXPECTED
"""Fewer expected than this in the smaller sample, and a level is one of those that may be new."""
_MOST_RARE: Final = 0.5
"""If rare levels have more than this share of all observations, as of hundreds of levels alike, fewer of them are."""
_LEAST_EXPECTED: Final = 2.0
"""So many expected then are enough for a level of its own: G is accurate still."""
_NEARLY_ONE: Final = 1 - 1e-12


def compare_categories(
    reference: Counts, current: Counts, *, levels: Sequence[str] | None = None, confidence: float = 0.95
) -> TwoSampleResult:
    """Compare two samples over the same levels: all levels together, the one that moved most, and new ones.

    Three tests are made, and their p-values combined (`combine_cauchy`, with weights 0.5, 0.2 and 0.3; 0.25, 0.1 and
    0.65 where a single level is seldom):

    - all levels together, by their likelihood ratio (`g_test`), or exactly where there are two;
    - each level that is not rare against all others, exactly, corrected for their number (Šidák): see `level_p_values`;
    - levels of which fewer than ten are expected and that only the current sample has: see `novelty_p_value`.

    A test of all levels is best where many moved, and nearly blind to one new level among fifty; the others see that.
    What cannot be asked (one level against the others where there are two, new levels where none is rare) is left
    out; that depends on both samples together only, so the combination keeps its level. So does the rule that levels
    count as one where fewer than five are expected in the smaller sample, or fewer than two if those have most
    observations.

    Args:
        reference: Shape `(n_levels,)`. Observations of each level; effective ones where they are weighted.
        current: Shape `(n_levels,)`. The same of the current sample.
        levels: Their names, for the contributions; None for their positions.
        confidence: Of the effect's bounds, between 0 and 1.

    Returns:
        As statistic G over the common levels, with the rare ones as one; as effect the total variation distance of
        the same table. Contributions are each level's part of the observed distance. With a single level the p-value
        is 1 and the effect 0.

    Raises:
        DataError: Shapes differ, or a count is negative or not finite.
        InsufficientDataError: A sample is empty, or no level is common enough, as in a column of ids.

    Examples:
        >>> found = compare_categories([500, 300, 200, 0], [480, 310, 195, 15])
        >>> found.p_value < 0.001, round(found.effect.value, 2)
        (True, 0.01)
    """
    counts = two_rows(reference, current)
    pooled = _pool(counts)
    if not pooled.common:
        raise InsufficientDataError("none of its values is common enough to be compared")
    together = _rare_apart(counts, pooled)
    p_values = _p_values(counts, together if pooled.counts.shape[1] == 1 else pooled.counts)
    return TwoSampleResult(
        method="compare_categories",
        statistic=float(g_parts(together).sum()),
        p_value=_combined(p_values, n_seldom=int((_seldom(counts).sum(axis=0) > 0).sum())),
        p_value_kind="asymptotic",
        effect=total_variation(together, confidence=confidence),
        n_reference=float(counts[0].sum()),
        n_current=float(counts[1].sum()),
        contributions=contributions_of(counts, levels, _apart(counts)),
        notes=(*pooling_note(pooled, counts), *_notes(p_values)),
    )


def _pool(counts: Table) -> Pooled:
    """By the usual rule, unless that makes one level of most observations."""
    pooled = pool(counts)
    if counts[:, list(pooled.rare)].sum() <= _MOST_RARE * counts.sum():
        return pooled
    return pool(counts, min_expected=_LEAST_EXPECTED)


def _p_values(counts: Table, common: Table) -> dict[str, float]:
    """The p-value of each question that can be asked."""
    found, n_levels = {}, common.shape[1]
    if n_levels == 2:
        found["all levels"] = float(level_p_values(common)[0])
    elif n_levels > 2:
        least = min(float(level_p_values(common).min()), _NEARLY_ONE)
        found = {"all levels": g_p_value(common), "one level": -math.expm1(n_levels * math.log1p(-least))}
    if np.count_nonzero(counts.sum(axis=0)) == 2:
        return found
    novelty = novelty_p_value(_seldom(counts), share=float(counts[1].sum() / counts.sum()))
    return found if novelty is None else {**found, "new levels": novelty}


def _seldom(counts: Table) -> Table:
    """The levels that are rare, or nearly so."""
    totals, sizes = counts.sum(axis=0), counts.sum(axis=1)
    return counts[:, totals * (sizes.min() / sizes.sum()) < _SELDOM]


def _combined(p_values: dict[str, float], *, n_seldom: int) -> float:
    if not p_values:
        return 1.0
    shares = _SHARES_OF_ONE if n_seldom == 1 else _SHARES
    return combine_cauchy(list(p_values.values()), weights=[shares[name] for name in p_values])


def _rare_apart(counts: Table, pooled: Pooled) -> Table:
    """The common levels, and the rare ones as one more, however few observations have them."""
    common = counts[:, list(pooled.common)]
    return np.column_stack([common, counts[:, list(pooled.rare)].sum(axis=1)]) if pooled.rare else common


def _apart(counts: Table) -> Table:
    """How far apart the shares of each level are."""
    shares = counts / counts.sum(axis=1, keepdims=True)
    apart: Table = np.abs(shares[1] - shares[0])
    return apart


def _notes(p_values: dict[str, float]) -> tuple[str, ...]:
    if not p_values:
        return ("All values are the same.",)
    return tuple(f"p of {name}: {p_value:.2g}" for name, p_value in p_values.items() if len(p_values) > 1)
