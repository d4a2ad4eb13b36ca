"""Which rows are added up: traces of a scope, or the calls made in them."""

from __future__ import annotations

import functools
from typing import Any

from pyflare.schema.told import ONCE_SQL
from pyflare.store.engine import Engine
from pyflare.store.filters import Condition, where
from pyflare.store.session import Parameters
from pyflare.workspace.scope import Scope


def traces_in(engine: Engine, scope: Scope) -> Condition:
    """The condition on `traces`: begun in the range, and all else that the scope asks for.

    Raises:
        QueryError: The filter cannot be used.
    """
    return scope.condition(engine, "traces")


def spans_in(engine: Engine, scope: Scope) -> Condition:
    """The condition on `spans`: begun in the range, of the models asked for, in traces that meet the rest.

    Raises:
        QueryError: The filter cannot be used.
    """
    condition = scope.within & where("spans", {"model": scope.models or None}, now_ns=scope.now_ns)
    if not (scope.filter or scope.services or scope.statuses):
        return condition
    traces = scope.condition(engine, "traces")
    return condition & Condition(f"trace_id IN (SELECT trace_id FROM traces WHERE {traces.sql})", traces.parameters)


def sums_up(engine: Engine) -> bool:
    """Whether `traces` tells what its spans say of tools, errors, cached tokens and unpriced calls."""
    return engine.snapshot().sums_up


def total(column: str, *, once: bool = False) -> str:
    """SQL for the sum of a column of whole numbers; null where none is there, or where it is more than the store holds.

    Args:
        column: The column.
        once: Whether to leave out spans that repeat the usage of one below them. Traces have done so already.
    """
    counted = f" FILTER ({ONCE_SQL})" if once else ""
    return f"try_cast(sum({column}){counted} AS BIGINT)"


def rows(engine: Engine, query: str, parameters: Parameters) -> list[dict[str, Any]]:
    """The rows of a query over the views, as dicts."""
    return engine.rows(functools.partial(_given, query, parameters), traces=True)


def _given(query: str, parameters: Parameters, *_: object) -> tuple[str, Parameters]:
    return query, parameters
