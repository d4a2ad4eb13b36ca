"""SQL, and what can be asked with it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pyflare.server.api.schemas.base import Json, Model


class QueryRequest(Model):
    """One statement that reads."""

    sql: str = Field(max_length=1 << 20, examples=["SELECT model_id, count(*) FROM spans GROUP BY ALL"])
    params: list[Json] | dict[str, Json] = Field(default_factory=list, description="For `?`, or for `$name`.")
    limit: int = Field(default=1000, ge=1, le=10_000)
    format: Literal["json", "csv", "arrow"] = "json"
    timeout_s: float = Field(default=30, ge=1, le=30)


class Column(Model):
    """A column of a result."""

    name: str
    type: str


class QueryResult(Model):
    """Rows of a query."""

    columns: list[Column]
    rows: list[list[Json]]
    total_rows: int
    truncated: bool = Field(description="Whether there were more than `limit`.")
    execution_time_ms: float


class ColumnSchema(Model):
    """A column that can be queried."""

    name: str
    type: str
    doc: str


class TableSchema(Model):
    """A table that can be queried."""

    name: str
    doc: str
    columns: list[ColumnSchema]


class SchemaResponse(Model):
    """All that can be queried."""

    tables: list[TableSchema]
