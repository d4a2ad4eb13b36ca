"""Two traces, or two groups of them, side by side."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pyflare.server.api.schemas.base import Model
from pyflare.server.api.schemas.traces import Trace


class AlignedSpan(Model):
    """A pair of spans that correspond, or one that has no counterpart."""

    depth: int
    a: str | None = Field(description="Span id in the first trace.")
    b: str | None
    name: str = Field(description="Where the names differ, both with an arrow between them.")
    kind: str | None
    a_duration_ns: int | None
    b_duration_ns: int | None
    a_tokens: int | None
    b_tokens: int | None
    a_cost_usd: float | None
    b_cost_usd: float | None
    a_status: str | None
    b_status: str | None
    changed: list[Literal["name", "input", "output", "status", "model", "attributes"]] = Field(
        description="What of them differs. Attributes that columns were filled from do not count."
    )


class TraceComparison(Model):
    """Two traces, aligned by structure."""

    a: Trace
    b: Trace
    spans: list[AlignedSpan]
    truncated: bool


class ContrastValue(Model):
    """One value of an attribute, or one range of a number, in both groups."""

    value: str | None
    filter: str
    a_count: int
    b_count: int
    a_share: float
    b_share: float


class Contrast(Model):
    """One attribute, and how its values differ between two groups."""

    field: str
    type: Literal["category", "number"]
    unit: Literal["ms", "usd", "time"] | None = Field(
        default=None, description="Of the medians: milliseconds, US dollars, seconds since 1970."
    )
    effect_size: float = Field(
        description="0 none to 1 complete: total variation for words, Cliff's delta for numbers."
    )
    effect_low: float
    effect_high: float
    p_value: float
    q_value: float = Field(description="Adjusted for the number of fields looked at (Benjamini-Hochberg).")
    significant: bool
    values: list[ContrastValue]
    a_median: float | None = None
    b_median: float | None = None


class LeftOut(Model):
    """A field that was not compared, and why."""

    field: str = Field(description="`*` for all of them.")
    reason: str


class GroupComparison(Model):
    """Two groups of traces."""

    a_total: int
    b_total: int
    a_compared: int = Field(description="All of the group, or a sample of it that is the same each time.")
    b_compared: int
    fields_tested: int
    sampled: bool
    contrasts: list[Contrast] = Field(description="The significant ones first, by effect size.")
    left_out: list[LeftOut]
