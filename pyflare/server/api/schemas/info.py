"""The folder itself."""

from __future__ import annotations

from pydantic import Field

from pyflare.server.api.schemas.base import Model, Time


class Info(Model):
    """The folder, and what the viewer needs to begin."""

    version: str
    path: str
    name: str = Field(description="The folder's name for people.")
    read_only: bool
    traces: int
    spans: int
    first_time: Time | None
    last_time: Time | None
    now: Time
    services: list[str]
    environments: list[str]
    writers: int = Field(description="Processes that write now.")
    losses: dict[str, int] = Field(description="What was dropped or shortened, by reason.")
