"""Saved views."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from pyflare.server.api.deps import ERRORS, NOT_FOUND, Asking, Writable
from pyflare.server.api.moments import rfc3339
from pyflare.server.api.schemas.views import NewView, View, ViewListResponse
from pyflare.workspace.saved_views import SavedView, SavedViews

router = APIRouter(tags=["views"])


@router.get("/views", response_model=ViewListResponse, responses=ERRORS)
def list_views(ask: Asking) -> Response:
    """All saved views, in the order of their names."""
    return ask.fresh({"views": [_view(view) for view in _views(ask).all()]})


@router.post("/views", status_code=201, response_model=View, responses=ERRORS, dependencies=[Writable])
def add_view(ask: Asking, view: NewView) -> Response:
    """Save a view."""
    return ask.fresh(_view(_views(ask).add(**view.model_dump())), status=201)


@router.put("/views/{view_id}", response_model=View, responses=ERRORS | NOT_FOUND, dependencies=[Writable])
def replace_view(ask: Asking, view_id: str, view: NewView) -> Response:
    """Change a saved view."""
    return ask.fresh(_view(_views(ask).replace(view_id, **view.model_dump())))


@router.delete(
    "/views/{view_id}",
    status_code=204,
    response_class=Response,
    responses=ERRORS | NOT_FOUND,
    dependencies=[Writable],
)
def delete_view(ask: Asking, view_id: str) -> Response:
    """Delete a saved view."""
    _views(ask).delete(view_id)
    return Response(status_code=204)


def _views(ask: Asking) -> SavedViews:
    return SavedViews(ask.workspace.engine.root)


def _view(view: SavedView) -> dict[str, Any]:
    return {
        "view_id": view.view_id,
        "created": rfc3339(view.created_unix_ns),
        "name": view.name,
        "screen": view.screen,
        "search": view.search,
    }
