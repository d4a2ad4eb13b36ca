"""Judgements that came with telemetry, as rows of `evaluations`.

OpenTelemetry's event `gen_ai.evaluation.result`, on a span or as a log record,
and the annotations and evaluations of OpenInference, which are attributes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from pyflare.dialects import events
from pyflare.schema.arrow import arrow_schema
from pyflare.schema.tables import EVALUATIONS
from pyflare.store.normalise import indexed
from pyflare.store.normalise.entries import Entries
from pyflare.store.normalise.happenings import span_events
from pyflare.store.normalise.leaves import leaves_by_row
from pyflare.store.normalise.logs import log_happenings
from pyflare.store.normalise.rules import JUDGEMENTS
from pyflare.store.normalise.values import encoded

_SCHEMA: Final = arrow_schema(EVALUATIONS)
_VERDICTS: Final = frozenset({"pass", "fail", "warn", "error"})
_NAMES: Final = {
    "name": ("gen_ai.evaluation.name", "annotation.name", "evaluation.name"),
    "score": ("gen_ai.evaluation.score.value", "annotation.score", "evaluation.score"),
    "label": ("gen_ai.evaluation.score.label", "annotation.label", "evaluation.label"),
    "explanation": ("gen_ai.evaluation.explanation", "annotation.explanation", "evaluation.explanation"),
}
"""What each field is called."""
_KNOWN: Final = frozenset(name for names in _NAMES.values() for name in names)


@dataclass(frozen=True, slots=True)
class _Judgement:
    """One judgement and what it is of."""

    project: str | None
    trace_id: str | None
    span_id: str | None
    time_ns: int
    values: dict[str, Any]


def evaluations(spans: pa.Table | None, logs: pa.Table | None = None) -> pa.Table:
    """The judgements that spans and log records carry.

    Args:
        spans: `arrow_schema(SPANS)`, or None.
        logs: `arrow_schema(LOGS)`, or None.

    Returns:
        `arrow_schema(EVALUATIONS)`, sorted by time. The same judgement has the same id whenever it comes.
    """
    found = [] if logs is None else [*_of_logs(logs)]
    if spans is not None:
        found += [*_of_events(spans), *_of_attributes(spans)]
    rows = [row for judgement in found if (row := _row(judgement)) is not None]
    rows.sort(key=lambda row: row["timestamp"])
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


def _of_events(spans: pa.Table) -> Iterator[_Judgement]:
    for happening in span_events(spans["events"], (events.EVALUATION,)):
        yield _Judgement(*_identity(spans, happening.row), happening.time_ns, dict(happening.values))


def _of_logs(logs: pa.Table) -> Iterator[_Judgement]:
    for happening in log_happenings(logs, (events.EVALUATION,)):
        yield _Judgement(*_identity(logs, happening.row), happening.time_ns, dict(happening.values))


def _of_attributes(spans: pa.Table) -> Iterator[_Judgement]:
    entries = Entries(spans["attributes"], spans["attribute_types"])
    for prefix in JUDGEMENTS:
        for row, found in leaves_by_row(entries, prefix).items():
            for values in indexed.tree(found):
                if isinstance(values, dict):
                    end_ns = spans["start_time"][row].value + (spans["duration_ns"][row].as_py() or 0)
                    yield _Judgement(*_identity(spans, row), end_ns, values)


def _identity(rows: pa.Table, row: int) -> tuple[str | None, str | None, str | None]:
    project, trace_id, span_id = (rows[name][row].as_py() for name in ("project", "trace_id", "span_id"))
    return project, trace_id, span_id


def _row(judgement: _Judgement) -> dict[str, Any] | None:
    """The row of a judgement; None where it has no name or says nothing."""
    found = {
        field: next((judgement.values[name] for name in names if judgement.values.get(name) is not None), None)
        for field, names in _NAMES.items()
    }
    name, score, label = found["name"], found["score"], found["label"]
    if not isinstance(name, str) or (score is None and label is None and found["explanation"] is None):
        return None
    others = {str(key): value for key, value in judgement.values.items() if key not in _KNOWN and value is not None}
    if isinstance(label, str):
        others["label"] = label
    texts = {key: value if isinstance(value, str) else encoded(value) or "" for key, value in others.items()}
    return {
        "evaluation_id": _id(judgement, name),
        "timestamp": judgement.time_ns,
        "project": judgement.project,
        "trace_id": judgement.trace_id,
        "span_id": judgement.span_id,
        "evaluator": name,
        "score": float(score) if isinstance(score, (int, float)) and not isinstance(score, bool) else None,
        "verdict": label.lower() if isinstance(label, str) and label.lower() in _VERDICTS else None,
        "explanation": found["explanation"] if isinstance(found["explanation"], str) else None,
        "attributes": [*texts.items()],
        "attribute_types": [(key, _type(value)) for key, value in others.items() if not isinstance(value, str)],
    }


def _id(judgement: _Judgement, name: str) -> str:
    """The same for the same judgement, whenever it comes again."""
    parts = (judgement.trace_id, judgement.span_id, judgement.time_ns, name, encoded(judgement.values))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def _type(value: object) -> str:
    names = {bool: "bool", int: "int", float: "double", list: "array"}
    return names.get(value.__class__, "kvlist")
