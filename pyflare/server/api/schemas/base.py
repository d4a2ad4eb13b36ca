"""What all models have in common."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Time = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$",
        description="RFC 3339, UTC, to the nanosecond.",
        examples=["2026-11-21T09:30:00.123456789Z"],
    ),
]
State = Literal["running", "ended", "died"]
Status = Literal["ok", "error", "unset"]
Json = Any
"""A value of JSON of whatever shape: what user code put in or got out."""


class Model(BaseModel):
    """A model that takes nothing it does not name."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ErrorDetail(Model):
    """What went wrong."""

    code: str = Field(description="A word for programs, such as bad_filter or not_found.")
    message: str = Field(description="What was expected, and what came.")
    hint: str | None = Field(default=None, description="What to do.")
    details: dict[str, Json] | None = Field(default=None, description="Where: a position in a filter, a parameter, ….")


class ErrorResponse(Model):
    """The shape of every answer that is an error."""

    error: ErrorDetail


class Page(Model):
    """Where the next rows are."""

    next_cursor: str | None = Field(default=None, description="Give it back as `cursor` for the rows that follow.")
