"""temporal: its own OpenTelemetry interceptor, writing to PyFlare, in every client and in the workers made with one.

Spans of workflows have no duration: a workflow is replayed, and what it does is
told when it begins and ends. Those of activities and of calls have.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from opentelemetry import trace as otel
from temporalio.client import Client
from temporalio.contrib.opentelemetry import TracingInterceptor

from pyflare.integrations.patch import Patch
from pyflare.tracing.provider import PyFlareTracer

_OWN: Final = "temporalio.contrib.opentelemetry"


class _SwitchedTracer(PyFlareTracer):
    """Writes to PyFlare while the integration is in place: clients keep their interceptors."""

    on = True

    def start_span(self, name: str, context: Any = None, *args: Any, **kwargs: Any) -> otel.Span:
        """Begin a span, or pass the parent on."""
        if not self.on:
            return otel.NoOpTracer().start_span(name, context)
        return super().start_span(name, context, *args, **kwargs)


_TRACER: Final = _SwitchedTracer(_OWN, None)


@dataclass(slots=True)
class _Switch:
    """Has the interceptors write, or not."""

    def apply(self) -> None:
        _TRACER.on = True

    def restore(self) -> None:
        _TRACER.on = False


def patches() -> Sequence[Patch | _Switch]:
    """What is traced."""
    return [_Switch(), Patch(owner=Client, name="__init__", wrap=_with_interceptor)]


def _with_interceptor(init: Callable[..., None]) -> Callable[..., None]:
    """A client's `__init__` with the interceptor; one that the program has added itself stays the only one."""

    def traced(self: Any, *args: Any, **kwargs: Any) -> None:
        given = list(kwargs.get("interceptors") or ())
        if not any(type(each).__module__.startswith(_OWN) or isinstance(each, TracingInterceptor) for each in given):
            given.append(TracingInterceptor(_TRACER))
        init(self, *args, **{**kwargs, "interceptors": given})

    return traced
