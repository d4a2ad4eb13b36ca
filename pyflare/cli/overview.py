"""A list of traces, with what one looks for first on each line."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

from pyflare.workspace import Rows
from pyflare.workspace.render import units
from pyflare.workspace.render.grid import Column

_ID_DIGITS: Final = 10
_MARKS: Final = {"running": "▸", "died": "†"}


def overview(rows: Rows) -> list[Column]:
    """The traces as columns: when, which, what, how long, how much, and what was asked."""
    traces = [*rows]
    today = datetime.now(UTC).date()
    return [
        Column("started", [_started(row["start_time"], today) for row in traces], is_number=False),
        Column("trace", [row["trace_id"][:_ID_DIGITS] for row in traces], is_number=False),
        Column("name", [f"{_mark(row)} {row['operation_name']}" for row in traces], is_number=False),
        Column("took", [_took(row) for row in traces], is_number=True),
        Column("spans", [units.count(row["span_count"]) for row in traces], is_number=True),
        Column("tokens", [units.count(_tokens(row)) for row in traces], is_number=True),
        Column("cost", [units.cost(row["cost_micros"]) for row in traces], is_number=True),
        Column("user", [row["user_id"] or units.ABSENT for row in traces], is_number=False),
        Column("input", [_content(row["input_preview"]) for row in traces], is_number=False),
    ]


def _started(moment: datetime, today: Any) -> str:
    return f"{moment:%H:%M:%S}" if moment.date() == today else f"{moment:%Y-%m-%d %H:%M:%S}"


def _mark(row: dict[str, Any]) -> str:
    return _MARKS.get(row["state"]) or ("✗" if row["status_code"] == "error" else "✓")


def _took(row: dict[str, Any]) -> str:
    return row["state"] if row["duration_ns"] is None else units.duration(row["duration_ns"])


def _tokens(row: dict[str, Any]) -> int | None:
    counted = [row[column] for column in ("input_tokens", "output_tokens") if row[column] is not None]
    return sum(counted) if counted else None


def _content(preview: str | None) -> str:
    """What was asked: of a call with one argument the argument itself."""
    if preview is None:
        return units.ABSENT
    try:
        value = json.loads(preview)
    except ValueError:  # cut off
        return preview
    if isinstance(value, dict) and len(value) == 1:
        (value,) = value.values()
    return value if isinstance(value, str) else preview
