"""Begin a span: as a child of the current one, or as the root of a trace that is sampled."""

from __future__ import annotations

from collections.abc import Mapping
from time import time_ns
from typing import Any

from opentelemetry import trace as otel

from pyflare.tracing.context import SCOPE_KEY, SPAN_KEY, Context, merge_scope
from pyflare.tracing.conventions import otel_attributes
from pyflare.tracing.runtime import Runtime
from pyflare.tracing.span import Span
from pyflare.tracing.unsampled import UnsampledSpan


def start_span(
    runtime: Runtime,
    context: Context,
    name: str,
    inference_type: str | None,
    input: bytes | None,
    fields: dict[str, Any] | None,
    *,
    attributes: Mapping[str, Any] | None = None,
) -> Span | UnsampledSpan:
    """A span that has begun under the current one of `context`; it is not made current.

    `attributes` are those known already; a head sampler's rules may ask for them.
    """
    parent = context.get(SPAN_KEY)
    if runtime.mirror is not None:
        known = otel_attributes(
            inference_type=inference_type, scope=None, fields=fields, input=None, output=None, attributes=None
        )
        twin = runtime.mirror.start(name, context, {**known, **(attributes or {})})
        if not twin.is_recording():
            return _unrecorded(runtime, context, parent, UnsampledSpan(twin.get_span_context()))
        return Span(runtime, context, parent, name, inference_type, input, fields, twin)
    if type(parent) is not Span and (parent is not None or runtime.head_sampler is not None):
        unsampled = _refused(runtime, parent, name, {**(fields or {}), **(attributes or {})})
        if unsampled is not None:
            return _unrecorded(runtime, context, parent, unsampled)
    return Span(runtime, context, parent, name, inference_type, input, fields)


def _unrecorded(runtime: Runtime, context: Context, parent: object, span: UnsampledSpan) -> UnsampledSpan:
    """The stand-in, which knows whose it is where a budget may ask."""
    if runtime.budgets is not None:
        outer: dict[str, Any] | None = getattr(parent, "scope", None) or runtime.scope
        pending: Any = context.get(SCOPE_KEY)
        span.scope = merge_scope(outer, pending) if pending is not None else outer
        span.start_unix_ns = time_ns()
    return span


def _refused(runtime: Runtime, parent: object, name: str, known: dict[str, Any]) -> UnsampledSpan | None:
    """The stand-in for a span that is not recorded: its parent is not, or the head sampler refuses it."""
    if isinstance(parent, otel.Span):
        context = parent.get_span_context()
        if context.is_valid:
            return None if context.trace_flags.sampled else UnsampledSpan(context)
    sampler = runtime.head_sampler
    if sampler is None:
        return None
    trace_id = runtime.new_trace_id()
    if sampler.decide(trace_id, runtime.service_name, name, known):
        runtime.hand_over_trace_id(trace_id)
        return None
    runtime.losses.add("sampled_head")
    identity = otel.SpanContext(int.from_bytes(trace_id, "big"), runtime.random_bits(64), is_remote=False)
    return UnsampledSpan(identity)
