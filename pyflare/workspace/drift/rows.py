"""What a run found as rows of `drift`: one for each segment in all, and one for each column."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from pyflare.analytics.drift.judging import effect_of
from pyflare.analytics.drift.result import ColumnDrift
from pyflare.analytics.stats.result import Contribution, TwoSampleResult
from pyflare.workspace.drift.comparing import SegmentDrift
from pyflare.workspace.drift.run import MonitorRun

MOST_PARTS: Final = 50
"""Levels or bins that are written down for a column: those that add most."""


def rows_of(run: MonitorRun) -> Iterator[dict[str, Any]]:
    """The rows of a run, by column of the table; the time is left out."""
    for found in run.segments:
        shared = _shared(run, found)
        yield {**shared, **_summary(run, found)}
        for column in found.result.columns:
            yield {**shared, **_column(run, found, column)}


def _shared(run: MonitorRun, found: SegmentDrift) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "monitor": run.monitor.name,
        "model_id": run.monitor.model_id,
        "segment": found.segment,
        "alpha": found.result.alpha,
        "reference_version": run.reference_version,
        "reference_start": run.reference_start_ns,
        "reference_end": run.reference_end_ns,
        "current_start": run.current_start_ns,
        "current_end": run.current_end_ns,
        "n_reference": found.n_reference,
        "n_current": found.n_current,
    }


def _summary(run: MonitorRun, found: SegmentDrift) -> dict[str, Any]:
    result = found.result
    worst = result.columns[0] if result.columns else None
    part = None if worst is None else worst.deciding
    return {
        "drift_id": uuid.uuid4().hex,
        "drift_type": result.type.value,
        "method": run.method,
        "p_adjusted": _known(min((each.p_adjusted for each in result.columns), default=math.nan)),
        "effect_name": None if part is None else part.effect.name,
        "effect_size": result.score,
        "effect_low": None if part is None else _known(part.effect.low),
        "effect_high": None if part is None else _known(part.effect.high),
        "threshold": result.threshold,
        "status": result.status,
        "trend": run.trend(found.segment, None),
        "explanation": result.explanation,
        "notes": b"[]",
        "sample_trace_ids": list(found.samples.get(worst.column, ())) if worst is not None else [],
    }


def _column(run: MonitorRun, found: SegmentDrift, column: ColumnDrift) -> dict[str, Any]:
    before, now = found.missing.get(column.column, (math.nan, math.nan))
    part = column.deciding
    return {
        "drift_id": uuid.uuid4().hex,
        "drift_type": column.drift_type.value,
        "column_name": column.column,
        "p_adjusted": _known(column.p_adjusted),
        "threshold": column.threshold,
        "status": column.status,
        "trend": run.trend(found.segment, column.column),
        "explanation": column.reason,
        "missing_reference": _known(before),
        "missing_current": _known(now),
        "sample_trace_ids": list(found.samples.get(column.column, ())),
        **(_test(part, column) if part is not None else {}),
    }


def _test(part: TwoSampleResult, column: ColumnDrift) -> dict[str, Any]:
    shown = part if column.test is None or part is column.new_levels else column.test
    return {
        "method": part.method,
        "statistic": _known(part.statistic),
        "p_value": _known(part.p_value),
        "effect_name": part.effect.name,
        "effect_size": effect_of(column),
        "effect_low": _known(part.effect.low),
        "effect_high": _known(part.effect.high),
        "contributions": msgspec.json.encode(_contributions(shown.contributions)),
        "notes": msgspec.json.encode(list(shown.notes)),
    }


def _contributions(parts: Sequence[Contribution]) -> list[dict[str, Any]]:
    return [
        {
            "label": part.label,
            "reference": _known(part.reference),
            "current": _known(part.current),
            "contribution": _known(part.contribution),
            **({} if math.isnan(part.low) else {"low": _finite(part.low), "high": _finite(part.high)}),
        }
        for part in parts[:MOST_PARTS]
    ]


def _known(number: float) -> float | None:
    return None if math.isnan(number) else float(number)


def _finite(number: float) -> float | None:
    """A bound that JSON can hold: none where it is infinite."""
    return float(number) if math.isfinite(number) else None
