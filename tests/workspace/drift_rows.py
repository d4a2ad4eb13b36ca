"""Rows of `drift` as monitors leave them: a day of hourly runs, at the end of which an index goes stale."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from tests.store.records import row, write_journal

HOUR_NS: Final = 3_600 * 10**9
RUNS: Final = 24
FIRST_DRIFTED: Final = 18
"""The run from which on the index is stale."""
MODEL: Final = "openai/gpt-4o"
PRODUCTION: Final = "environment = production"

_WORST: Final = ("drifted", "warning", "unknown", "healthy")
_THRESHOLDS: Final = {"cliffs_delta": 0.1, "total_variation": 0.1, "energy": 0.05}


def drift_rows(*, end_ns: int, trace_ids: Sequence[str] = ()) -> list[dict[str, Any]]:
    """All rows of all monitors; the last run is at `end_ns`."""
    return [
        values
        for number in range(RUNS)
        for values in _run(number, end_ns - (RUNS - 1 - number) * HOUR_NS, list(trace_ids)[:5])
    ]


def write_drift(root: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write them as the process of a monitor does."""
    write_journal(root, [row("drift", **values) for values in rows])


def run_id(monitor: str, number: int) -> str:
    """The id of a run."""
    return _id(monitor, number)


def _run(number: int, at_ns: int, trace_ids: list[str]) -> Iterator[dict[str, Any]]:
    stale = max(0, number - FIRST_DRIFTED + 1)
    wave = 0.01 * math.sin(number)
    yield from _monitor(
        "retrieval",
        number,
        at_ns,
        model_id=MODEL,
        columns=[
            _numbers("retrieval.score", 0.03 + wave + 0.09 * stale, stale, trace_ids),
            _categories("retrieval.index", min(0.98, 0.02 + wave + 0.2 * stale), stale, trace_ids),
            _numbers("latency_ms", 0.02 + wave, 0, []),
        ],
    )
    for segment, shift in ((PRODUCTION, 0.08), ("environment = staging", 0.0)):
        yield from _monitor(
            "prompts",
            number,
            at_ns,
            segment=segment,
            columns=[
                _numbers("input_tokens", 0.02 + wave + shift * (number >= 20), 0, trace_ids),
                _categories("language", 0.03 - wave, 0, []),
                _unknown("tool_name"),
            ],
        )
    yield from _monitor(
        "answers",
        number,
        at_ns,
        drift_type="embedding",
        model_id=MODEL,
        columns=[_vectors("output", 0.01 + abs(wave) / 2, [])],
    )


def _monitor(
    name: str, number: int, at_ns: int, *, columns: list[dict[str, Any]], drift_type: str = "feature", **fields: Any
) -> Iterator[dict[str, Any]]:
    segment = fields.get("segment")
    shared = {
        "timestamp": at_ns,
        "run_id": run_id(name, number),
        "monitor": name,
        "drift_type": drift_type,
        "alpha": 0.05 / 1000,
        "reference_version": "1",
        "reference_start": at_ns - (number + 30) * 24 * HOUR_NS,
        "reference_end": at_ns - (number + 2) * 24 * HOUR_NS,
        "current_start": at_ns - HOUR_NS,
        "current_end": at_ns,
        **{name: value for name, value in fields.items() if value is not None},
    }
    known = [column for column in columns if column["status"] != "unknown"]
    worst = max(known, key=lambda column: column["effect_size"])
    status = min((column["status"] for column in known), key=_WORST.index)
    moved = [column["column_name"] for column in known if column["status"] == "drifted"]
    yield {
        **shared,
        "drift_id": _id(name, number, segment),
        "method": "FeatureDriftDetector" if drift_type == "feature" else "MMDDetector",
        **{part: worst[part] for part in ("effect_name", "effect_size", "threshold", "p_adjusted", "trend")},
        "status": status,
        "explanation": f"{' and '.join(moved)} moved." if moved else "No column moved by as much as matters.",
        "n_reference": 12_000,
        "n_current": 900,
        "notes": "[]",
        "sample_trace_ids": worst["sample_trace_ids"],
    }
    for column in columns:
        yield {**shared, "drift_id": _id(name, number, segment, column["column_name"]), **column}


def _column(name: str, method: str, effect_name: str, effect: float, **fields: Any) -> dict[str, Any]:
    threshold = _THRESHOLDS[effect_name]
    status = "drifted" if effect >= threshold else "warning" if effect >= 0.8 * threshold else "healthy"
    return {
        "column_name": name,
        "method": method,
        "statistic": 40 * effect,
        "p_value": 10 ** (-120 * effect**2),
        "p_adjusted": min(1.0, 3 * 10 ** (-120 * effect**2)),
        "effect_name": effect_name,
        "effect_size": effect,
        "effect_low": max(0.0, effect - 0.03),
        "effect_high": effect + 0.03,
        "threshold": threshold,
        "status": status,
        "trend": "increasing" if status == "drifted" else "stable",
        "n_reference": 12_000,
        "n_current": 900,
        "missing_reference": 0.0,
        "missing_current": 0.01,
        "notes": "[]",
        **fields,
    }


def _numbers(name: str, effect: float, stale: int, trace_ids: list[str]) -> dict[str, Any]:
    """A column of numbers whose lower bins fill as the index ages."""
    reference = [0.05, 0.1, 0.2, 0.3, 0.25, 0.1]
    moved = min(0.6, 0.1 * stale)
    current = [
        share * (1 - moved) + moved * new for share, new in zip(reference, [0.4, 0.35, 0.15, 0.1, 0, 0], strict=True)
    ]
    edges = [None, 0.2, 0.35, 0.5, 0.65, 0.8, None]
    bins = zip(edges, edges[1:], reference, current, strict=False)
    return _column(
        name,
        "compare_numbers",
        "cliffs_delta",
        effect,
        contributions=_contributions([(_bin(low, high), was, now, low, high) for low, high, was, now in bins]),
        explanation=f"{name}: half of it was above 0.58 and is now above {0.58 - 0.04 * stale:.2f}.",
        sample_trace_ids=trace_ids,
    )


def _categories(name: str, effect: float, stale: int, trace_ids: list[str]) -> dict[str, Any]:
    gone = min(0.96, 0.2 * stale)
    levels = [("2026-11", 0.96, 0.96 - gone), ("2025-02", 0.02, 0.02 + gone), ("other levels, pooled", 0.02, 0.02)]
    return _column(
        name,
        "g_test",
        "total_variation",
        effect,
        contributions=_contributions([(label, was, now, None, None) for label, was, now in levels]),
        explanation=f"{name}: {levels[1][0]} went from 2 % to {100 * levels[1][2]:.0f} %.",
        notes=json.dumps(["3 levels with fewer than 5 expected rows are pooled."]),
        sample_trace_ids=trace_ids,
    )


def _vectors(name: str, effect: float, trace_ids: list[str]) -> dict[str, Any]:
    return _column(
        name,
        "mmd",
        "energy",
        effect,
        contributions="[]",
        explanation="",
        missing_current=0.0,
        sample_trace_ids=trace_ids,
    )


def _unknown(name: str) -> dict[str, Any]:
    """A column with too little data."""
    return {
        "column_name": name,
        "status": "unknown",
        "explanation": f"{name}: expected at least 30 current rows with a value, got 4.",
        "n_reference": 210,
        "n_current": 4,
        "missing_reference": 0.98,
        "missing_current": 0.995,
        "sample_trace_ids": [],
    }


def _contributions(bins: list[tuple[str, float, float, float | None, float | None]]) -> str:
    whole = sum(abs(now - was) for _, was, now, _, _ in bins) or 1.0
    entries = [
        {
            "label": label,
            "reference": was,
            "current": now,
            "contribution": abs(now - was) / whole,
            "low": low,
            "high": high,
        }
        for label, was, now, low, high in bins
    ]
    return json.dumps(sorted(entries, key=lambda entry: -entry["contribution"]))


def _bin(low: float | None, high: float | None) -> str:
    return f"[{'-inf' if low is None else low}, {'inf' if high is None else high})"


def _id(*parts: object) -> str:
    return hashlib.md5(repr(parts).encode(), usedforsecurity=False).hexdigest()
