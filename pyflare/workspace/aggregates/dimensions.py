"""What a breakdown can be by, and where its values lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from pyflare.schema.told import ERROR_SQL, TOOL_SQL
from pyflare.workspace.scope import Of

DimensionName = Literal[
    "model",
    "service",
    "user",
    "session",
    "feature",
    "environment",
    "team",
    "operation",
    "error",
    "provider",
    "tool",
    "kind",
    "tag",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One way to break numbers down."""

    of: Of
    """What counts as a request: traces, or spans where the value belongs to a span."""
    sql: str
    field: str
    """The field of the filter language that finds a value's traces."""
    is_list: bool = False
    has_missing: bool = False
    """Whether rows without a value are one row of the breakdown; where not, they are no such requests."""


def _of_traces(field: str, sql: str) -> Dimension:
    return Dimension(of="traces", sql=sql, field=field, has_missing=True)


def _of_spans(field: str, sql: str) -> Dimension:
    return Dimension(of="spans", sql=sql, field=field)


DIMENSIONS: Final[Mapping[DimensionName, Dimension]] = {
    "model": _of_spans("model", "model_id"),
    "service": _of_traces("service", "service_name"),
    "user": _of_traces("user", "user_id"),
    "session": _of_traces("session", "session_id"),
    "feature": _of_traces("feature", "feature_id"),
    "environment": _of_traces("environment", "environment"),
    "team": _of_traces("team", "team"),
    "operation": _of_traces("name", "operation_name"),
    "error": _of_spans("error", ERROR_SQL),
    "provider": _of_spans("provider", "provider"),
    "tool": _of_spans("tool", TOOL_SQL),
    "kind": _of_spans("kind", "inference_type"),
    "tag": Dimension(of="traces", sql="tags", field="tag", is_list=True),
}
