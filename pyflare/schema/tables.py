"""Every table of the store, once.

The names follow OpenTelemetry and the design documents: `spans` is the traces
table of the design (one row per span), `traces` its per-trace summary. Text of
type JSON is always valid JSON. Times are UTC.
"""

from __future__ import annotations

from typing import Final

from pyflare.schema.columns import (
    Column,
    ColumnType,
    Derived,
    Table,
    integer,
    json_text,
    moment,
    number,
    otlp,
    string,
    typed_map,
)
from pyflare.schema.drift import DRIFT

SCHEMA_VERSION: Final = 5
SUMMED_UP_SINCE: Final = 5
"""The schema version that added the columns of `traces` that tell its spans' tools, errors and unpriced calls."""
PREVIEW_CHARS: Final = 1000
"""Length of `input_preview` and `output_preview` of a span, in characters."""
TRACE_PREVIEW_CHARS: Final = 250
"""The same of a trace. A list shows a line of it, and most of what a page of traces costs is unpacking texts."""

_T = ColumnType

_SCOPE: Final = (
    string("user_id", "Who the work was done for."),
    string("session_id", "The conversation or session it belongs to."),
    string("feature_id", "The product feature it serves."),
    string("environment", "Deployment environment, such as production."),
    string("team", "The team that owns it."),
    Column(name="tags", type=_T.STRINGS, doc="Free labels."),
)
SCOPE_COLUMNS: Final = tuple(column.name for column in _SCOPE)
"""Columns that a span inherits from the span around it."""

_MODEL: Final = (
    string("provider", "Who serves the model, in OpenTelemetry's words (openai, anthropic, aws.bedrock, …)."),
    string("model_id", "The model's name as requested."),
    string("model_version", "The model's version, or the name that answered where it differs."),
)

_TOKENS: Final = (
    integer("input_tokens", "Tokens in the prompt, cached ones included."),
    integer("output_tokens", "Tokens generated, reasoning included."),
    integer("cache_read_tokens", "Input tokens read from the provider's cache."),
    integer("cache_write_tokens", "Input tokens written to the provider's cache."),
    integer("reasoning_tokens", "Output tokens spent on reasoning."),
    integer("input_audio_tokens", "Input tokens that are audio.", since=2),
    integer("output_audio_tokens", "Output tokens that are audio.", since=2),
    integer("input_image_tokens", "Input tokens that are images.", since=3),
    integer("output_image_tokens", "Output tokens that are images.", since=3),
    integer("cache_write_1h_tokens", "Of the tokens written to the cache, those that it keeps for an hour.", since=3),
    Column(
        name="usage_estimated",
        type=_T.BOOL,
        doc="Whether tokens were counted by a tokenizer because the provider did not say them. Null for no.",
        since=3,
    ),
    string(
        "service_tier", "How the provider served the call: batch, flex, priority, … Null or default: as any.", since=3
    ),
    integer("cost_micros", "Cost in millionths of a US dollar; null where no price is known."),
    string(
        "price_version",
        "By which prices the cost was computed; `reported` where the span said it itself. Null where there is no cost, "
        "and in rows older than the column, whose cost was reported.",
        since=3,
    ),
)

USAGE_COLUMNS: Final = (
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "input_audio_tokens",
    "input_image_tokens",
    "reasoning_tokens",
    "output_audio_tokens",
    "output_image_tokens",
)
"""The columns of `spans` that say what a call used, in the order of the arguments of `pyflare.pricing.buckets`."""
REPORTED: Final = "reported"
"""The `price_version` of a call that said itself what it cost."""

SPANS: Final = Table(
    name="spans",
    doc="One row per span.",
    time_column="start_time",
    bloom_columns=("trace_id",),
    columns=(
        string("project", "Tenant or project.", nullable=False),
        string("trace_id", "32 hex digits.", nullable=False),
        string("span_id", "16 hex digits.", nullable=False),
        string("parent_span_id", "16 hex digits; null for a root."),
        string("trace_state", "W3C tracestate, as it came."),
        moment("start_time", "When the work began."),
        integer("duration_ns", "Monotonic duration in nanoseconds; null while running or where the process died."),
        integer("time_to_first_chunk_ns", "From the start to the first chunk of a stream, in nanoseconds."),
        string("service_name", "OpenTelemetry's service.name.", nullable=False),
        string("operation_name", "The span's name.", nullable=False),
        string("span_kind", "internal, client, server, producer or consumer.", nullable=False),
        string(
            "inference_type",
            "What kind of work: llm, embedding, retriever, reranker, tool, agent, chain, classification, regression, …",
        ),
        string("state", "ended, running, or died (its process ended before the span did).", nullable=False),
        string("status_code", "ok, error or unset.", nullable=False),
        string("status_message", "The status' description."),
        string("error_type", "The exception's type, or error.type as given."),
        *_MODEL,
        string("response_id", "The provider's id of the answer.", since=2),
        Column(name="finish_reasons", type=_T.STRINGS, doc="Why the model stopped, one for each choice.", since=2),
        string("agent_name", "The agent at work.", since=2),
        string("tool_name", "The tool called.", since=2),
        json_text("input", "Captured input as JSON; a shortened one where `input_ref` is set."),
        json_text("output", "Captured output as JSON; a shortened one where `output_ref` is set."),
        string("input_ref", "SHA-256 of the whole input, in `payloads`, where it was too large to keep inline."),
        string("output_ref", "The same for the output."),
        *_TOKENS,
        Column(
            name="usage_repeated",
            type=_T.BOOL,
            doc="Whether a span below this one records the same call: its tokens count, these do not. Null for no.",
            since=2,
        ),
        *_SCOPE,
        *typed_map("attributes", "attribute", "The span's attributes."),
        Column(name="events", type=_T.EVENTS, doc="Span events; exceptions among them. Attributes as JSON."),
        Column(name="links", type=_T.LINKS, doc="Links to other spans. Attributes as JSON."),
        json_text("resource", "OpenTelemetry resource attributes of the process."),
        string("scope_name", "Instrumentation scope."),
        string("scope_version", "Version of the instrumentation scope."),
        integer("trace_flags", "W3C trace flags, and the bits that OTLP adds to them.", since=2),
        otlp("Schema URLs, the scope's attributes, counts of what its sender dropped"),
        string("writer_id", "The process' journal that the span came from.", nullable=False),
    ),
    derived=(
        Derived(
            name="end_time",
            sql="make_timestamp_ns(epoch_ns(start_time) + duration_ns)",
            doc="start_time plus duration_ns.",
        ),
        Derived(name="total_tokens", sql="input_tokens + output_tokens", doc="Input and output tokens."),
        Derived(
            name="uncached_input_tokens",
            sql="input_tokens - coalesce(cache_read_tokens, 0) - coalesce(cache_write_tokens, 0)",
            doc="Input tokens that neither came from a cache nor went into one.",
        ),
        Derived(name="input_preview", sql=f"left(input, {PREVIEW_CHARS})", doc="The first 1000 characters of input."),
        Derived(
            name="output_preview", sql=f"left(output, {PREVIEW_CHARS})", doc="The first 1000 characters of output."
        ),
        Derived(name="input_hash", sql="coalesce(input_ref, sha256(input))", doc="SHA-256 of the whole input."),
    ),
)

TRACES: Final = Table(
    name="traces",
    doc="One row per trace, made from its spans.",
    time_column="start_time",
    bloom_columns=("trace_id",),
    columns=(
        string("project", "Tenant or project.", nullable=False),
        string("trace_id", "32 hex digits.", nullable=False),
        moment("start_time", "Start of the earliest span."),
        integer("duration_ns", "From the earliest start to the latest end seen, in nanoseconds."),
        string("root_span_id", "The root span, where it has been seen; the earliest of several."),
        moment("root_start_time", "When the root span began.", nullable=True),
        string("operation_name", "Name of the root span, or of the earliest one where no root was seen."),
        string("service_name", "Service of that span."),
        string("state", "ended, running, or died: the root's."),
        string("status_code", "The root's status; where no root has been seen, error if any span failed."),
        integer("span_count", "Spans in the trace.", nullable=False),
        integer("error_count", "Spans with status error.", nullable=False),
        Column(name="model_ids", type=_T.STRINGS, doc="Models that the trace called."),
        integer("input_tokens", "Sum over spans; null where none counted any."),
        integer("output_tokens", "Sum over spans; null where none counted any."),
        integer("cost_micros", "Sum over priced spans; null where none is priced."),
        integer("cache_read_tokens", "Sum over spans; null where none read any.", since=SUMMED_UP_SINCE),
        integer("unpriced_calls", "Calls with tokens and no price.", since=SUMMED_UP_SINCE),
        Column(
            name="error_types",
            type=_T.STRINGS,
            doc="What failed in its spans: types of exceptions, and `error` where a span failed without one.",
            since=SUMMED_UP_SINCE,
        ),
        Column(name="tool_names", type=_T.STRINGS, doc="Tools that it called.", since=SUMMED_UP_SINCE),
        *_SCOPE,
        string("input_preview", f"The first {TRACE_PREVIEW_CHARS} characters of the root's input."),
        string("output_preview", f"The first {TRACE_PREVIEW_CHARS} characters of the root's output."),
    ),
    derived=(
        Derived(
            name="end_time",
            sql="make_timestamp_ns(epoch_ns(start_time) + duration_ns)",
            doc="start_time plus duration_ns.",
        ),
    ),
)

SCORES: Final = Table(
    name="scores",
    doc="Judgements of a span, a trace or a session: by people, by the program, by an evaluator.",
    columns=(
        string("score_id", "32 hex digits.", nullable=False),
        moment("timestamp", "When the score was given."),
        string("project", "Tenant or project."),
        string("trace_id", "The trace judged."),
        string("span_id", "The span judged, where it is one."),
        string("session_id", "The session judged, where it is one."),
        string("name", "What was judged, such as helpfulness.", nullable=False),
        number("value", "The score as a number; null where it is only a label."),
        string("label", "The score as a word."),
        string("comment", "Why."),
        string("source", "user, human, code, model, …"),
        *typed_map("attributes", "attribute", "Anything else."),
    ),
)

PREDICTIONS: Final = Table(
    name="predictions",
    doc="Predictions of classic models; labels that come later are joined by the view.",
    columns=(
        string("prediction_id", "The id that a delayed label names.", nullable=False),
        moment("timestamp", "When the prediction was made."),
        string("project", "Tenant or project."),
        string("service_name", "OpenTelemetry's service.name."),
        string("trace_id", "The trace it happened in."),
        string("span_id", "The span it happened in."),
        string("model_id", "The model.", nullable=False),
        string("model_version", "Its version."),
        string("inference_type", "classification, regression, ranking, …"),
        *typed_map("features", "feature", "The features the model saw."),
        json_text("prediction", "The prediction as JSON."),
        number("prediction_value", "The prediction as a number, where it is one."),
        number("prediction_score", "Confidence or probability of the prediction, where known."),
        json_text("label", "The true value as JSON, where known when the prediction was logged."),
        *_SCOPE,
        *typed_map("attributes", "attribute", "Anything else."),
    ),
)

LABELS: Final = Table(
    name="labels",
    doc="True values that came after the prediction. The latest for an id counts.",
    columns=(
        string("prediction_id", "The prediction labelled.", nullable=False),
        moment("timestamp", "When the label was given."),
        json_text("label", "The true value as JSON."),
        string("source", "Where the label came from."),
    ),
)

EMBEDDINGS: Final = Table(
    name="embeddings",
    doc="Embeddings captured, before they move into the vector store.",
    columns=(
        string("embedding_id", "32 hex digits.", nullable=False),
        moment("timestamp", "When it was captured."),
        string("project", "Tenant or project."),
        string("trace_id", "The trace it came from."),
        string("span_id", "The span it came from."),
        string("prediction_id", "The prediction it came from."),
        string("model_id", "The model that made the embedding, or that used it."),
        string("name", "What it is an embedding of, such as input.", nullable=False),
        Column(name="vector", type=_T.FLOATS, doc="The embedding."),
        string("text", "The text embedded, shortened."),
    ),
)

PAYLOADS: Final = Table(
    name="payloads",
    doc="Inputs and outputs too large to keep inline, each once.",
    columns=(
        string("content_id", "SHA-256 of the content.", nullable=False),
        moment("timestamp", "When it was first seen."),
        string("content", "The content: JSON, or the text of the leading part where `truncated` is set."),
        Column(name="truncated", type=_T.BOOL, doc="Whether the content was longer than the capture limit."),
        integer("size_bytes", "Size kept, in bytes."),
    ),
)

METRICS: Final = Table(
    name="metrics",
    doc="Metric data points.",
    columns=(
        string("project", "Tenant or project."),
        string("metric_name", "The metric's name.", nullable=False),
        moment("timestamp", "Time of the point."),
        moment("start_time", "Start of the interval that a sum or histogram covers.", nullable=True),
        string("service_name", "OpenTelemetry's service.name."),
        string("environment", "Deployment environment."),
        string("model_id", "The model."),
        string("model_version", "Its version."),
        string("value_type", "gauge, sum, histogram, exponential_histogram or summary.", nullable=False),
        string("unit", "UCUM unit."),
        string("description", "What is measured."),
        string("temporality", "delta or cumulative."),
        Column(name="is_monotonic", type=_T.BOOL, doc="Whether a sum only grows."),
        number("value", "The value of a gauge or sum."),
        integer("value_int", "The same, exactly, where it came as an integer.", since=2),
        integer("histogram_count", "Observations in the histogram."),
        number("histogram_sum", "Their sum."),
        number("histogram_min", "The least."),
        number("histogram_max", "The greatest."),
        Column(name="histogram_buckets", type=_T.BUCKETS, doc="Buckets by upper bound; the last is infinite."),
        json_text("exponential", "An exponential histogram's scale, zero count and buckets, in OTLP's words.", since=2),
        json_text("quantiles", "A summary's values by quantile, in OTLP's words.", since=2),
        json_text("exemplars", "Samples behind the point, in OTLP's words.", since=2),
        *typed_map("attributes", "attribute", "The point's attributes."),
        json_text("resource", "OpenTelemetry resource attributes."),
        string("scope_name", "Instrumentation scope.", since=2),
        string("scope_version", "Version of the instrumentation scope.", since=2),
        otlp("Flags, metadata, schema URLs, the scope's attributes"),
        string("writer_id", "The journal that the point came from.", since=2),
    ),
)

LOGS: Final = Table(
    name="logs",
    doc="Log records.",
    columns=(
        string("project", "Tenant or project."),
        moment("timestamp", "When it happened; when it was observed, where its source did not say."),
        moment("observed_time", "When it was observed.", nullable=True, since=2),
        string("trace_id", "The trace it belongs to."),
        string("span_id", "The span it belongs to."),
        string("service_name", "OpenTelemetry's service.name."),
        string("event_name", "Name of the event, where the record is one."),
        integer("severity_number", "OpenTelemetry's severity, 1 to 24."),
        string("severity_text", "The severity in the source's words."),
        json_text("body", "The record's body."),
        *typed_map("attributes", "attribute", "The record's attributes."),
        json_text("resource", "OpenTelemetry resource attributes."),
        string("scope_name", "Instrumentation scope.", since=2),
        string("scope_version", "Version of the instrumentation scope.", since=2),
        integer("trace_flags", "W3C trace flags.", since=2),
        otlp("Schema URLs, the scope's attributes, counts of what its sender dropped"),
        string("writer_id", "The journal that the record came from.", since=2),
    ),
)

ALERTS: Final = Table(
    name="alerts",
    doc="Alerts raised, and what became of them.",
    time_column="triggered_at",
    columns=(
        string("alert_id", "32 hex digits.", nullable=False),
        moment("triggered_at", "When it fired."),
        moment("resolved_at", "When it was resolved.", nullable=True),
        string("alert_type", "drift, cost, error_rate, latency or custom.", nullable=False),
        string("severity", "critical, warning or info.", nullable=False),
        string("status", "firing, resolved or acknowledged.", nullable=False),
        string("model_id", "The model concerned."),
        string("service_name", "The service concerned."),
        string("title", "In one line."),
        string("description", "In full."),
        number("metric_value", "What was measured."),
        number("threshold_value", "What was allowed."),
        *typed_map("labels", "label", "Labels for routing."),
        *typed_map("annotations", "annotation", "Notes."),
        Column(name="sample_trace_ids", type=_T.STRINGS, doc="Some of the traces behind it."),
    ),
)

EVALUATIONS: Final = Table(
    name="evaluations",
    doc="Results of evaluators, one row per item and evaluator.",
    columns=(
        string("evaluation_id", "32 hex digits.", nullable=False),
        moment("timestamp", "When it was evaluated."),
        string("project", "Tenant or project."),
        string("trace_id", "The trace evaluated."),
        string("span_id", "The span evaluated."),
        string("evaluator", "The evaluator's registered name.", nullable=False),
        string("evaluator_version", "Its version."),
        number("score", "The score; null where it could not be computed."),
        string("verdict", "pass, fail, warn or error."),
        string("explanation", "Why."),
        *typed_map("attributes", "attribute", "Anything else."),
    ),
)

QUARANTINE: Final = Table(
    name="quarantine",
    doc="Records that were refused, as they came, each with its reason.",
    columns=(
        string("quarantine_id", "32 hex digits.", nullable=False),
        moment("timestamp", "When it was refused."),
        string("writer_id", "The journal of the process that refused it."),
        string("signal", "traces, metrics, logs, or the table it was meant for.", nullable=False),
        string("source", "Where it came from, such as otlp/http or the name of a file."),
        string("reason", "What was expected, what came and what to do.", nullable=False),
        json_text("record", "The record: OTLP/JSON of it with what surrounds it, or the object as it was read."),
        string("resolved", "Set in a later row of the same id: accepted, once a retry succeeded, or discarded."),
    ),
)

INTEGRITY: Final = Table(
    name="integrity",
    doc="What was not kept as it came: counts by reason, per writer.",
    columns=(
        moment("timestamp", "When the counts were read."),
        string("writer_id", "The process' journal.", nullable=False),
        string("service_name", "OpenTelemetry's service.name."),
        string("reason", "Why, such as disk_full.", nullable=False),
        integer("count", "How many.", nullable=False),
    ),
)

TABLES: Final = {
    table.name: table
    for table in (
        SPANS,
        TRACES,
        SCORES,
        PREDICTIONS,
        LABELS,
        EMBEDDINGS,
        PAYLOADS,
        METRICS,
        LOGS,
        ALERTS,
        EVALUATIONS,
        DRIFT,
        QUARANTINE,
        INTEGRITY,
    )
}
"""Every stored table by name."""
