"""Traces and spans."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pyflare.server.api.schemas.base import Json, Model, Page, State, Status, Time


class Trace(Model):
    """One trace, summed up."""

    trace_id: str
    root_span_id: str | None
    service_name: str | None
    operation_name: str | None
    model_id: str | None = Field(description="The first of `model_ids`.")
    model_ids: list[str]
    start_time: Time
    end_time: Time | None
    duration_ms: float | None
    state: State
    status: Status
    span_count: int
    error_count: int
    input_preview: str | None
    output_preview: str | None
    input_tokens: int | None
    output_tokens: int | None
    total_tokens: int | None
    cost_usd: float | None = Field(description="Sum over priced spans; null where none is priced.")
    user_id: str | None
    session_id: str | None
    feature_id: str | None
    environment: str | None
    team: str | None
    tags: list[str]
    scores: dict[str, float | str | None] = Field(description="The latest score by name: its value, or its label.")
    attributes: dict[str, str] = Field(
        description="Of the root span, as text. Only where one trace is asked for; else empty."
    )


class TraceListResponse(Page):
    """Traces, a page of them."""

    traces: list[Trace]
    total: int | None = Field(description="How many meet the filter; null where it was not asked for (`count=true`).")


class SpanRow(Model):
    """One span of a list."""

    trace_id: str
    span_id: str
    parent_span_id: str | None
    service_name: str
    operation_name: str
    kind: str | None = Field(description="inference_type: llm, tool, retriever, ….")
    start_time: Time
    duration_ms: float | None
    state: State
    status: Status
    error: str | None = Field(description="The exception's type and message in one line.")
    provider: str | None
    model_id: str | None
    input_preview: str | None
    output_preview: str | None
    input_tokens: int | None
    output_tokens: int | None
    total_tokens: int | None
    cost_usd: float | None
    time_to_first_chunk_ms: float | None
    user_id: str | None
    session_id: str | None
    feature_id: str | None
    environment: str | None
    team: str | None
    tags: list[str]
    scores: dict[str, float | str | None]


class SpanListResponse(Page):
    """Spans of many traces, a page of them."""

    spans: list[SpanRow]
    total: int | None


class Outline(Model):
    """All spans of one trace, narrow and by column, so that a hundred thousand fit into one answer.

    Every list has one entry per span, in the order of start. `names`, `kinds`, `models` and `services` are
    dictionaries; the columns `name`, `kind`, `model` and `service` point into them, with -1 for none.
    """

    trace_id: str
    start_time: Time
    duration_ns: int | None
    names: list[str]
    kinds: list[str]
    models: list[str]
    services: list[str]
    span_id: list[str]
    parent: list[int] = Field(description="Position of the parent; -1 for a root, and for one whose parent is missing.")
    name: list[int]
    kind: list[int]
    model: list[int]
    service: list[int]
    offset_ns: list[int] = Field(description="Start, counted from `start_time`.")
    span_duration_ns: list[int | None]
    status: list[int] = Field(description="0 unset, 1 ok, 2 error.")
    state: list[int] = Field(description="0 ended, 1 running, 2 died.")
    input_tokens: list[int | None]
    output_tokens: list[int | None]
    cost_micros: list[int | None]
    usage_repeated: list[bool] = Field(description="Tokens and cost stand in a span below as well: do not sum these.")


class SpanIds(Model):
    """Spans found in one trace."""

    span_ids: list[str]


class Event(Model):
    """An event of a span."""

    name: str
    time: Time
    offset_ns: int = Field(description="From the start of the span.")
    attributes: dict[str, Json]


class Link(Model):
    """A link to another span."""

    trace_id: str
    span_id: str
    attributes: dict[str, Json]


class ContentPart(Model):
    """A piece of a message."""

    type: Literal["text", "image", "audio", "file", "reasoning", "tool_call", "tool_result", "json"]
    text: str | None = None
    url: str | None = Field(default=None, description="A data: URL where the content is inline, else where it lay.")
    mime_type: str | None = None
    id: str | None = Field(default=None, description="Of the tool call; a result has the id of its call.")
    name: str | None = Field(default=None, description="Of the tool.")
    arguments: Json | None = None
    result: Json | None = None
    value: Json | None = None


class Message(Model):
    """A message of a chat."""

    role: str = Field(description="system, user, assistant, tool, ….")
    parts: list[ContentPart]
    finish_reason: str | None = None


class Document(Model):
    """A document that a retriever or a reranker gave."""

    id: str | None
    text: str | None
    score: float | None
    metadata: dict[str, Json]


class Chat(Model):
    """Input and output of a span read as a conversation, where they are one."""

    messages: list[Message] = Field(description="What went in.")
    answers: list[Message] = Field(description="What came out, one for each choice.")
    tools: list[Json] = Field(description="Definitions of the tools the model was offered.")
    documents: list[Document] = Field(description="What a retriever or reranker gave.")


class Origin(Model):
    """Where a normalised column came from."""

    column: str
    dialect: str
    attribute: str | None


class ScoreRow(Model):
    """A judgement."""

    score_id: str
    timestamp: Time
    trace_id: str | None
    span_id: str | None
    session_id: str | None
    name: str
    value: float | None
    label: str | None
    comment: str | None
    source: str | None


class Span(Model):
    """One span, whole."""

    trace_id: str
    span_id: str
    parent_span_id: str | None
    service_name: str
    operation_name: str
    span_kind: str
    kind: str | None
    start_time: Time
    end_time: Time | None
    duration_ns: int | None
    duration_ms: float | None
    state: State
    status: Status
    status_message: str | None
    error: str | None
    error_type: str | None
    provider: str | None
    model_id: str | None
    model_version: str | None
    response_id: str | None
    finish_reasons: list[str]
    agent_name: str | None
    tool_name: str | None
    input: Json | None
    output: Json | None
    input_ref: str | None = Field(description="Content id of the whole input, at /payloads/…, where it is shortened.")
    output_ref: str | None
    input_tokens: int | None
    output_tokens: int | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    reasoning_tokens: int | None
    input_audio_tokens: int | None
    output_audio_tokens: int | None
    total_tokens: int | None
    usage_repeated: bool
    cost_usd: float | None
    time_to_first_chunk_ms: float | None
    user_id: str | None
    session_id: str | None
    feature_id: str | None
    environment: str | None
    team: str | None
    tags: list[str]
    attributes: dict[str, Json]
    resource: dict[str, Json]
    scope_name: str | None
    scope_version: str | None
    events: list[Event]
    links: list[Link]
    chat: Chat | None = Field(description="Null where input and output are no conversation and no documents.")
    origins: list[Origin] = Field(description="Only where one span is asked for; else empty.")
    scores: list[ScoreRow]
