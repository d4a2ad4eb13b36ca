"""Counts, series, breakdowns and costs."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pyflare.server.api.schemas.base import Model, Page, Time
from pyflare.workspace.aggregates.measures import Metric


class MetricsResponse(Model):
    """Totals of a range, and of the range of the same length before it."""

    start_time: Time
    end_time: Time
    previous_start_time: Time
    values: dict[Metric, float | None]
    previous: dict[Metric, float | None]
    unpriced_calls: int = Field(description="Model calls with tokens and no price: they are missing in cost_usd.")


class TimeseriesResponse(Model):
    """Series over one grid of buckets. Buckets are aligned to the clock; gaps are 0 for counts and null for others."""

    start_time: Time
    end_time: Time
    bucket_s: float
    buckets: list[Time] = Field(description="The beginning of each bucket.")
    series: dict[Metric, list[float | None]]


class BreakdownRow(Model):
    """One value of a dimension."""

    value: str | None = Field(description="Null where it is missing.")
    filter: str = Field(description="The filter that finds these.")
    requests: int
    errors: int
    error_rate: float | None
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    last_seen: Time | None


class BreakdownResponse(Model):
    """The values of one dimension, the first by the metric asked for first."""

    dimension: str
    rows: list[BreakdownRow]
    others: int = Field(description="Values that are not among the rows.")


class FacetValue(Model):
    """How often a value occurs."""

    value: str | None
    count: int
    filter: str = Field(description="The filter that finds these.")


class Facet(Model):
    """The values of one field."""

    field: str
    label: str
    values: list[FacetValue]
    distinct: int


class FacetsResponse(Model):
    """Fields that are worth filtering by, and what they hold."""

    total: int
    sampled: bool = Field(description="Whether the counts were scaled up from a sample.")
    facets: list[Facet]


class HistogramResponse(Model):
    """How many there are, over time, by status."""

    of: Literal["traces", "spans"]
    start_time: Time
    end_time: Time
    bucket_s: float
    buckets: list[Time]
    ok: list[int] = Field(description="Status ok or unset.")
    error: list[int]
    running: list[int]
    total: int


class CostPeriod(Model):
    """Costs of one period."""

    period: str
    cost_usd: float | None
    requests: int


class CostGroup(Model):
    """Costs of one group."""

    key: dict[str, str | None]
    cost_usd: float | None
    requests: int
    input_tokens: int | None
    output_tokens: int | None
    unpriced_requests: int = Field(description="Those of them that have no price: they are missing in cost_usd.")


class CostSummary(Model):
    """What a range cost."""

    total_cost_usd: float | None
    total_requests: int
    total_input_tokens: int | None
    total_output_tokens: int | None
    average_cost_per_request_usd: float | None
    unpriced_requests: int
    by_period: list[CostPeriod]
    groups: list[CostGroup]


class CostShare(Model):
    """What one value of a dimension cost."""

    value: str | None
    cost_usd: float | None
    share: float | None = Field(description="Of the total, 0 to 1.")
    requests: int
    input_tokens: int | None
    output_tokens: int | None
    unpriced_requests: int = Field(description="Those of them that have no price: they are missing in cost_usd.")


class CostBreakdown(Model):
    """Costs by one dimension, the dearest first."""

    dimension: str
    total_cost_usd: float | None
    breakdown: list[CostShare]


class SessionRow(Model):
    """One session, summed up."""

    session_id: str
    start_time: Time
    end_time: Time | None
    trace_count: int
    error_count: int
    user_id: str | None
    service_name: str | None
    model_ids: list[str]
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    first_input: str | None
    last_output: str | None
    scores: dict[str, float | str | None]


class SessionListResponse(Page):
    """Sessions, a page of them."""

    sessions: list[SessionRow]
    total: int | None
