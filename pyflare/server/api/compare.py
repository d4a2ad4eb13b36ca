"""Comparing two traces, and two groups of traces."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from pyflare.server.api.deps import ERRORS, NOT_FOUND, Asking, Scoped
from pyflare.server.api.encoding import TRACE_COLUMNS
from pyflare.server.api.schemas.comparison import GroupComparison, TraceComparison
from pyflare.server.api.traces import trace_values
from pyflare.store.engine import Engine
from pyflare.workspace.compare import AlignedPair, SpanOfPair, compare_traces
from pyflare.workspace.contrast import FieldContrast, GroupContrast, compare_groups
from pyflare.workspace.lookup import find_trace_row, locate

router = APIRouter(prefix="/compare", tags=["compare"])

_MICROS: Final = 1e6
TraceId = Annotated[str, Query(pattern="^[0-9a-f]{1,32}$", description="32 hex digits, or a beginning that is unique.")]
Filter = Annotated[str, Query(max_length=2000, description="A filter that chooses the group.")]


@router.get("/traces", response_model=TraceComparison, responses=ERRORS | NOT_FOUND)
def compare_two_traces(ask: Asking, a: TraceId, b: TraceId) -> Response:
    """Two traces, aligned by structure: which spans correspond, and what of them differs."""
    engine = ask.workspace.engine

    def make() -> dict[str, Any]:
        found = compare_traces(engine, a, b)
        first, second = (_trace(engine, trace_id) for trace_id in found.trace_ids)
        return {
            "a": first,
            "b": second,
            "spans": [_pair(pair) for pair in found.pairs],
            "truncated": found.truncated,
        }

    return ask.json(make)


@router.get("/groups", response_model=GroupComparison, responses=ERRORS)
def compare_two_groups(
    ask: Asking, scope: Scoped, a: Filter, b: Filter = "", limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> Response:
    """Which fields of two groups of traces differ: ranked by effect size, corrected for how many were looked at.

    Without `b` the second group is everything else in scope.
    """
    return ask.paced(lambda: _groups(compare_groups(ask.workspace.engine, scope, a, b), limit))


def _trace(engine: Engine, trace_id: str) -> dict[str, Any]:
    (value,) = trace_values(engine, [find_trace_row(engine, locate(engine, trace_id), TRACE_COLUMNS)])
    return value


def _pair(pair: AlignedPair) -> dict[str, Any]:
    return {
        "depth": pair.depth,
        "name": pair.name,
        "kind": pair.kind,
        "changed": pair.changed,
        **_side("a", pair.a),
        **_side("b", pair.b),
    }


def _side(name: str, span: SpanOfPair | None) -> dict[str, Any]:
    if span is None:
        return dict.fromkeys((name, *(f"{name}_{part}" for part in ("duration_ns", "tokens", "cost_usd", "status"))))
    return {
        name: span.span_id,
        f"{name}_duration_ns": span.duration_ns,
        f"{name}_tokens": span.tokens,
        f"{name}_cost_usd": None if span.cost_micros is None else span.cost_micros / _MICROS,
        f"{name}_status": span.status,
    }


def _groups(found: GroupContrast, limit: int) -> dict[str, Any]:
    return {
        "a_total": found.totals[0],
        "b_total": found.totals[1],
        "a_compared": found.compared[0],
        "b_compared": found.compared[1],
        "fields_tested": len(found.contrasts),
        "sampled": found.compared != found.totals,
        "contrasts": [
            _contrast(contrast, found.q_values[at], significant=found.is_significant(at))
            for at, contrast in enumerate(found.contrasts[:limit])
        ],
        "left_out": [{"field": left.field, "reason": left.reason} for left in found.left_out],
    }


def _contrast(contrast: FieldContrast, q_value: float, *, significant: bool) -> dict[str, Any]:
    return {
        "field": contrast.field,
        "type": contrast.type,
        "unit": contrast.unit,
        "effect_size": contrast.effect_size,
        "effect_low": contrast.effect_low,
        "effect_high": contrast.effect_high,
        "p_value": contrast.p_value,
        "q_value": q_value,
        "significant": significant,
        "values": [
            {
                "value": share.value,
                "filter": share.filter,
                "a_count": share.counts[0],
                "b_count": share.counts[1],
                "a_share": share.shares[0],
                "b_share": share.shares[1],
            }
            for share in contrast.values
        ],
        "a_median": None if contrast.medians is None else contrast.medians[0],
        "b_median": None if contrast.medians is None else contrast.medians[1],
    }
