"""What clients are told of one look: each trace and span as a message, once for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from pyflare.errors import PyFlareError
from pyflare.server.api.encoding import TRACE_COLUMNS
from pyflare.server.api.errors import ApiError, from_exception
from pyflare.server.api.live.protocol import EVERYTHING, Channel, span_message, trace_message
from pyflare.server.api.spans import SPAN_COLUMNS, span_values
from pyflare.server.api.traces import trace_values
from pyflare.store.engine import Engine
from pyflare.workspace.follow import Changes
from pyflare.workspace.followed import changed_spans, changed_traces, meeting

MAX_TRACES: Final = 1000
"""Traces that are told of after one look; of more, the latest."""

Followed = tuple[Channel, str]
"""A channel and its filter."""


@dataclass(slots=True, kw_only=True)
class News:
    """The messages of one look."""

    traces: dict[str, str] = field(default_factory=dict)
    """By trace id."""
    spans: dict[Followed, dict[str, str]] = field(default_factory=dict)
    """By channel, filter and span id."""
    left_out: int = 0
    """Traces that are not told of."""
    errors: dict[str, ApiError] = field(default_factory=dict)
    """Filters that could not be used this time."""
    _models: dict[str, list[str]] = field(default_factory=dict)
    _meeting: dict[str, set[str]] = field(default_factory=dict)

    def concerns(self, channel: Channel, filter: str, trace_id: str) -> bool:
        """Whether a channel is told of a trace."""
        if channel.of != "traces" or (filter and trace_id not in self._meeting.get(filter, ())):
            return False
        return channel.what == EVERYTHING or channel.what in self._models[trace_id]

    def add_traces(self, engine: Engine, changes: Changes, filters: set[str]) -> None:
        """Read the traces that changed, and which of them meet each filter."""
        trace_ids = [*changes.spans][-MAX_TRACES:]
        self.left_out = len(changes.spans) - len(trace_ids)
        traces = trace_values(engine, changed_traces(engine, changes, trace_ids, TRACE_COLUMNS))
        self._models = {trace["trace_id"]: trace["model_ids"] for trace in traces}
        self.traces = {trace["trace_id"]: trace_message(trace) for trace in traces}
        for filter in filters - {""}:
            try:
                self._meeting[filter] = meeting(engine, changes, trace_ids, filter)
            except PyFlareError as error:
                self.errors[filter] = from_exception(error)

    def add_spans(self, engine: Engine, changes: Changes, channel: Channel, filter: str) -> None:
        """Read the spans that changed of one trace."""
        try:
            spans = span_values(engine, changed_spans(engine, changes, channel.what, SPAN_COLUMNS, filter))
        except PyFlareError as error:
            self.errors[filter] = from_exception(error)
            return
        self.spans[channel, filter] = {span["span_id"]: span_message(span) for span in spans}


def gather(engine: Engine, changes: Changes, followed: Iterable[Followed]) -> News:
    """Make the messages that anybody who follows these channels wants. Raises PyFlareError."""
    news = News()
    of_traces = {filter for channel, filter in followed if channel.of == "traces"}
    if of_traces:
        news.add_traces(engine, changes, of_traces)
    for channel, filter in followed:
        if channel.of == "spans" and channel.what in changes.spans:
            news.add_spans(engine, changes, channel, filter)
    return news
