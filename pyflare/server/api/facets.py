"""Values to filter by."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from pyflare.server.api.deps import ERRORS, Asking, Scoped
from pyflare.server.api.schemas.aggregates import FacetsResponse
from pyflare.workspace.aggregates.facets import read_facets

router = APIRouter(tags=["filter"])


@router.get("/facets", response_model=FacetsResponse, responses=ERRORS)
def list_facets(
    ask: Asking,
    scope: Scoped,
    of: Annotated[Literal["traces", "spans"], Query(description="What is counted.")] = "traces",
    field: Annotated[
        list[str] | None,
        Query(max_length=50, description="Names of fields, one parameter each; the usual ones where left out."),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="Values at most of each field.")] = 10,
) -> Response:
    """The most frequent values of some fields, and the filter that finds each. A trace has its spans' values."""

    def make() -> dict[str, Any]:
        found = read_facets(ask.workspace.engine, scope, of, fields=field or (), limit=limit)
        return {"total": found.total, "sampled": False, "facets": found.facets}

    return ask.paced(make)
