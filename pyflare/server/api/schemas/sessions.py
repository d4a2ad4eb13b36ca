"""Sessions, turn by turn."""

from __future__ import annotations

from pydantic import Field

from pyflare.server.api.schemas.aggregates import SessionRow
from pyflare.server.api.schemas.base import Model
from pyflare.server.api.schemas.traces import Message, Trace


class Turn(Model):
    """One trace of a session, as a turn of the conversation."""

    trace: Trace
    messages: list[Message] = Field(description="What was asked and answered, without what earlier turns held.")


class SessionDetail(Model):
    """A session, turn by turn."""

    session: SessionRow
    turns: list[Turn]
    truncated: bool
