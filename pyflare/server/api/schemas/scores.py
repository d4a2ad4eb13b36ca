"""Judgements."""

from __future__ import annotations

from pydantic import Field

from pyflare.server.api.schemas.base import Model, Page
from pyflare.server.api.schemas.traces import ScoreRow


class NewScore(Model):
    """A judgement to be written."""

    trace_id: str | None = Field(default=None, pattern="^[0-9a-f]{32}$")
    span_id: str | None = Field(default=None, pattern="^[0-9a-f]{16}$")
    session_id: str | None = Field(default=None, min_length=1, max_length=1000)
    name: str = Field(min_length=1, max_length=200)
    value: float | None = Field(default=None, allow_inf_nan=False, strict=True)
    label: str | None = Field(default=None, max_length=1000)
    comment: str | None = Field(default=None, max_length=20_000)


class ScoreListResponse(Page):
    """Scores, a page of them."""

    scores: list[ScoreRow]
