"""What a deletion would delete: the same rows, only counted."""

from __future__ import annotations

from typing import Final

from pyflare.schema.tables import TABLES
from pyflare.store.engine import Engine
from pyflare.workspace import arrow

_DOOMED: Final = """\
WITH doomed_traces AS ({traces}),
doomed_predictions AS (SELECT prediction_id FROM predictions WHERE {predictions})
"""
_REFERENCES: Final = "SELECT unnest([input_ref, output_ref]) AS content_id FROM spans WHERE {spans}"


def count_deletable(engine: Engine, column: str, value: str) -> dict[str, int]:
    """The rows, by table, that belong to a trace, a session or a user.

    Args:
        engine: Over the folder.
        column: trace_id, session_id or user_id.
        value: Whose.
    """
    traces = "SELECT ? AS trace_id" if column == "trace_id" else f"SELECT trace_id FROM spans WHERE {column} = ?"
    conditions = {table: _belongs(table, column) for table in TABLES}
    conditions["payloads"] = _only_referred_to_by(conditions["spans"])
    query = _DOOMED.format(traces=traces, predictions=conditions["predictions"]) + _counts(conditions)
    marks = query.count("?")
    return _run(engine, query, [value] * marks)


def _belongs(table: str, column: str) -> str:
    names = TABLES[table].column_names
    ways = []
    if "trace_id" in names:
        ways.append("trace_id IN (SELECT trace_id FROM doomed_traces)")
    if column in names and column != "trace_id":
        ways.append(f"{column} = ?")
    if "prediction_id" in names and table != "predictions":
        ways.append("prediction_id IN (SELECT prediction_id FROM doomed_predictions)")
    return " OR ".join(ways)


def count_older(engine: Engine, *, before_ns: int) -> dict[str, int]:
    """The rows, by table, that are older than a moment in unix nanoseconds."""
    before = f"make_timestamp_ns({before_ns})"
    conditions = {name: f"{table.time_column} < {before}" for name, table in TABLES.items()}
    conditions["traces"] = f"coalesce(end_time, start_time) < {before}"
    conditions["payloads"] += f" AND {_only_referred_to_by(conditions['spans'])}"
    return _run(engine, _counts(conditions), [])


def _only_referred_to_by(spans: str) -> str:
    """Payloads that some spans refer to and no others do."""
    doomed, others = _REFERENCES.format(spans=spans), _REFERENCES.format(spans=f"NOT coalesce({spans}, false)")
    return f"content_id IN ({doomed}) AND content_id NOT IN (SELECT content_id FROM ({others}) WHERE content_id IS NOT NULL)"


def _counts(conditions: dict[str, str]) -> str:
    return " UNION ALL ".join(
        f"SELECT '{table}' AS name, count(*) AS rows FROM {table} WHERE {condition}"
        for table, condition in conditions.items()
        if condition
    )


def _run(engine: Engine, query: str, parameters: list[str]) -> dict[str, int]:
    rows = arrow.dicts(engine.run(lambda *_: (query, parameters), traces=True))
    return {row["name"]: row["rows"] for row in rows if row["rows"]}
