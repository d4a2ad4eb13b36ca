"""The filters that the workspace's methods take, for type checkers and editors.

What each does is in `pyflare.store.filters`. A filter that is None does not
count; where several values are given, any of them will do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from pyflare.store.times import Moment

Texts = str | Sequence[str] | None


class _Times(TypedDict, total=False):
    since: Moment | None
    """Then or later."""
    until: Moment | None
    """Before then."""


class _Scope(TypedDict, total=False):
    user: Texts
    session: Texts
    feature: Texts
    environment: Texts
    team: Texts
    tag: Texts
    """Has any of the tags."""
    project: Texts


class _Work(_Times, _Scope, total=False):
    service: Texts
    name: Texts
    """Of the span; of a trace its root's."""
    kind: Texts
    """llm, retriever, tool, …; of a trace any of its spans'."""
    model: Texts
    status: Texts
    """ok, error or unset."""
    state: Texts
    """ended, running or died."""
    min_duration_s: float | None
    max_duration_s: float | None
    """Less than so many seconds."""
    min_cost_usd: float | None
    text: str | None
    """Input or output holds it, in whatever case; of a trace any of its spans'."""
    input_text: str | None
    """The same, of the input alone: what was asked. Faster."""
    output_text: str | None
    """The same, of the output alone."""
    attributes: Mapping[str, Any] | None
    """Has these attributes; a value of None asks for their absence. Of a trace any of its spans."""
    trace_id: Texts
    where: str | None
    """A filter in the filter language, such as `latency > 2s and (tool = search or status = error)`."""


class TraceFilters(_Work, total=False):
    """Filters of `Workspace.traces`."""


class SpanFilters(_Work, total=False):
    """Filters of `Workspace.spans`."""

    provider: Texts
    span_id: Texts


class PredictionFilters(_Times, _Scope, total=False):
    """Filters of `Workspace.predictions`."""

    service: Texts
    model: Texts
    model_version: Texts
    kind: Texts
    """classification, regression, …."""
    labelled: bool | None
    """Whether the true value is known by now."""
    features: Mapping[str, Any] | None
    """The model saw these features."""
    attributes: Mapping[str, Any] | None
    prediction_id: Texts
    trace_id: Texts


class ScoreFilters(_Times, total=False):
    """Filters of `Workspace.scores`."""

    name: Texts
    """What was judged."""
    label: Texts
    source: Texts
    """user, human, code, model, …."""
    min_value: float | None
    max_value: float | None
    """Less than that."""
    session: Texts
    project: Texts
    attributes: Mapping[str, Any] | None
    trace_id: Texts
    span_id: Texts


class SimilarFilters(TypedDict, total=False):
    """Filters of `Workspace.similar`."""

    project: str | None
    model: str | None
    trace_id: str | None
    span_id: str | None
    prediction_id: str | None
