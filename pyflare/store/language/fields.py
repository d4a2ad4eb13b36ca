"""The fields of the filter language: what each is called, holds, and lies in.

A field of traces that lies in spans is met by a trace with at least one span
that meets it.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from pyflare.schema.tables import TABLES
from pyflare.schema.told import AGENT_SQL, ERROR_SQL, TOOL_SQL

Of = Literal["traces", "spans"]

_ORDERED: Final = (">", ">=", "<", "<=")
_PRESENCE: Final = ("exists", "is missing")
_ANY_OF: Final = ("=", "!=", "in", "not in")


class Type(Enum):
    """What kind of values a field has. The operators that make sense of it follow from that."""

    TEXT = "text"
    WORD = "word"
    LIST = "list"
    NUMBER = "number"
    DURATION = "duration"
    MONEY = "money"
    TIME = "time"
    JSON = "json"

    @property
    def operators(self) -> tuple[str, ...]:
        """The operators that a field of this type takes, the usual one first."""
        return OPERATORS[self]


OPERATORS: Final[Mapping[Type, tuple[str, ...]]] = {
    Type.TEXT: ("=", "!=", "~", "!~", "in", "not in", *_PRESENCE),
    Type.WORD: (*_ANY_OF, *_PRESENCE),
    Type.LIST: ("=", "!=", "~", "!~", "in", "not in", *_PRESENCE),
    Type.NUMBER: (">", ">=", "<", "<=", *_ANY_OF, *_PRESENCE),
    Type.DURATION: (">", ">=", "<", "<=", *_PRESENCE),
    Type.MONEY: (">", ">=", "<", "<=", *_ANY_OF, *_PRESENCE),
    Type.TIME: (*_ORDERED, *_PRESENCE),
    Type.JSON: ("~", "!~", *_PRESENCE),
}
KEYED_OPERATORS: Final = ("=", "!=", "~", "!~", ">", ">=", "<", "<=", "in", "not in", *_PRESENCE)
"""What a field whose values may be text or numbers takes: attributes, scores."""


class Place(Enum):
    """Where the values of a field are."""

    ROW = "row"  # in the row itself
    SPANS = "spans"  # in the spans of the trace
    ATTRIBUTES = "attributes"
    RESOURCE = "resource"
    SCORES = "scores"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field."""

    name: str
    label: str
    type: Type
    doc: str
    sql: str = ""
    """An expression over the columns of the table it lies in; of type JSON the columns, with spaces between them."""
    place: Place = Place.ROW
    aliases: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """All values there are, where nothing else makes sense."""
    in_traces: str = ""
    """Of a field of traces that lies in spans: the column of `traces` that lists its values; empty where none does."""

    @property
    def is_keyed(self) -> bool:
        """Whether a key belongs to its name, as in `attributes.retry`."""
        return self.place in (Place.ATTRIBUTES, Place.RESOURCE, Place.SCORES)

    @property
    def operators(self) -> tuple[str, ...]:
        """The operators it takes, the usual one first."""
        return KEYED_OPERATORS if self.is_keyed else self.type.operators


ATTRIBUTE_SQL: Final = "attributes[?]"
RESOURCE_SQL: Final = "json_extract_string(resource, ?)"
"""The value of one key, whose parameter is a JSON pointer: see `resource_pointer`."""
TOTAL_TOKENS_SQL: Final = (
    "CASE WHEN input_tokens IS NULL THEN output_tokens ELSE input_tokens + coalesce(output_tokens, 0) END"
)


def _text(name: str, sql: str, label: str, *aliases: str, doc: str = "", place: Place = Place.ROW) -> Field:
    return Field(
        name=name, label=label, type=Type.TEXT, sql=sql, aliases=aliases, place=place, doc=doc or _column_doc(sql)
    )


def _of(type: Type, name: str, sql: str, label: str, *aliases: str, doc: str = "", place: Place = Place.ROW) -> Field:
    return Field(name=name, label=label, type=type, sql=sql, aliases=aliases, place=place, doc=doc or _column_doc(sql))


def _column_doc(column: str) -> str:
    return next(found.doc for table in ("spans", "traces") for found in TABLES[table].columns if found.name == column)


_SHARED: Final = (
    _text("service", "service_name", "Service", "service_name"),
    Field(
        name="status",
        label="Status",
        type=Type.WORD,
        sql="status_code",
        words=("ok", "error", "unset"),
        aliases=("status_code",),
        doc="ok, error or unset; of a trace its root's.",
    ),
    Field(
        name="state",
        label="State",
        type=Type.WORD,
        sql="state",
        words=("ended", "running", "died"),
        doc="ended, running or died; of a trace its root's.",
    ),
    _text("name", "operation_name", "Name", "operation", "operation_name", doc="The span's name; a trace's root's."),
    _text("user", "user_id", "User", "user_id"),
    _text("session", "session_id", "Session", "session_id"),
    _of(Type.DURATION, "latency", "duration_ns", "Latency", "duration", doc="How long it took; missing while it runs."),
    _of(Type.MONEY, "cost", "cost_micros", "Cost", "cost_usd", doc="In US dollars; missing where no price is known."),
    _of(
        Type.NUMBER,
        "tokens",
        TOTAL_TOKENS_SQL,
        "Tokens",
        "total_tokens",
        doc="Input and output tokens; missing where none were counted.",
    ),
    _of(Type.NUMBER, "input_tokens", "input_tokens", "Input tokens", doc="Tokens that went in."),
    _of(Type.NUMBER, "output_tokens", "output_tokens", "Output tokens", doc="Tokens that came out."),
    _of(Type.LIST, "tag", "tags", "Tag", "tags", doc="One of the labels given to it."),
    _text("environment", "environment", "Environment", "env"),
    _text("feature", "feature_id", "Feature", "feature_id"),
    _text("team", "team", "Team"),
    _text("project", "project", "Project"),
    _of(Type.TIME, "started", "start_time", "Started", "start_time", doc="When it began, in UTC, or how long ago."),
    _text("trace_id", "trace_id", "Trace id", "trace"),
    Field(
        name="score",
        label="Score",
        type=Type.NUMBER,
        aliases=("scores",),
        place=Place.SCORES,
        doc="The latest judgement of a name, as in score.helpful > 0.5; its value, or its label.",
    ),
)

_OF_TRACES: Final = (
    _of(Type.LIST, "model", "model_ids", "Model", "model_id", "models", doc="A model that it called."),
    _of(Type.NUMBER, "span_count", "span_count", "Spans", "spans", doc="How many spans it has."),
    _of(Type.NUMBER, "errors", "error_count", "Errors", "error_count", doc="How many of its spans failed."),
)

_OF_SPANS: Final = (
    _text("model", "model_id", "Model", "model_id", "models"),
    _text("span_id", "span_id", "Span id"),
)

_IN_SPANS: Final = (
    _text("kind", "inference_type", "Kind", "inference_type", "type"),
    _text("provider", "provider", "Provider"),
    _text("tool", TOOL_SQL, "Tool", "tool_name", doc="The tool called."),
    _text("agent", AGENT_SQL, "Agent", "agent_name", doc="The agent at work."),
    _text("span", "operation_name", "Span", "span_name", doc="The name of a span."),
    _text("error", ERROR_SQL, "Error", "error_type", doc='The exception\'s type; "error" where it failed without one.'),
    _text("message", "status_message", "Message", "status_message"),
    _text("model_version", "model_version", "Model version"),
    _of(Type.LIST, "finish_reason", "finish_reasons", "Finish reason", "finish_reasons", doc="Why the model stopped."),
    _of(
        Type.DURATION,
        "first_chunk",
        "time_to_first_chunk_ns",
        "Time to first chunk",
        "time_to_first_chunk",
        "ttft",
        doc="From the start to the first chunk of a stream.",
    ),
    _of(Type.NUMBER, "cached_tokens", "cache_read_tokens", "Cached tokens", "cache_read_tokens"),
    _of(Type.NUMBER, "reasoning_tokens", "reasoning_tokens", "Reasoning tokens"),
    _text("span_kind", "span_kind", "Span kind"),
    _text("parent", "parent_span_id", "Parent", "parent_span_id"),
    _text("scope", "scope_name", "Instrumentation", "scope_name"),
    _of(Type.JSON, "text", "input output", "Text", doc="What went in or came out, in whatever case."),
    _of(Type.JSON, "input", "input", "Input", doc="What went in."),
    _of(Type.JSON, "output", "output", "Output", doc="What came out."),
    Field(
        name="attributes",
        label="Attribute",
        type=Type.TEXT,
        aliases=("attr", "attribute"),
        place=Place.ATTRIBUTES,
        doc='An attribute of a span: attributes.customer.tier, or attr."a b".',
    ),
    Field(
        name="resource",
        label="Resource",
        type=Type.TEXT,
        place=Place.RESOURCE,
        doc='An attribute of the process: resource."host.name".',
    ),
)


_LISTED: Final = {"error": "error_types", "tool": "tool_names"}


def _in_spans(field: Field) -> Field:
    if field.is_keyed:
        return field
    return Field(
        name=field.name,
        label=field.label,
        type=field.type,
        sql=field.sql,
        aliases=field.aliases,
        doc=f"{field.doc.rstrip('.')}; of any span of the trace.",
        place=Place.SPANS,
        in_traces=_LISTED.get(field.name, ""),
    )


FIELDS: Final[Mapping[Of, tuple[Field, ...]]] = {
    "traces": (
        _OF_TRACES[0],
        *_SHARED,
        *_OF_TRACES[1:],
        *map(_in_spans, _IN_SPANS),
        _in_spans(_OF_SPANS[1]),
    ),
    "spans": (_OF_SPANS[0], *_SHARED, *_IN_SPANS, *_OF_SPANS[1:]),
}
"""All fields, by what is filtered, the most useful first."""

_BY_NAME: Final[Mapping[Of, Mapping[str, Field]]] = {
    of: {name: field for field in fields for name in (*field.aliases, field.name)} for of, fields in FIELDS.items()
}


def resource_pointer(key: str) -> str:
    """The JSON pointer to a resource's attribute."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


def field_of(of: Of, name: str) -> Field | None:
    """The field that a name, in whatever case, or one of its other names stands for."""
    return _BY_NAME[of].get(name.casefold())


def nearest_name(of: Of, name: str) -> str | None:
    """The field that somebody who mistyped a name probably meant."""
    found = difflib.get_close_matches(name.casefold(), _BY_NAME[of], n=1, cutoff=0.6)
    return _BY_NAME[of][found[0]].name if found else None
