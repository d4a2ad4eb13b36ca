"""Query, filters, sessions, scores, views, comparisons, the folder itself."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pyflare.server.api.schemas.aggregates import SessionRow
from pyflare.server.api.schemas.base import Json, Model, Page, Time
from pyflare.server.api.schemas.traces import Message, ScoreRow, Trace


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


class QueryRequest(Model):
    """One statement that reads."""

    sql: str = Field(max_length=1 << 20, examples=["SELECT model_id, count(*) FROM spans GROUP BY ALL"])
    params: list[Json] | dict[str, Json] = Field(default_factory=list, description="For `?`, or for `$name`.")
    limit: int = Field(default=1000, ge=1, le=10_000)
    format: Literal["json", "csv", "arrow"] = "json"
    timeout_s: float = Field(default=30, ge=1, le=30)


class Column(Model):
    """A column of a result."""

    name: str
    type: str


class QueryResult(Model):
    """Rows of a query."""

    columns: list[Column]
    rows: list[list[Json]]
    total_rows: int
    truncated: bool = Field(description="Whether there were more than `limit`.")
    execution_time_ms: float


class ColumnSchema(Model):
    """A column that can be queried."""

    name: str
    type: str
    doc: str


class TableSchema(Model):
    """A table that can be queried."""

    name: str
    doc: str
    columns: list[ColumnSchema]


class SchemaResponse(Model):
    """All that can be queried."""

    tables: list[TableSchema]


class FieldInfo(Model):
    """A field of the filter language."""

    name: str
    label: str
    type: Literal["text", "number", "duration", "money", "time", "word", "list", "json"]
    operators: list[str]
    values: list[str] = Field(description="All there are, where they are few and known.")
    doc: str


class FilterFields(Model):
    """All fields, by what is filtered."""

    of: Literal["traces", "spans"]
    fields: list[FieldInfo]


class Completion(Model):
    """One way to go on."""

    label: str
    insert: str
    kind: Literal["field", "operator", "value", "keyword", "attribute"]
    detail: str | None = None


class CompletionResponse(Model):
    """Ways to go on at the cursor; each replaces the text from `start` to `end`."""

    start: int
    end: int
    completions: list[Completion]


class FilterClause(Model):
    """A part of a filter joined by `and` on the outermost level, for showing it as a chip."""

    text: str
    start: int
    end: int


class FilterProblem(Model):
    """What is wrong with a filter."""

    message: str
    hint: str | None
    start: int
    end: int
    suggestion: str | None = Field(description="The whole filter with what was probably meant.")


class FilterCheck(Model):
    """Whether a filter can be used."""

    valid: bool
    clauses: list[FilterClause]
    problem: FilterProblem | None


class Turn(Model):
    """One trace of a session, as a turn of the conversation."""

    trace: Trace
    messages: list[Message] = Field(description="What was asked and answered, without what earlier turns held.")


class SessionDetail(Model):
    """A session, turn by turn."""

    session: SessionRow
    turns: list[Turn]
    truncated: bool


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
