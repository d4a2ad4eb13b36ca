"""SQL over the tables of the folder, and the tables there are."""

from __future__ import annotations

import threading
import time
from typing import Any, Final

import pyarrow as pa
from fastapi import APIRouter, Response

from pyflare.schema.sql import VIEW_NAMES
from pyflare.schema.tables import TABLES
from pyflare.server.api.deps import ERRORS, Ask, Asking
from pyflare.server.api.query_formats import as_csv, values
from pyflare.server.api.query_frames import Question
from pyflare.server.api.query_workers import Answer
from pyflare.server.api.schemas.base import ErrorResponse
from pyflare.server.api.schemas.query import QueryRequest, QueryResult, SchemaResponse

router = APIRouter(tags=["sql"])

_CSV: Final = "text/csv; charset=utf-8"
_ARROW: Final = "application/vnd.apache.arrow.stream"
_TABLES: Final = {
    "events": "Span events, one per row.",
    "costs": "What was paid for: spans that have a price.",
    "contents": "Inputs and outputs that came as log records.",
}
_COLUMNS: Final = {
    "label_time": "When the label was given.",
    "label_value": "The label as a number, where it is one.",
    "total_cost_micros": "In millionths of a US dollar.",
    "dimensions": "The span's attributes.",
}
"""What columns of views hold that no table stores."""
_ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    **ERRORS,
    413: {"model": ErrorResponse, "description": "The request is too large."},
    415: {"model": ErrorResponse, "description": "The request is not JSON."},
    429: {"model": ErrorResponse, "description": "Too many queries wait already."},
    504: {"model": ErrorResponse, "description": "The query took too long and was ended."},
}
_FORMATS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The rows, in the format asked for. `X-Truncated: true` where there were more than `limit`.",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            _ARROW: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@router.post("/query", response_model=QueryResult, responses=_ERRORS | _FORMATS)
def run_query(ask: Asking, asked: QueryRequest) -> Response:
    """Run one statement that reads, over the tables that `/schema` lists.

    It sees the folder's tables and nothing else. Whole numbers that a double cannot hold
    come as text.
    """
    began_s = time.perf_counter()
    question = Question(asked.sql, asked.params, asked.limit + 1, asked.timeout_s)
    answer = ask.served.queries().run(question)
    rows = pa.ipc.open_stream(answer.stream).read_all()
    elapsed_ms = (time.perf_counter() - began_s) * 1e3
    truncated = rows.num_rows > asked.limit
    headers = {"x-truncated": str(truncated).lower(), "x-execution-time-ms": f"{elapsed_ms:.3f}"}
    match asked.format:
        case "csv":
            return ask.plain(as_csv(rows.slice(0, asked.limit)), media_type=_CSV, headers=headers)
        case "arrow":
            return ask.plain(_stream(rows, asked.limit, answer), media_type=_ARROW, headers=headers)
    return ask.fresh(_result(rows.slice(0, asked.limit), answer, truncated=truncated, elapsed_ms=elapsed_ms))


def _stream(rows: pa.Table, limit: int, answer: Answer) -> bytes:
    if rows.num_rows <= limit:
        return answer.stream
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows.slice(0, limit))
    return bytes(sink.getvalue())


def _result(rows: pa.Table, answer: Answer, *, truncated: bool, elapsed_ms: float) -> dict[str, Any]:
    columns = [values(column) for column in rows.columns]
    named = zip(rows.column_names, answer.types, strict=True)
    return {
        "columns": [{"name": name, "type": type} for name, type in named],
        "rows": [*zip(*columns, strict=True)],
        "total_rows": rows.num_rows,
        "truncated": truncated,
        "execution_time_ms": elapsed_ms,
    }


@router.get("/schema", response_model=SchemaResponse, responses=ERRORS)
def read_schema(ask: Asking) -> Response:
    """The tables that can be queried."""
    _prepare(ask)
    return ask.json(lambda: {"tables": [_table(ask, name) for name in VIEW_NAMES]})


def _prepare(ask: Ask) -> None:
    """Whoever asks for the tables is about to query them."""
    threading.Thread(target=ask.served.queries().prepare, daemon=True).start()


def _table(ask: Ask, name: str) -> dict[str, Any]:
    table = TABLES.get(name)
    docs: dict[str, str] = {}
    if table is not None:
        docs |= {column.name: column.doc for column in table.columns}
        docs |= {column.name: column.doc for column in table.derived}
    described = ask.workspace.sql(f"DESCRIBE {name}").to_pylist()
    columns = [
        {
            "name": row["column_name"],
            "type": row["column_type"],
            "doc": docs.get(row["column_name"]) or _COLUMNS.get(row["column_name"], ""),
        }
        for row in described
    ]
    return {"name": name, "doc": _TABLES[name] if table is None else table.doc, "columns": columns}
