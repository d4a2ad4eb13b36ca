"""Rows of `drift` as values of the API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pyflare.server.api.moments import rfc3339
from pyflare.server.api.schemas.drift import (
    DriftColumn,
    DriftMonitor,
    DriftPoint,
    DriftRun,
    DriftScores,
    ModelDriftPoint,
    RecentRun,
)
from pyflare.workspace import drift_history
from pyflare.workspace.drift_history import Row

_TIMES: Final = ("timestamp", "reference_start", "reference_end", "current_start", "current_end")


def column_value(row: Row) -> dict[str, Any]:
    """What one column said in a run."""
    return {**_fields(DriftColumn, row), "column": row["column_name"], "sample_trace_ids": _traces(row)}


def run_value(run: drift_history.DriftRun) -> dict[str, Any]:
    """A run with all its columns."""
    return {
        **_fields(DriftRun, run.summary),
        "sample_trace_ids": _traces(run.summary),
        "columns": [column_value(row) for row in run.columns],
    }


def monitor_value(outline: drift_history.MonitorOutline) -> dict[str, Any]:
    """How a monitor stands."""
    return {
        **_fields(DriftMonitor, outline.latest),
        "last_run": rfc3339(outline.latest["timestamp"]),
        "runs": outline.runs,
        "columns": outline.columns,
        "recent": [_fields(RecentRun, row) for row in outline.recent],
    }


def point_value(row: Row) -> dict[str, Any]:
    """What a run found, in all or of one column."""
    return _fields(DriftPoint, row)


def model_point_value(row: Row) -> dict[str, Any]:
    """One run of one monitor of a model."""
    return {
        **_fields(ModelDriftPoint, row),
        "score": _share(row["effect_size"]),
        "is_drifted": row["status"] == "drifted",
    }


def scores_value(runs: Iterable[drift_history.DriftRun]) -> dict[str, Any]:
    """Drift by type, over the latest runs of a model's monitors."""
    scores: dict[str, Any] = dict.fromkeys(DriftScores.model_fields)
    columns = [row for run in runs for row in run.columns or (run.summary,)]
    for kind in scores:
        rows = [row for row in columns if row["drift_type"] == kind]
        if rows:
            scores[kind] = _score(rows)
    return scores


def _score(rows: list[Row]) -> dict[str, Any]:
    foremost = max(rows, key=lambda row: (row["status"] == "drifted", _size(row)))
    breakdown: dict[str, float | None] = {}
    for row in sorted(rows, key=_size):
        if row["column_name"] is not None:
            breakdown[row["column_name"]] = row["effect_size"]
    return {
        "score": _share(foremost["effect_size"]),
        "threshold": foremost["threshold"],
        "is_drifted": any(row["status"] == "drifted" for row in rows),
        "trend": foremost["trend"],
        "feature_breakdown": breakdown,
    }


def _size(row: Row) -> float:
    return -1.0 if row["effect_size"] is None else float(row["effect_size"])


def _share(effect: float | None) -> float | None:
    """An effect as the score of the design: 0 to 1."""
    return None if effect is None else min(1.0, max(0.0, effect))


def _traces(row: Row) -> list[str]:
    return list(row["sample_trace_ids"] or ())


def _fields(model: type[Any], row: Row) -> dict[str, Any]:
    """The fields of a model that a row holds under the same name."""
    names: Mapping[str, Any] = model.model_fields
    return {name: _value(name, row[name]) for name in names if name in row}


def _value(name: str, value: Any) -> Any:
    return rfc3339(value) if name in _TIMES and value is not None else value
