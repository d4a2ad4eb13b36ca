"""The current span, in OpenTelemetry's own context, so that every library in the process sees it."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final

from opentelemetry import context as context_api
from opentelemetry import trace as otel
from opentelemetry.context import Context, attach, create_key, detach, get_current

SPAN_KEY: Final = next(iter(otel.set_span_in_context(otel.INVALID_SPAN, Context())))
"""Where the OpenTelemetry API keeps the current span in a context."""
SCOPE_KEY: Final = create_key("pyflare-scope")
"""Where `pyflare.context` keeps user, session and the like for spans that begin inside it."""

__all__ = [
    "SCOPE_KEY",
    "SPAN_KEY",
    "Context",
    "attach",
    "attach_fast",
    "detach_fast",
    "get_current",
    "get_current_fast",
    "merge_scope",
    "release",
    "with_span",
]

_runtime_context = getattr(context_api, "_RUNTIME_CONTEXT", None)
_variable = getattr(_runtime_context, "_current_context", None)
if isinstance(_variable, ContextVar):
    # A tenth of a traced call is spent in the API's own layers around this variable. Only for use
    # where attach and detach are sure to happen in the same context: `reset` raises otherwise.
    get_current_fast: Callable[[], Context] = _variable.get
    attach_fast: Callable[[Context], Any] = _variable.set
    detach_fast: Callable[[Any], None] = _variable.reset
else:  # another implementation of contexts is installed
    get_current_fast, attach_fast, detach_fast = get_current, attach, detach

_set = dict.__setitem__  # Context forbids item assignment; this one is ours until it is attached


def release(token: Any) -> None:
    """Detach; where the program closes a coroutine or generator from another context, there is nothing to undo."""
    try:
        detach_fast(token)
    except ValueError:
        return


def with_span(context: Context, span: otel.Span) -> Context:
    """A copy of `context` in which `span` is current; it has taken up the pending scope."""
    new = Context(context)
    _set(new, SPAN_KEY, span)
    if SCOPE_KEY in new:
        dict.pop(new, SCOPE_KEY)
    return new


def merge_scope(outer: dict[str, Any] | None, inner: dict[str, Any]) -> dict[str, Any]:
    """`inner` over `outer`; tags add up. Neither is changed."""
    if not outer:
        return inner
    merged = {**outer, **inner}
    if "tags" in outer and "tags" in inner:
        merged["tags"] = list(dict.fromkeys((*outer["tags"], *inner["tags"])))
    return merged
