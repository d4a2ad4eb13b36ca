"""Spans without a decorator: `pyflare.span`, `pyflare.current_span`, `pyflare.update`, `pyflare.context`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from opentelemetry import trace as otel

from pyflare.tracing import state
from pyflare.tracing.context import SCOPE_KEY, SPAN_KEY, Context, attach, get_current, merge_scope, release
from pyflare.tracing.fields import no_scope_field, split_fields
from pyflare.tracing.guard import guard
from pyflare.tracing.reminder import remind_of_block
from pyflare.tracing.span import Span
from pyflare.tracing.start import start_span
from pyflare.tracing.state import unseen
from pyflare.tracing.unsampled import NO_SPAN, UnsampledSpan


def span(
    name: str,
    *,
    kind: str | None = None,
    input: object = None,
    attributes: Mapping[str, Any] | None = None,
    links: Iterable[otel.Link] = (),
    **values: Any,
) -> Span | UnsampledSpan:
    """Begin a span; use it as `with pyflare.span("step") as span:`, or with `async with`.

    Args:
        name: The span's name.
        kind: What sort of work it is; see `pyflare.trace`.
        input: Kept as the span's input.
        attributes: OpenTelemetry attributes.
        links: Links to other spans.
        **values: The words of `pyflare.update` (user, session, model, …); any other
            word becomes an attribute.

    Returns:
        The span, current inside the `with` block. Before `pyflare.init`, one that keeps nothing.
    """
    runtime = state.runtime
    if runtime is None:
        if unseen:
            remind_of_block(name)
        return NO_SPAN
    try:
        scope, fields, rest = split_fields(values)
        data = None
        if input is not None:
            data, reference = runtime.content.value(input)
            if reference is not None:
                fields["input_ref"] = reference
        context = get_current()
        if scope:
            context = _with_scope(context, scope)
        begun = start_span(runtime, context, str(name), kind, data, fields or None, attributes=attributes)
        if rest or attributes:
            begun.set_attributes({**(attributes or {}), **rest})
        for link in links:
            begun.add_link(link.context, link.attributes)
        return begun
    except Exception as error:
        runtime.losses.add("internal_fault")
        guard.fault("begin a span", error)
        return NO_SPAN


def current_span() -> Span | UnsampledSpan:
    """The span that is current here. Outside of one, a span that takes every call and keeps nothing."""
    found = get_current().get(SPAN_KEY)
    return found if isinstance(found, (Span, UnsampledSpan)) else NO_SPAN


def update(
    *,
    user: str | None = None,
    session: str | None = None,
    feature: str | None = None,
    environment: str | None = None,
    team: str | None = None,
    tags: Iterable[str] | None = None,
    model: str | None = None,
    model_version: str | None = None,
    provider: str | None = None,
    input_tokens: int | None = None,
    output_tokens: int | None = None,
    cache_read_tokens: int | None = None,
    cache_write_tokens: int | None = None,
    reasoning_tokens: int | None = None,
    cost_usd: float | None = None,
    input: object = None,
    output: object = None,
    attributes: Mapping[str, Any] | None = None,
) -> None:
    """Set fields of the current span. What is None stays as it is.

    `user`, `session`, `feature`, `environment`, `team` and `tags` also go to the
    spans that begin inside the current one from now on. `cost_usd` is kept in
    millionths of a dollar. An `output` given here is replaced by what a traced
    function returns, unless it is decorated with `capture_output=False`.
    """
    current_span().update(
        input=input,
        output=output,
        attributes=attributes,
        user=user,
        session=session,
        feature=feature,
        environment=environment,
        team=team,
        tags=tags,
        model=model,
        model_version=model_version,
        provider=provider,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cache_read_tokens=cache_read_tokens,
        cache_write_tokens=cache_write_tokens,
        reasoning_tokens=reasoning_tokens,
        cost_usd=cost_usd,
    )


def _with_scope(context: Context, scope: dict[str, Any]) -> Context:
    outer: Any = context.get(SCOPE_KEY)
    return Context({**context, SCOPE_KEY: merge_scope(outer, scope)})


@contextmanager
def context(**values: Any) -> Iterator[None]:
    """Spans that begin inside the block belong to this user, session, feature, environment, team, and tags.

    Held in a context variable: concurrent requests never see one another's.

    Examples:
        >>> import pyflare
        >>> with pyflare.context(user="u-1", session="s-1"):
        ...     pass
    """
    token = None
    try:
        scope, fields, rest = split_fields(values)
        for name in (*fields, *rest):
            guard.fault("set a context", no_scope_field(name))
        token = attach(_with_scope(get_current(), scope))
    except Exception as error:
        guard.fault("set a context", error)
    try:
        yield
    finally:
        if token is not None:
            release(token)
