"""References that are sent: what is normal for a model, as somebody else counted it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Response

from pyflare.errors import DataError, NotFoundError
from pyflare.server.api.deps import ERRORS, NOT_FOUND, Asking, Limit, Writable
from pyflare.server.api.drift import ModelId
from pyflare.server.api.moments import moment_ns, rfc3339
from pyflare.server.api.schemas.drift import (
    ReferenceColumn,
    ReferenceDistribution,
    ReferenceVersion,
    ReferenceVersionList,
)
from pyflare.workspace import Workspace

if TYPE_CHECKING:
    from pyflare.analytics.drift.column import Column
    from pyflare.workspace.drift import DriftMonitor, StoredReference
    from pyflare.workspace.drift.frame import Frame

router = APIRouter(prefix="/drift", tags=["drift"])

MOST_ROWS: Final = 10_000_000


@router.get("/{model_id:path}/reference", response_model=ReferenceVersionList, responses=ERRORS | NOT_FOUND)
def list_references(ask: Asking, model_id: ModelId, limit: Limit = 100) -> Response:
    """List the references that are kept for the monitors of a model that are declared beside the folder."""
    drift = ask.workspace.drift
    found = [
        _value(model_id, monitor, drift.references.describe(monitor.name, version))
        for monitor in drift.monitors()
        if monitor.model_id == model_id
        for version in drift.references.versions(monitor.name)
    ]
    return ask.fresh({"references": found[:limit], "total": len(found)})


@router.post(
    "/{model_id:path}/reference",
    status_code=201,
    response_model=ReferenceVersion,
    responses=ERRORS | NOT_FOUND,
    dependencies=[Writable],
)
def add_reference(ask: Asking, model_id: ModelId, reference: ReferenceDistribution) -> Response:
    """Keep a reference as the next version of a monitor's; the versions before it stay.

    The monitor is one of the model's that is declared beside the folder. It compares with the version where its
    declaration says so: `reference = { stored = "latest" }`.
    """
    monitor = _monitor_of(ask.workspace, model_id, reference.monitor)
    now_ns = time.time_ns()
    kept = ask.workspace.drift.references.add(monitor.name, _frame(reference, now_ns=now_ns), now_ns=now_ns)
    return ask.fresh(_value(model_id, monitor, kept), status=201)


def _monitor_of(workspace: Workspace, model_id: str, name: str | None) -> DriftMonitor:
    """The declared monitor that is meant. Raises NotFoundError, DataError, ConfigError."""
    of_model = [each for each in workspace.drift.monitors() if each.model_id == model_id]
    meant = [each for each in of_model if name in (None, each.name)]
    names = ", ".join(each.name for each in of_model) or "none"
    if not meant:
        called = "" if name is None else f" called {name!r}"
        raise NotFoundError(f"no drift monitor{called} of the model {model_id} is declared here; it has {names}.")
    if len(meant) > 1:
        raise DataError(f"monitor: expected one of {names}, as the model has several.")
    return meant[0]


def _frame(reference: ReferenceDistribution, *, now_ns: int) -> Frame:
    from pyflare.workspace.drift.frame import Frame

    columns = {name: _column(name, column) for name, column in reference.columns.items()}
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise DataError(f"columns: expected as many values in each, got {lengths}.")
    bounds = {"start_time": reference.start_time, "end_time": reference.end_time}
    start_ns, end_ns = (
        None if text is None else moment_ns(text, now_ns=now_ns, argument=name) for name, text in bounds.items()
    )
    return Frame(columns=columns, start_ns=start_ns, end_ns=end_ns, n_rows=max(lengths.values()))


def _column(name: str, given: ReferenceColumn) -> Column:
    import numpy as np

    from pyflare.analytics.drift.column import Categories, Numbers

    match given:
        case ReferenceColumn(numbers=list(numbers), categories=None, counts=None):
            return Numbers(values=np.array([np.nan if value is None else value for value in numbers], np.float64))
        case ReferenceColumn(numbers=None, categories=list(values), counts=None):
            return Categories.of(values)
        case ReferenceColumn(numbers=None, categories=None, counts=dict(counts)):
            if sum(counts.values()) > MOST_ROWS:
                raise DataError(f"columns.{name}: expected {MOST_ROWS:,} rows at most.")
            codes = np.repeat(np.arange(len(counts), dtype=np.int32), list(counts.values()))
            return Categories(codes=codes, levels=tuple(counts))
        case _:
            raise DataError(f"columns.{name}: expected one of numbers, categories and counts.")


def _value(model_id: str, monitor: DriftMonitor, kept: StoredReference) -> dict[str, Any]:
    from pyflare.workspace.drift.periods import LATEST

    return {
        "model_id": model_id,
        "monitor": kept.monitor,
        "version": kept.version,
        "rows": kept.n_rows,
        "columns": kept.columns,
        "created_at": rfc3339(int(kept.created_at.timestamp() * 1e6) * 1000),
        "is_used": monitor.reference.stored in (LATEST, kept.version),
    }
