"""Requests that OpenTelemetry's own instrumentation makes spans of: where those go to PyFlare, ours would be a second.

It wraps an application, or puts a middleware into it, which is inside what we wrap:
ours has to know beforehand that theirs will come.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, MutableMapping
from itertools import islice
from typing import Any, Final

from opentelemetry import trace as otel

from pyflare.integrations.remote import SERVER
from pyflare.tracing.provider import PyFlareTracer
from pyflare.tracing.runtime import Runtime
from pyflare.tracing.span import Span

_MODULE: Final = "opentelemetry.instrumentation.asgi"
_SCOPES: Final = "opentelemetry.instrumentation."
_DEEPEST: Final = 64
"""So many middlewares are looked through."""

Tell = Callable[[Any, MutableMapping[str, Any]], None]
"""Takes a span and the ASGI scope of its request."""


def current(runtime: Runtime) -> Any:
    """Their span of the request, where it is current and goes to PyFlare; else None."""
    span: Any = otel.get_current_span()
    if isinstance(span, Span):
        details = span.details
        return span if details.span_kind == SERVER and (details.scope_name or "").startswith(_SCOPES) else None
    if runtime.mirror is None or not span.is_recording() or getattr(span, "kind", None) is not otel.SpanKind.SERVER:
        return None
    scope = getattr(span, "instrumentation_scope", None)
    return span if getattr(scope, "name", "").startswith(_SCOPES) else None


def answers_for(application: Any, runtime: Runtime, tell: Tell) -> bool:
    """Whether theirs is in an application and writes to PyFlare; `tell` then hears of each span it begins."""
    theirs = sys.modules.get(_MODULE)
    if theirs is None:
        return False
    if application.middleware_stack is None:  # as its first request would
        application.middleware_stack = application.build_middleware_stack()
    found = next((each for each in _stack(application) if isinstance(each, theirs.OpenTelemetryMiddleware)), None)
    if found is None or not _is_ours(found.tracer, runtime):
        return False
    if not isinstance(found.server_request_hook, _Hook):
        found.server_request_hook = _Hook(found.server_request_hook)
    found.server_request_hook.tell = tell
    return True


def _stack(application: Any) -> Iterator[Any]:
    """The middlewares, from the outermost in."""

    def inward() -> Iterator[Any]:
        each = application.middleware_stack
        while each is not None:
            yield each
            each = getattr(each, "app", None)

    return islice(inward(), _DEEPEST)


def _is_ours(tracer: Any, runtime: Runtime) -> bool:
    """Whether a tracer's spans go to PyFlare: by its own provider, or by the app's SDK that it works beside."""
    return isinstance(getattr(tracer, "_tracer", tracer), PyFlareTracer) or runtime.mirror is not None


class _Hook:
    """In the place of the middleware's own hook, which is called too."""

    tell: Tell

    def __init__(self, own: Tell | None) -> None:
        self._own = own

    def __call__(self, span: Any, scope: MutableMapping[str, Any]) -> None:
        self.tell(span, scope)
        if self._own is not None:
            self._own(span, scope)
