"""Which traces are in which group; of many a sample that is the same each time."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pyflare.errors import QueryError
from pyflare.store.engine import Engine
from pyflare.store.filters import Condition
from pyflare.store.language import compile_filter
from pyflare.workspace.lookup import find_payloads
from pyflare.workspace.scope import Scope

SAMPLE: Final = 4000
"""Traces of each group that are compared. Of more, those whose ids have the least hashes: a random choice that stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """The traces that are compared."""

    totals: tuple[int, int]
    """How many there are in each group."""
    trace_ids: pa.Array
    """Those that are compared, each once."""
    is_a: npt.NDArray[np.bool_]
    """For each whether it is in the first group."""
    since_ns: int
    until_ns: int
    """When the earliest and the latest of them began, in unix nanoseconds."""

    @property
    def sizes(self) -> tuple[int, int]:
        """How many of each group are compared."""
        first = int(self.is_a.sum())
        return first, self.is_a.size - first


def choose(engine: Engine, scope: Scope, a: str, b: str) -> Groups:
    """Find the traces in scope that meet `a`, and of the others those that meet `b`.

    Raises:
        QueryError: A filter cannot be used, or `a` is empty.
    """
    if not a.strip():
        raise QueryError("a: expected a filter that chooses the first group. Hint: status = error.")
    first, second = _compiled(engine, scope, a), _compiled(engine, scope, b)
    within = scope.condition(engine, "traces")
    query = f"""
        SELECT is_a, count(*) AS total, arg_min(trace_id, hash(trace_id), {SAMPLE}) AS trace_ids,
            min(epoch_ns(start_time)) AS since_ns, max(epoch_ns(start_time)) AS until_ns
        FROM (
            SELECT trace_id, start_time, ({first.sql}) IS TRUE AS is_a, ({second.sql}) IS TRUE AS is_b
            FROM traces WHERE {within.sql}
        ) WHERE is_a OR is_b GROUP BY is_a"""
    parameters = [*first.parameters, *second.parameters, *within.parameters]
    rows = engine.run(lambda *_: (query, parameters), traces=True).to_pylist()
    found: dict[bool, dict[str, Any]] = {row["is_a"]: row for row in rows}
    ids = {is_a: row["trace_ids"] for is_a, row in found.items()}
    members = [*ids.get(True, ()), *ids.get(False, ())]
    return Groups(
        totals=(found[True]["total"] if True in found else 0, found[False]["total"] if False in found else 0),
        trace_ids=pa.array(members, pa.string()),
        is_a=np.arange(len(members)) < len(ids.get(True, ())),
        since_ns=min((row["since_ns"] for row in rows), default=0),
        until_ns=max((row["until_ns"] for row in rows), default=0),
    )


def _compiled(engine: Engine, scope: Scope, filter: str) -> Condition:
    return compile_filter(
        filter,
        of="traces",
        now_ns=scope.now_ns,
        find_payloads=functools.partial(find_payloads, engine),
        spans_since_ns=scope.since_ns,
    )
