"""Folders with rows in every table, and what they hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

import pyflare
from pyflare.schema.sql import quote
from pyflare.schema.tables import TABLES
from pyflare.store.compaction import compact
from tests.store.records import T0_NS, payload, row, write_journal
from tests.workspace.folders import write_folder

ROWS = {
    "scores": {"score_id": "1" * 32, "name": "helpful", "value": 0.5, "attributes": {"exact": True, "n": 3}},
    "labels": {"prediction_id": "p1", "label": b"true", "source": "people"},
    "embeddings": {"embedding_id": "2" * 32, "name": "input", "vector": [0.25, -1.5], "text": "héllo"},
    "alerts": {"alert_id": "3" * 32, "alert_type": "drift", "severity": "critical", "status": "firing"},
    "evaluations": {"evaluation_id": "4" * 32, "evaluator": "exact", "score": float("nan"), "verdict": "fail"},
    "drift": {"drift_id": "7" * 32, "monitor": "calls", "status": "healthy", "p_value": 0.5, "contributions": b"[]"},
    "quarantine": {"quarantine_id": "5" * 32, "signal": "traces", "reason": "no", "record": b"{}"},
    "integrity": {"reason": "disk_full", "count": 3},
    "predictions": {
        "prediction_id": "p1",
        "model_id": "fraud",
        "features": {"age": 3, "country": "NL"},
        "prediction": b"0.5",
        "prediction_value": 0.5,
    },
    "metrics": {"metric_name": "m", "value_type": "gauge", "value": 1.5, "attributes": {"a": [1, "b"]}},
    "logs": {"body": b'"hello"', "severity_number": 9, "attributes": {"b": b"\x00"}},
}


def write_everything(root: Path) -> Path:
    """A folder with rows in every table, some in parts and some in journals."""
    write_folder(root)
    records = [row(table, timestamp=T0_NS + n, **values) for n, (table, values) in enumerate(ROWS.items())]
    records += [row("logs", timestamp=T0_NS, body=b'"twice"')] * 2
    write_journal(root, [*records, payload("6" * 64, content=b'"large"')])
    compact(root)
    write_journal(root, [row("logs", timestamp=T0_NS + 5, body=b'"live"')])
    return root


def contents(root: Path) -> dict[str, pa.Table]:
    """The stored rows of every table in an order of their own; without spans that have not ended."""
    found = {}
    with pyflare.open(root, compact=False) as workspace, workspace.frozen() as frozen:
        for name in TABLES:
            with frozen.stream(name) as reader:
                found[name] = reader.read_all()
    return {name: ordered(rows) for name, rows in found.items()}


def ordered(rows: pa.Table) -> pa.Table:
    """Rows sorted by what they say."""
    with duckdb.connect() as connection:
        connection.register("given", rows)
        columns = ", ".join(quote(column) for column in rows.column_names)
        return connection.sql(f"SELECT {columns} FROM given ORDER BY ALL").to_arrow_table()


def same(one: Any, other: Any) -> bool:
    """Whether two tables hold the same values; a number that is none equals itself."""
    return str(one.to_pydict()) == str(other.to_pydict()) and one.num_rows == other.num_rows
