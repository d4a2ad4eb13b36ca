"""Where predictions have become worse: the change of their error in the parts of each input."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.drift.carrying import MetricChange, metric_change
from pyflare.analytics.drift.column import Column
from pyflare.analytics.drift.outcomes import Outcomes, as_levels, taken
from pyflare.analytics.drift.relation import BINS

MIN_ROWS: Final = 10
"""A part with fewer labelled rows in either sample says nothing of whether parts differ."""

_Array = npt.NDArray[np.float64]
_Codes = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worsening:
    """The change of the error, taken apart by one input."""

    column: str
    levels: tuple[str, ...]
    """The parts: levels of categories, ten bins of numbers between quantiles of the reference, and `missing`."""
    reference: _Codes
    """Shape `(n_labelled,)`. The part of each labelled row of the reference."""
    current: _Codes
    """The same of the current sample."""
    change: MetricChange
    """Of the mean error: what each part adds."""
    statistic: float
    """Cochran's Q: how unevenly the error has changed; NaN where fewer than two parts have enough rows."""
    p_value: float
    """The chance of a Q as large where it has changed alike in all parts; 1 where it is not known."""


def worsening(column: str, before: Column, now: Column, reference: Outcomes, current: Outcomes) -> Worsening:
    """Take the change of the error apart by the values of an input, and say whether they differ.

    The parts add up to the change (`metric_change`). Whether they differ is Cochran's Q, the sum of
    `w * (d - mean) ** 2` over the parts with enough rows, where `d` is the change in a part, `w` one over its
    variance and `mean` the weighted mean of all `d`; with k parts it is chi-squared with k - 1 degrees of freedom
    where the error has changed alike. A part's variance counts one row more, as far off as all rows are in the mean, so
    that a part without any error is not taken for certain.

    Args:
        column: The input's name.
        before: The input in the reference: all rows, labelled or not. Numbers or categories.
        now: The same of the current sample.
        reference: What came of the reference.
        current: What came of the current sample.

    Raises:
        DataError: The input is vectors.
        InsufficientDataError: A sample has no labelled row.

    References:
        Cochran, The combination of estimates from different experiments, Biometrics 10 (1954).
    """
    old, new = as_levels(taken(before, reference.rows), taken(now, current.rows), bins=BINS)
    codes = old.codes.astype(np.intp), new.codes.astype(np.intp)
    change = metric_change(codes[0], reference.errors, codes[1], current.errors, n_levels=len(old.levels))
    statistic, n_parts = _cochran(codes, (reference.errors, current.errors), change)
    return Worsening(
        column=column,
        levels=old.levels,
        reference=old.codes,
        current=new.codes,
        change=change,
        statistic=statistic,
        p_value=_tail(statistic, n_parts),
    )


def most_uneven(inputs: Mapping[str, tuple[Column, Column]], reference: Outcomes, current: Outcomes) -> Worsening:
    """The input by whose values the change of the error differs most surely.

    Its p-value is corrected for how many inputs there are (Bonferroni).

    Args:
        inputs: By name, each input in the reference and now; at least one.
        reference: What came of the reference.
        current: What came of the current sample.

    Raises:
        DataError: An input is vectors.
        InsufficientDataError: A sample has no labelled row.
    """
    found = [worsening(name, *columns, reference, current) for name, columns in inputs.items()]
    first = min(found, key=lambda each: (each.p_value, -np.nan_to_num(each.statistic) / len(each.levels)))
    return replace(first, p_value=min(1.0, first.p_value * len(found)))


def _cochran(
    codes: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]], errors: tuple[_Array, _Array], change: MetricChange
) -> tuple[float, int]:
    """Q, and the number of parts that it is over."""
    means = change.reference_means, change.current_means
    counts = [np.bincount(sample, minlength=means[0].size) for sample in codes]
    enough = np.minimum(*counts) >= MIN_ROWS
    variance = np.sum([_variance(*each)[enough] for each in zip(codes, errors, means, counts, strict=True)], axis=0)
    if enough.sum() < 2 or not np.all(variance > 0):
        return math.nan, int(enough.sum())
    moved = (means[1] - means[0])[enough]
    weights = 1 / variance
    centre = float(weights @ moved) / float(weights.sum())
    return float(weights @ (moved - centre) ** 2), int(enough.sum())


def _variance(codes: npt.NDArray[np.intp], errors: _Array, means: _Array, counts: npt.NDArray[np.intp]) -> _Array:
    """The variance of each part's mean error, of a row more than it has. Shape `(n_parts,)`."""
    squares = np.bincount(codes, (errors - means[codes]) ** 2, minlength=means.size)
    usual = float(np.var(errors))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((squares + usual) / counts.astype(np.float64) ** 2)


def _tail(statistic: float, n_parts: int) -> float:
    from scipy.special import gammaincc

    return 1.0 if math.isnan(statistic) else float(gammaincc((n_parts - 1) / 2, statistic / 2))
