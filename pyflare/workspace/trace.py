"""One trace as a tree of spans."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pyflare.schema.tables import SPANS

if TYPE_CHECKING:  # loaded by whoever looks at a trace: a folder is open before
    from pyflare.store.normalise import Source

_EXCEPTION: Final = "exception"
_USAGE: Final = frozenset(name for name in SPANS.column_names if name.endswith("_tokens")) | {"cost_micros"}
"""Columns that a span and one below it may both report of the same call."""


class TraceSpan:
    """One span as it was stored. `span["column"]` is any column of the table `spans`."""

    __slots__ = ("children", "values")

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values
        """The stored columns by name, and `start_unix_ns`."""
        self.children: list[TraceSpan] = []
        """The spans it is the parent of, earliest first."""

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    @property
    def trace_id(self) -> str:
        """32 hex digits."""
        return str(self.values["trace_id"])

    @property
    def span_id(self) -> str:
        """16 hex digits."""
        return str(self.values["span_id"])

    @property
    def parent_span_id(self) -> str | None:
        """16 hex digits; None for a root."""
        return self._text("parent_span_id")

    @property
    def name(self) -> str:
        """The span's name."""
        return str(self.values["operation_name"])

    @property
    def kind(self) -> str | None:
        """What kind of work it is, such as llm, retriever or tool."""
        return self._text("inference_type")

    @property
    def service(self) -> str:
        """OpenTelemetry's service.name."""
        return str(self.values["service_name"])

    @property
    def model(self) -> str | None:
        """The model's name as requested."""
        return self._text("model_id")

    @property
    def state(self) -> str:
        """ended, running or died."""
        return str(self.values["state"])

    @property
    def status(self) -> str:
        """ok, error or unset."""
        return str(self.values["status_code"])

    @property
    def start(self) -> datetime:
        """When the work began, in UTC, to the microsecond."""
        moment: datetime = self.values["start_time"]
        return moment

    @property
    def start_unix_ns(self) -> int:
        """When the work began, in unix nanoseconds."""
        return int(self.values["start_unix_ns"])

    @property
    def duration_ns(self) -> int | None:
        """In nanoseconds; None while it runs or where its process died."""
        duration_ns: int | None = self.values["duration_ns"]
        return duration_ns

    @property
    def input(self) -> Any:
        """The captured input; a shortened one where `span["input_ref"]` is set. None where nothing was captured."""
        return _json(self.values["input"])

    @property
    def output(self) -> Any:
        """The captured output; a shortened one where `span["output_ref"]` is set. None where nothing was captured."""
        return _json(self.values["output"])

    @property
    def attributes(self) -> dict[str, Any]:
        """The attributes with the types they had."""
        from pyflare.store.decode import typed_value

        types = self.values["attribute_types"] or {}
        return {key: typed_value(text, types.get(key)) for key, text in (self.values["attributes"] or {}).items()}

    @property
    def events(self) -> list[dict[str, Any]]:
        """The span's events: time, name and attributes."""
        return [{**event, "attributes": _json(event["attributes"]) or {}} for event in self.values["events"] or ()]

    def mapping(self) -> list[Source]:
        """Which normalised column was filled from which attribute of which dialect.

        Columns that the program's own recording set are of the dialect `recorded`, with no attribute.
        """
        from pyflare.workspace.mapping import mapping_of

        return mapping_of(self.values)

    @property
    def error(self) -> str | None:
        """What went wrong, in one line: the exception's type and message; None where nothing did."""
        if self.status != "error":
            return None
        raised: dict[str, Any] = next((event["attributes"] for event in self.events if event["name"] == _EXCEPTION), {})
        kind = self.values["error_type"] or raised.get("exception.type")
        message = self.values["status_message"] or raised.get("exception.message")
        if kind and message:
            return message if message.startswith(kind) else f"{kind}: {message}"
        return kind or message or "error"

    def _text(self, column: str) -> str | None:
        text: str | None = self.values[column]
        return text

    def to_dict(self) -> dict[str, Any]:
        """Every column, with JSON and attributes as values and times as ISO 8601 text."""
        values = {
            **self.values,
            "input": self.input,
            "output": self.output,
            "attributes": self.attributes,
            "resource": _json(self.values["resource"]),
            "start_time": self.start.isoformat(),
            "events": [{**event, "time": event["time"].isoformat()} for event in self.events],
            "links": [{**link, "attributes": _json(link["attributes"])} for link in self.values["links"] or ()],
        }
        del values["attribute_types"]
        return values

    def to_json(self) -> str:
        """The same as one line of JSON."""
        return json.dumps(self.to_dict(), default=str, ensure_ascii=False)

    def __repr__(self) -> str:
        return f"<TraceSpan {self.name!r} {self.span_id} {self.state} {self.status}>"


class Trace:
    """A trace: its spans, and the tree they form."""

    def __init__(self, spans: Iterable[TraceSpan]) -> None:
        self.spans: tuple[TraceSpan, ...] = tuple(sorted(spans, key=lambda span: (span.start_unix_ns, span.span_id)))
        """All spans, earliest first. There is at least one."""
        self.roots: tuple[TraceSpan, ...] = _link(self.spans)
        """The spans without a parent in the store, earliest first."""

    @property
    def trace_id(self) -> str:
        """32 hex digits."""
        return self.spans[0].trace_id

    @property
    def root(self) -> TraceSpan:
        """The span that has no parent at all; where none was stored, the earliest of the roots there are."""
        return next((span for span in self.roots if span.parent_span_id is None), self.roots[0])

    @property
    def start(self) -> datetime:
        """When the earliest span began, in UTC."""
        return self.spans[0].start

    @property
    def duration_ns(self) -> int | None:
        """From the earliest start to the latest end, in nanoseconds; None where no span has ended."""
        ends = [span.start_unix_ns + span.duration_ns for span in self.spans if span.duration_ns is not None]
        return max(ends) - self.spans[0].start_unix_ns if ends else None

    @property
    def errors(self) -> tuple[TraceSpan, ...]:
        """The spans that failed."""
        return tuple(span for span in self.spans if span.status == "error")

    @property
    def models(self) -> tuple[str, ...]:
        """The models called, in the order they first were."""
        return tuple(dict.fromkeys(span.model for span in self.spans if span.model))

    def total(self, column: str) -> int | None:
        """The sum of a column of numbers, such as `input_tokens` or `cost_micros`; None where no span has any.

        Spans whose usage others below them report too are left out.
        """
        repeated = _repeated(self.roots) if column in _USAGE else frozenset()
        numbers = [span[column] for span in self.spans if span[column] is not None and span.span_id not in repeated]
        return sum(numbers) if numbers else None

    def walk(self) -> Iterator[tuple[int, TraceSpan]]:
        """Every span with its depth, parents before their children."""
        return _walk(self.roots)

    def to_dict(self) -> dict[str, Any]:
        """The trace as values that JSON can hold. Spans are flat, in the order of `walk`, each with its depth."""
        return {
            "trace_id": self.trace_id,
            "root_span_id": self.root.span_id,
            "start_time": self.start.isoformat(),
            "duration_ns": self.duration_ns,
            "span_count": len(self.spans),
            "error_count": len(self.errors),
            "models": [*self.models],
            "input_tokens": self.total("input_tokens"),
            "output_tokens": self.total("output_tokens"),
            "cost_micros": self.total("cost_micros"),
            "spans": [{"depth": depth, **span.to_dict()} for depth, span in self.walk()],
        }

    def __len__(self) -> int:
        return len(self.spans)

    def __iter__(self) -> Iterator[TraceSpan]:
        return iter(self.spans)

    def __repr__(self) -> str:
        from pyflare.workspace.render import tree

        return tree.as_text(self)

    def _repr_html_(self) -> str:
        from pyflare.workspace.render import tree_html

        return tree_html.as_html(self)


def _link(spans: Iterable[TraceSpan]) -> tuple[TraceSpan, ...]:
    """Hang each span below its parent and return those that have none.

    Where parents form a ring, which no tracer should write, its earliest span stands as a root.
    """
    by_id = {span.span_id: span for span in spans}
    roots: list[TraceSpan] = []
    for span in spans:
        parent = by_id.get(span.parent_span_id or "")
        (roots if parent is None else parent.children).append(span)
    reached = {id(span) for _, span in _walk(roots)}
    for span in spans:
        if id(span) not in reached:
            by_id[span.parent_span_id or ""].children.remove(span)
            roots.append(span)
            reached.update(id(below) for _, below in _walk([span]))
    return tuple(roots)


def _repeated(roots: Sequence[TraceSpan]) -> frozenset[str]:
    """The spans that report usage while others below them do."""
    from pyflare.store.normalise import USAGE_COLUMNS

    found: set[str] = set()
    uses: set[str] = set()
    for _, span in reversed([*_walk(roots)]):
        reports = any(span.values.get(name) for name in USAGE_COLUMNS)
        if any(child.span_id in uses for child in span.children):
            uses.add(span.span_id)
            if reports:
                found.add(span.span_id)
        elif reports:
            uses.add(span.span_id)
    return frozenset(found)


def _walk(roots: Sequence[TraceSpan]) -> Iterator[tuple[int, TraceSpan]]:
    pending = [(0, span) for span in reversed(roots)]
    while pending:
        depth, span = pending.pop()
        yield depth, span
        pending += [(depth + 1, child) for child in reversed(span.children)]


def _json(text: str | None) -> Any:
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text
