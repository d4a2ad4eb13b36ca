"""Saved views."""

from __future__ import annotations

from pydantic import Field

from pyflare.server.api.schemas.base import Json, Model, Time


class NewView(Model):
    """A view to be saved."""

    name: str = Field(min_length=1, max_length=200)
    screen: str = Field(pattern="^[a-z]{1,40}$")
    search: dict[str, Json] = Field(description="The screen's search parameters.")


class View(NewView):
    """A saved view."""

    view_id: str
    created: Time


class ViewListResponse(Model):
    """All saved views."""

    views: list[View]
