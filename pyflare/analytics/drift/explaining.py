"""A detector's result from its columns, and what it says in a sentence or two."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pyflare.analytics.drift.judging import effect_of, worst
from pyflare.analytics.drift.result import ColumnDrift, DriftResult, DriftType

_NAMED: Final = 3
"""Columns that are named in an explanation."""


def result_of(
    columns: Sequence[ColumnDrift], *, drift_type: DriftType, threshold: float, alpha: float, now: datetime
) -> DriftResult:
    """Sum up judged columns, the worst first."""
    scores = {column.column: effect_of(column) for column in columns}
    return DriftResult(
        type=drift_type,
        score=min(1.0, max(scores.values(), default=0.0)),
        threshold=threshold,
        alpha=alpha,
        status=worst([column.status for column in columns]),
        explanation=explain(columns),
        detected_at=now,
        columns=tuple(columns),
        feature_scores=scores,
    )


def explain(columns: Sequence[ColumnDrift]) -> str:
    """Which columns moved, by how much, from where to where."""
    for status, verb in (("drifted", "drifted"), ("warning", "deserve a look")):
        if found := [column for column in columns if column.status == status]:
            said = "; ".join(f"{column.column} ({column.reason})" for column in found[:_NAMED])
            more = f"; and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
            return f"{len(found)} of {_columns(len(columns))} {verb}: {said}{more}."
    known = [column for column in columns if column.status == "healthy"]
    if not known:
        reasons = "; ".join(dict.fromkeys(column.reason for column in columns if column.reason))
        return f"Nothing could be compared: {reasons or 'no columns'}."
    unknown = len(columns) - len(known)
    said = f"None of {_columns(len(known))} moved in a way that matters."
    return f"{said} {_columns(unknown)} could not be compared." if unknown else said


def _columns(count: int) -> str:
    return "1 column" if count == 1 else f"{count} columns"
