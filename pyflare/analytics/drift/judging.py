"""From tests and effects to a status: which differences are both sure and large."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from pyflare.analytics.drift.result import ColumnDrift, DriftType, Status
from pyflare.analytics.stats.multiplicity import Correction, adjust
from pyflare.analytics.stats.result import TwoSampleResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One column, compared and not yet judged."""

    column: str
    drift_type: DriftType
    test: TwoSampleResult | None
    missing: TwoSampleResult | None
    threshold: float
    new_levels: TwoSampleResult | None = None
    """Of values that may not be: no test that chance could pass, and so nothing to correct for."""
    reason: str = ""
    """Why there is no test."""

    @property
    def parts(self) -> tuple[TwoSampleResult, ...]:
        """What was tested: the values, and whether there are any."""
        return tuple(part for part in (self.test, self.missing) if part is not None and not math.isnan(part.p_value))

    @property
    def p_value(self) -> float:
        """The chance that either part is as small where neither has changed (Bonferroni); 1 where there is none."""
        certain = 1.0 if self.new_levels is None else self.new_levels.p_value
        return min(certain, *(self.p_of(part) for part in self.parts)) if self.parts else certain

    def p_of(self, part: TwoSampleResult) -> float:
        """A part's p-value, corrected for how many parts the column has."""
        return min(1.0, part.p_value * len(self.parts))


def judge(compared: Sequence[Compared], *, alpha: float, correction: Correction) -> tuple[ColumnDrift, ...]:
    """Give each column a status, the worst first.

    A part of a column (its values, or whether they are missing) is *significant* where its p-value is among those
    that the correction for all columns and parts lets pass at `alpha`. It *matters* where its effect is at least the
    column's threshold. A column is

    - `drifted` where a part is significant and matters, or a value is of a level that may not be;
    - `warning` where a part is significant, does not matter by its estimate and might by its upper bound; or matters,
      and is not significant only because of the correction for the other columns;
    - `unknown` where nothing of it could be tested;
    - `healthy` otherwise: also where a difference is certain and too small to care about.

    A comparison that is a distance and no test has a p-value of NaN, and is not judged.
    """
    adjusted = adjust([column.p_value for column in compared], correction=correction)
    passing = [column.p_value for column, p in zip(compared, adjusted, strict=True) if p <= alpha]
    cutoff = _cutoff(passing, len(compared), alpha=alpha, correction=correction)
    judged = [
        _judged(column, p_adjusted=float(p), cutoff=cutoff, alpha=alpha)
        for column, p in zip(compared, adjusted, strict=True)
    ]
    return tuple(sorted(judged, key=_badness))


def _cutoff(passing: Sequence[float], n_columns: int, *, alpha: float, correction: Correction) -> float:
    """The largest p-value that passes, of any part of a column, where those of `passing` columns did."""
    if not passing:
        return -1.0
    steps = len(passing) if correction == "benjamini-hochberg" else n_columns / (n_columns - len(passing) + 1)
    # A p-value that just passes is not to fail by rounding.
    return max(alpha * steps / n_columns, *passing)


_NAMED: Final = 3
"""New levels that are named."""
_ORDER: dict[Status, int] = {"drifted": 0, "warning": 1, "unknown": 2, "healthy": 3}


def worst(statuses: Sequence[Status]) -> Status:
    """The status of several columns together: the worst; unknown only where none is known."""
    known = [status for status in statuses if status != "unknown"]
    return min(known, key=_ORDER.__getitem__, default="unknown")


def effect_of(column: ColumnDrift) -> float:
    """The effect that a column is listed by, see `ColumnDrift.deciding`; 0 where unknown."""
    deciding = column.deciding
    return 0.0 if deciding is None or math.isnan(deciding.effect.value) else deciding.effect.value


def _badness(column: ColumnDrift) -> tuple[int, float, str]:
    return _ORDER[column.status], -effect_of(column), column.column


def _judged(column: Compared, *, p_adjusted: float, cutoff: float, alpha: float) -> ColumnDrift:
    found = ColumnDrift(
        column=column.column,
        drift_type=column.drift_type,
        test=column.test,
        missing=column.missing,
        new_levels=column.new_levels,
        p_adjusted=p_adjusted,
        threshold=column.threshold,
        status="unknown",
        reason=column.reason,
    )
    verdicts = [(_status(column, part, cutoff=cutoff, alpha=alpha), part) for part in column.parts]
    if column.new_levels is not None and found.has_new_levels:
        return replace(found, status="drifted", reason=_reason_of_new(found, column.new_levels))
    if not verdicts or (column.test is None and all(status == "healthy" for status, _ in verdicts)):
        return found
    status, part = min(verdicts, key=lambda verdict: (_ORDER[verdict[0]], -verdict[1].effect.value))
    return replace(found, status=status, reason=_reason(part, is_missing=part is column.missing))


def _status(column: Compared, part: TwoSampleResult, *, cutoff: float, alpha: float) -> Status:
    is_significant = column.p_of(part) <= cutoff
    matters = part.effect.value >= column.threshold
    if is_significant and matters:
        return "drifted"
    if is_significant and part.effect.high >= column.threshold:
        return "warning"
    return "warning" if matters and column.p_of(part) <= alpha else "healthy"


def _reason_of_new(column: ColumnDrift, new: TwoSampleResult) -> str:
    """What is new, after what has moved where that decides."""
    labels = [part.label for part in new.contributions]
    names = ", ".join(labels[:_NAMED]) + (f" and {len(labels) - _NAMED} more" if len(labels) > _NAMED else "")
    said = f"{new.statistic:,.0f} of {new.n_current:,.0f} values of levels that are not known: {names}"
    decides = column.deciding
    if decides is None or decides is new:
        return said
    return f"{_reason(decides, is_missing=decides is column.missing)}; {said}"


def _reason(part: TwoSampleResult, *, is_missing: bool) -> str:
    effect = part.effect
    what = "share of missing values" if is_missing else effect.name.replace("_", " ")
    bounds = f" ({effect.low:.3g} to {effect.high:.3g})" if not math.isnan(effect.low) else ""
    said = f"{what}: {effect.value:.3g}{bounds}, p = {part.p_value:.2g}"
    if is_missing:
        only = part.contributions[0]
        return f"{said}; {only.reference:.1%} → {only.current:.1%}"
    if part.contributions:
        most = part.contributions[0]
        return f"{said}; most at {most.label}: {most.reference:.3g} → {most.current:.3g}"
    return said
