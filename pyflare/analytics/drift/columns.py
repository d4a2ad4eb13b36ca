"""Columns together: each compared by what it holds, all corrected for how many there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from pyflare.analytics.drift.categories import align, compare_known
from pyflare.analytics.drift.column import Categories, Column, Numbers, Vectors
from pyflare.analytics.drift.detector import Sample
from pyflare.analytics.drift.judging import Compared, judge
from pyflare.analytics.drift.numbers import compare_numbers
from pyflare.analytics.drift.presence import Presence, compare_presence, presence_of
from pyflare.analytics.drift.result import ColumnDrift, DriftType
from pyflare.analytics.drift.vectors import compare_vectors
from pyflare.analytics.stats.categorical.compare import compare_categories
from pyflare.analytics.stats.multiplicity import Correction
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.errors import DataError, InsufficientDataError

ALPHA: Final = 0.05
THRESHOLD: Final = 0.1
"""An effect of which people tend to want to know: a tenth of the rows have moved."""
MIN_SIZE: Final = 50
"""Fewer values than this in either sample are not compared."""

Comparison = Callable[[Column, Column], TwoSampleResult]
"""Compares the values of a reference column with those of a current one of the same kind."""


def compare_columns(
    reference: Sample,
    current: Sample,
    *,
    alpha: float = ALPHA,
    threshold: float = THRESHOLD,
    thresholds: Mapping[str, float] | None = None,
    correction: Correction = "benjamini-hochberg",
    drift_type: DriftType = DriftType.FEATURE,
    min_size: int = MIN_SIZE,
    compare: Comparison | None = None,
) -> tuple[ColumnDrift, ...]:
    """Compare each column of a reference with the same column of a current sample.

    Every column is tested by what it holds (numbers, categories or vectors), and for whether as much of it is
    missing. The p-values of all columns are corrected together. A column has `drifted` where its difference is
    significant and its effect at least the threshold, or where a value is of a level that may not be
    (`Categories.known`); see `judge` for the other words.

    Args:
        reference: Columns by name, all of the same length.
        current: The same columns. Others that it has are not looked at.
        alpha: The level, between 0 and 1: of false discoveries among the alarms, or of any false alarm (`holm`).
        threshold: The effect size from which a difference matters, 0 to 1.
        thresholds: The same for single columns.
        correction: For how many columns there are.
        drift_type: What kind of drift a difference would be.
        min_size: A column with fewer values in either sample is `unknown`.
        compare: How columns are compared; None for the test that suits what they hold.

    Returns:
        One result per column of the reference, the worst first.

    Raises:
        DataError: A column is not in the current sample, holds something else there or is of another length than
            its neighbours; or an option is out of range.

    Examples:
        >>> from pyflare.analytics.drift.column import Categories
        >>> old = {"language": Categories.of(["en"] * 90 + ["de"] * 10)}
        >>> new = {"language": Categories.of(["en"] * 50 + ["de"] * 50)}
        >>> [found] = compare_columns(old, new)
        >>> found.status, round(found.test.effect.value, 2)
        ('drifted', 0.4)
    """
    check_options(alpha, {"threshold": threshold, **(thresholds or {})})
    check_samples(reference, current)
    compared = [
        _compared(
            name,
            column,
            current[name],
            drift_type=drift_type,
            threshold=(thresholds or {}).get(name, threshold),
            min_size=min_size,
            compare=compare or compare_by_kind,
        )
        for name, column in reference.items()
    ]
    return judge(compared, alpha=alpha, correction=correction)


def check_samples(reference: Sample, current: Sample) -> None:
    """Whether two samples can be compared. Raises DataError."""
    for sample in (reference, current):
        lengths = {name: len(column) for name, column in sample.items()}
        if len(set(lengths.values())) > 1:
            raise DataError(f"expected columns of one length, got {lengths}.")
    if absent := [name for name in reference if name not in current]:
        raise DataError(f"the current sample lacks {absent}. Give a column without values as one that is all missing.")
    for name, column in reference.items():
        if type(column) is not type(current[name]):
            kinds = f"{type(column).__name__} in the reference, {type(current[name]).__name__} now"
            raise DataError(f"column {name!r}: expected the same kind in both samples, got {kinds}.")


def _compared(
    name: str,
    reference: Column,
    current: Column,
    *,
    drift_type: DriftType,
    threshold: float,
    min_size: int,
    compare: Comparison,
) -> Compared:
    before, now = presence_of(reference), presence_of(current)
    test, missing, reason, new_levels = None, None, "", compare_known(reference, current)
    if min(before.n_rows, now.n_rows) >= min_size:
        missing = compare_presence(before, now)
    try:
        _check_size(before, now, min_size)
        test = compare(reference, current)
    except InsufficientDataError as error:
        reason = str(error)
    return Compared(
        column=name,
        drift_type=drift_type,
        test=test,
        missing=missing,
        new_levels=new_levels,
        threshold=threshold,
        reason=reason,
    )


def _check_size(before: Presence, now: Presence, min_size: int) -> None:
    sizes = before.n_rows - before.n_missing, now.n_rows - now.n_missing
    if min(sizes) < min_size:
        raise InsufficientDataError(
            f"expected at least {min_size} values in each sample, got {sizes[0]:.0f} in the reference and {sizes[1]:.0f} now"
        )


def compare_by_kind(reference: Column, current: Column) -> TwoSampleResult:
    """Compare by the test that suits what the columns hold. Raises DataError, InsufficientDataError."""
    if isinstance(reference, Numbers) and isinstance(current, Numbers):
        return compare_numbers(reference, current)
    if isinstance(reference, Categories) and isinstance(current, Categories):
        counts = align(reference, current)
        return compare_categories(counts.reference, counts.current, levels=counts.levels)
    if isinstance(reference, Vectors) and isinstance(current, Vectors):
        return compare_vectors(reference, current)
    raise DataError(f"expected columns of one kind, got {type(reference).__name__} and {type(current).__name__}.")


def check_options(alpha: float, thresholds: Mapping[str, float]) -> None:
    """Whether a level and thresholds can be used. Raises DataError."""
    if not 0 < alpha < 1:
        raise DataError(f"alpha: expected a number between 0 and 1, got {alpha!r}.")
    for name, threshold in thresholds.items():
        if not 0 <= threshold <= 1:
            raise DataError(f"{name}: expected a threshold between 0 and 1, got {threshold!r}.")
