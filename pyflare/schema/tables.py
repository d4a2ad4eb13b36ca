"""Every table of the store, once.

The names follow OpenTelemetry and the design documents: `spans` is the traces
table of the design (one row per span), `traces` its per-trace summary. Text of
type JSON is always valid JSON. Times are UTC.
"""

from __future__ import annotations

from typing import Final

from pyflare.schema.columns import Column, ColumnType, Derived, Table

SCHEMA_VERSION: Final = 3
PREVIEW_CHARS: Final = 1000
"""Length of `input_preview` and `output_preview`, in characters."""

_T = ColumnType


def _string(name: str, doc: str, *, nullable: bool = True, since: int = 1) -> Column:
    return Column(name=name, type=_T.STRING, doc=doc, nullable=nullable, since=since)


def _int(name: str, doc: str, *, nullable: bool = True, since: int = 1) -> Column:
    return Column(name=name, type=_T.INT64, doc=doc, nullable=nullable, since=since)


def _float(name: str, doc: str) -> Column:
    return Column(name=name, type=_T.FLOAT64, doc=doc)


def _json(name: str, doc: str, *, since: int = 1) -> Column:
    return Column(name=name, type=_T.JSON, doc=doc, since=since)


def _time(name: str, doc: str, *, nullable: bool = False, since: int = 1) -> Column:
    return Column(name=name, type=_T.TIMESTAMP_NS, doc=doc, nullable=nullable, since=since)


def _typed_map(name: str, singular: str, doc: str) -> tuple[Column, Column]:
    """A map of text values, and beside it the type of each value that was not text."""
    return (
        Column(name=name, type=_T.MAP, doc=f"{doc} Values as text; those that are not strings as JSON."),
        Column(
            name=f"{singular}_types",
            type=_T.MAP,
            doc=f"For each of `{name}` that is not a string: int, double, bool, bytes, array, kvlist or empty.",
        ),
    )


def _otlp(doc: str) -> Column:
    """What OTLP carries beside the named columns, for an export that equals what came in."""
    return _json("otlp", f"{doc}, in OTLP's own words; null where there is nothing of it.", since=2)


_SCOPE: Final = (
    _string("user_id", "Who the work was done for."),
    _string("session_id", "The conversation or session it belongs to."),
    _string("feature_id", "The product feature it serves."),
    _string("environment", "Deployment environment, such as production."),
    _string("team", "The team that owns it."),
    Column(name="tags", type=_T.STRINGS, doc="Free labels."),
)
SCOPE_COLUMNS: Final = tuple(column.name for column in _SCOPE)
"""Columns that a span inherits from the span around it."""

_MODEL: Final = (
    _string("provider", "Who serves the model, in OpenTelemetry's words (openai, anthropic, aws.bedrock, …)."),
    _string("model_id", "The model's name as requested."),
    _string("model_version", "The model's version, or the name that answered where it differs."),
)

_TOKENS: Final = (
    _int("input_tokens", "Tokens in the prompt, cached ones included."),
    _int("output_tokens", "Tokens generated, reasoning included."),
    _int("cache_read_tokens", "Input tokens read from the provider's cache."),
    _int("cache_write_tokens", "Input tokens written to the provider's cache."),
    _int("reasoning_tokens", "Output tokens spent on reasoning."),
    _int("input_audio_tokens", "Input tokens that are audio.", since=2),
    _int("output_audio_tokens", "Output tokens that are audio.", since=2),
    _int("input_image_tokens", "Input tokens that are images.", since=3),
    _int("output_image_tokens", "Output tokens that are images.", since=3),
    _int("cache_write_1h_tokens", "Of the tokens written to the cache, those that it keeps for an hour.", since=3),
    Column(
        name="usage_estimated",
        type=_T.BOOL,
        doc="Whether tokens were counted by a tokenizer because the provider did not say them. Null for no.",
        since=3,
    ),
    _string(
        "service_tier", "How the provider served the call: batch, flex, priority, … Null or default: as any.", since=3
    ),
    _int("cost_micros", "Cost in millionths of a US dollar; null where no price is known."),
    _string(
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
        _string("project", "Tenant or project.", nullable=False),
        _string("trace_id", "32 hex digits.", nullable=False),
        _string("span_id", "16 hex digits.", nullable=False),
        _string("parent_span_id", "16 hex digits; null for a root."),
        _string("trace_state", "W3C tracestate, as it came."),
        _time("start_time", "When the work began."),
        _int("duration_ns", "Monotonic duration in nanoseconds; null while running or where the process died."),
        _int("time_to_first_chunk_ns", "From the start to the first chunk of a stream, in nanoseconds."),
        _string("service_name", "OpenTelemetry's service.name.", nullable=False),
        _string("operation_name", "The span's name.", nullable=False),
        _string("span_kind", "internal, client, server, producer or consumer.", nullable=False),
        _string(
            "inference_type",
            "What kind of work: llm, embedding, retriever, reranker, tool, agent, chain, classification, regression, …",
        ),
        _string("state", "ended, running, or died (its process ended before the span did).", nullable=False),
        _string("status_code", "ok, error or unset.", nullable=False),
        _string("status_message", "The status' description."),
        _string("error_type", "The exception's type, or error.type as given."),
        *_MODEL,
        _string("response_id", "The provider's id of the answer.", since=2),
        Column(name="finish_reasons", type=_T.STRINGS, doc="Why the model stopped, one for each choice.", since=2),
        _string("agent_name", "The agent at work.", since=2),
        _string("tool_name", "The tool called.", since=2),
        _json("input", "Captured input as JSON; a shortened one where `input_ref` is set."),
        _json("output", "Captured output as JSON; a shortened one where `output_ref` is set."),
        _string("input_ref", "SHA-256 of the whole input, in `payloads`, where it was too large to keep inline."),
        _string("output_ref", "The same for the output."),
        *_TOKENS,
        Column(
            name="usage_repeated",
            type=_T.BOOL,
            doc="Whether a span below this one records the same call: its tokens count, these do not. Null for no.",
            since=2,
        ),
        *_SCOPE,
        *_typed_map("attributes", "attribute", "The span's attributes."),
        Column(name="events", type=_T.EVENTS, doc="Span events; exceptions among them. Attributes as JSON."),
        Column(name="links", type=_T.LINKS, doc="Links to other spans. Attributes as JSON."),
        _json("resource", "OpenTelemetry resource attributes of the process."),
        _string("scope_name", "Instrumentation scope."),
        _string("scope_version", "Version of the instrumentation scope."),
        _int("trace_flags", "W3C trace flags, and the bits that OTLP adds to them.", since=2),
        _otlp("Schema URLs, the scope's attributes, counts of what its sender dropped"),
        _string("writer_id", "The process' journal that the span came from.", nullable=False),
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
        _string("project", "Tenant or project.", nullable=False),
        _string("trace_id", "32 hex digits.", nullable=False),
        _time("start_time", "Start of the earliest span."),
        _int("duration_ns", "From the earliest start to the latest end seen, in nanoseconds."),
        _string("root_span_id", "The root span, where it has been seen; the earliest of several."),
        _time("root_start_time", "When the root span began.", nullable=True),
        _string("operation_name", "Name of the root span, or of the earliest one where no root was seen."),
        _string("service_name", "Service of that span."),
        _string("state", "ended, running, or died: the root's."),
        _string("status_code", "The root's status; where no root has been seen, error if any span failed."),
        _int("span_count", "Spans in the trace.", nullable=False),
        _int("error_count", "Spans with status error.", nullable=False),
        Column(name="model_ids", type=_T.STRINGS, doc="Models that the trace called."),
        _int("input_tokens", "Sum over spans; null where none counted any."),
        _int("output_tokens", "Sum over spans; null where none counted any."),
        _int("cost_micros", "Sum over priced spans; null where none is priced."),
        *_SCOPE,
        _string("input_preview", "The beginning of the root's input."),
        _string("output_preview", "The beginning of the root's output."),
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
        _string("score_id", "32 hex digits.", nullable=False),
        _time("timestamp", "When the score was given."),
        _string("project", "Tenant or project."),
        _string("trace_id", "The trace judged."),
        _string("span_id", "The span judged, where it is one."),
        _string("session_id", "The session judged, where it is one."),
        _string("name", "What was judged, such as helpfulness.", nullable=False),
        _float("value", "The score as a number; null where it is only a label."),
        _string("label", "The score as a word."),
        _string("comment", "Why."),
        _string("source", "user, human, code, model, …"),
        *_typed_map("attributes", "attribute", "Anything else."),
    ),
)

PREDICTIONS: Final = Table(
    name="predictions",
    doc="Predictions of classic models; labels that come later are joined by the view.",
    columns=(
        _string("prediction_id", "The id that a delayed label names.", nullable=False),
        _time("timestamp", "When the prediction was made."),
        _string("project", "Tenant or project."),
        _string("service_name", "OpenTelemetry's service.name."),
        _string("trace_id", "The trace it happened in."),
        _string("span_id", "The span it happened in."),
        _string("model_id", "The model.", nullable=False),
        _string("model_version", "Its version."),
        _string("inference_type", "classification, regression, ranking, …"),
        *_typed_map("features", "feature", "The features the model saw."),
        _json("prediction", "The prediction as JSON."),
        _float("prediction_value", "The prediction as a number, where it is one."),
        _float("prediction_score", "Confidence or probability of the prediction, where known."),
        _json("label", "The true value as JSON, where known when the prediction was logged."),
        *_SCOPE,
        *_typed_map("attributes", "attribute", "Anything else."),
    ),
)

LABELS: Final = Table(
    name="labels",
    doc="True values that came after the prediction. The latest for an id counts.",
    columns=(
        _string("prediction_id", "The prediction labelled.", nullable=False),
        _time("timestamp", "When the label was given."),
        _json("label", "The true value as JSON."),
        _string("source", "Where the label came from."),
    ),
)

EMBEDDINGS: Final = Table(
    name="embeddings",
    doc="Embeddings captured, before they move into the vector store.",
    columns=(
        _string("embedding_id", "32 hex digits.", nullable=False),
        _time("timestamp", "When it was captured."),
        _string("project", "Tenant or project."),
        _string("trace_id", "The trace it came from."),
        _string("span_id", "The span it came from."),
        _string("prediction_id", "The prediction it came from."),
        _string("model_id", "The model that made the embedding, or that used it."),
        _string("name", "What it is an embedding of, such as input.", nullable=False),
        Column(name="vector", type=_T.FLOATS, doc="The embedding."),
        _string("text", "The text embedded, shortened."),
    ),
)

PAYLOADS: Final = Table(
    name="payloads",
    doc="Inputs and outputs too large to keep inline, each once.",
    columns=(
        _string("content_id", "SHA-256 of the content.", nullable=False),
        _time("timestamp", "When it was first seen."),
        _string("content", "The content: JSON, or the text of the leading part where `truncated` is set."),
        Column(name="truncated", type=_T.BOOL, doc="Whether the content was longer than the capture limit."),
        _int("size_bytes", "Size kept, in bytes."),
    ),
)

METRICS: Final = Table(
    name="metrics",
    doc="Metric data points.",
    columns=(
        _string("project", "Tenant or project."),
        _string("metric_name", "The metric's name.", nullable=False),
        _time("timestamp", "Time of the point."),
        _time("start_time", "Start of the interval that a sum or histogram covers.", nullable=True),
        _string("service_name", "OpenTelemetry's service.name."),
        _string("environment", "Deployment environment."),
        _string("model_id", "The model."),
        _string("model_version", "Its version."),
        _string("value_type", "gauge, sum, histogram, exponential_histogram or summary.", nullable=False),
        _string("unit", "UCUM unit."),
        _string("description", "What is measured."),
        _string("temporality", "delta or cumulative."),
        Column(name="is_monotonic", type=_T.BOOL, doc="Whether a sum only grows."),
        _float("value", "The value of a gauge or sum."),
        _int("value_int", "The same, exactly, where it came as an integer.", since=2),
        _int("histogram_count", "Observations in the histogram."),
        _float("histogram_sum", "Their sum."),
        _float("histogram_min", "The least."),
        _float("histogram_max", "The greatest."),
        Column(name="histogram_buckets", type=_T.BUCKETS, doc="Buckets by upper bound; the last is infinite."),
        _json("exponential", "An exponential histogram's scale, zero count and buckets, in OTLP's words.", since=2),
        _json("quantiles", "A summary's values by quantile, in OTLP's words.", since=2),
        _json("exemplars", "Samples behind the point, in OTLP's words.", since=2),
        *_typed_map("attributes", "attribute", "The point's attributes."),
        _json("resource", "OpenTelemetry resource attributes."),
        _string("scope_name", "Instrumentation scope.", since=2),
        _string("scope_version", "Version of the instrumentation scope.", since=2),
        _otlp("Flags, metadata, schema URLs, the scope's attributes"),
        _string("writer_id", "The journal that the point came from.", since=2),
    ),
)

LOGS: Final = Table(
    name="logs",
    doc="Log records.",
    columns=(
        _string("project", "Tenant or project."),
        _time("timestamp", "When it happened; when it was observed, where its source did not say."),
        _time("observed_time", "When it was observed.", nullable=True, since=2),
        _string("trace_id", "The trace it belongs to."),
        _string("span_id", "The span it belongs to."),
        _string("service_name", "OpenTelemetry's service.name."),
        _string("event_name", "Name of the event, where the record is one."),
        _int("severity_number", "OpenTelemetry's severity, 1 to 24."),
        _string("severity_text", "The severity in the source's words."),
        _json("body", "The record's body."),
        *_typed_map("attributes", "attribute", "The record's attributes."),
        _json("resource", "OpenTelemetry resource attributes."),
        _string("scope_name", "Instrumentation scope.", since=2),
        _string("scope_version", "Version of the instrumentation scope.", since=2),
        _int("trace_flags", "W3C trace flags.", since=2),
        _otlp("Schema URLs, the scope's attributes, counts of what its sender dropped"),
        _string("writer_id", "The journal that the record came from.", since=2),
    ),
)

ALERTS: Final = Table(
    name="alerts",
    doc="Alerts raised, and what became of them.",
    time_column="triggered_at",
    columns=(
        _string("alert_id", "32 hex digits.", nullable=False),
        _time("triggered_at", "When it fired."),
        _time("resolved_at", "When it was resolved.", nullable=True),
        _string("alert_type", "drift, cost, error_rate, latency or custom.", nullable=False),
        _string("severity", "critical, warning or info.", nullable=False),
        _string("status", "firing, resolved or acknowledged.", nullable=False),
        _string("model_id", "The model concerned."),
        _string("service_name", "The service concerned."),
        _string("title", "In one line."),
        _string("description", "In full."),
        _float("metric_value", "What was measured."),
        _float("threshold_value", "What was allowed."),
        *_typed_map("labels", "label", "Labels for routing."),
        *_typed_map("annotations", "annotation", "Notes."),
        Column(name="sample_trace_ids", type=_T.STRINGS, doc="Some of the traces behind it."),
    ),
)

EVALUATIONS: Final = Table(
    name="evaluations",
    doc="Results of evaluators, one row per item and evaluator.",
    columns=(
        _string("evaluation_id", "32 hex digits.", nullable=False),
        _time("timestamp", "When it was evaluated."),
        _string("project", "Tenant or project."),
        _string("trace_id", "The trace evaluated."),
        _string("span_id", "The span evaluated."),
        _string("evaluator", "The evaluator's registered name.", nullable=False),
        _string("evaluator_version", "Its version."),
        _float("score", "The score; null where it could not be computed."),
        _string("verdict", "pass, fail, warn or error."),
        _string("explanation", "Why."),
        *_typed_map("attributes", "attribute", "Anything else."),
    ),
)

QUARANTINE: Final = Table(
    name="quarantine",
    doc="Records that were refused, as they came, each with its reason.",
    columns=(
        _string("quarantine_id", "32 hex digits.", nullable=False),
        _time("timestamp", "When it was refused."),
        _string("writer_id", "The journal of the process that refused it."),
        _string("signal", "traces, metrics, logs, or the table it was meant for.", nullable=False),
        _string("source", "Where it came from, such as otlp/http or the name of a file."),
        _string("reason", "What was expected, what came and what to do.", nullable=False),
        _json("record", "The record: OTLP/JSON of it with what surrounds it, or the object as it was read."),
        _string("resolved", "Set in a later row of the same id: accepted, once a retry succeeded, or discarded."),
    ),
)

INTEGRITY: Final = Table(
    name="integrity",
    doc="What was not kept as it came: counts by reason, per writer.",
    columns=(
        _time("timestamp", "When the counts were read."),
        _string("writer_id", "The process' journal.", nullable=False),
        _string("service_name", "OpenTelemetry's service.name."),
        _string("reason", "Why, such as disk_full.", nullable=False),
        _int("count", "How many.", nullable=False),
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
        QUARANTINE,
        INTEGRITY,
    )
}
"""Every stored table by name."""
