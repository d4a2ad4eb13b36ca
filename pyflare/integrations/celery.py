"""celery: publishing a task and each of its runs are spans of one trace, in whichever process they happen.

The trace, and whom the work is for, go along in the message's headers. A retry is
published by the run before it and hangs below that. What runs eagerly hangs below
its caller.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from celery import Celery, signals

from pyflare.integrations.call import AnySpan, Current
from pyflare.integrations.patch import Patch
from pyflare.integrations.remote import CONSUMER, PRODUCER, begin_remote
from pyflare.tracing import state
from pyflare.tracing.fields import SCOPE_FIELDS
from pyflare.tracing.guard import guard
from pyflare.tracing.propagation import inject
from pyflare.tracing.span import Span
from pyflare.tracing.spans import current_span
from pyflare.tracing.spans import span as begin_span

_SCOPE: Final = "pyflare_scope"
"""The header that says whom the work is for."""
_RUN: Final = "pyflare_run"
"""Where a task's request keeps its span while it runs."""


def patches() -> Sequence[Patch | SignalPatch]:
    """What is traced."""
    return [
        Patch(owner=Celery, name="send_task", wrap=_published),
        SignalPatch(signal=signals.task_prerun, receiver=_begin_run),
        SignalPatch(signal=signals.task_failure, receiver=_note_failure),
        SignalPatch(signal=signals.task_retry, receiver=_note_retry),
        SignalPatch(signal=signals.task_postrun, receiver=_end_run),
    ]


@dataclass(slots=True, kw_only=True)
class SignalPatch:
    """A receiver of one of Celery's signals."""

    signal: Any
    receiver: Callable[..., None]

    def apply(self) -> None:
        """Receive it."""
        self.signal.connect(self.receiver, weak=False, dispatch_uid=f"pyflare {self.receiver.__name__}")

    def restore(self) -> None:
        """Receive it no longer."""
        self.signal.disconnect(self.receiver, dispatch_uid=f"pyflare {self.receiver.__name__}")


def _guarded(receive: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(receive)
    def guarded(**words: Any) -> None:
        try:
            receive(**words)
        except Exception as error:
            guard.fault("trace a task", error)

    return guarded


def _published(send_task: Callable[..., Any]) -> Callable[..., Any]:
    """`send_task(name, …)`, through which all that is published goes, under a span that its message names."""

    def traced(self: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        span = _begin_publish(name, kwargs)
        if span is None:
            return send_task(self, name, *args, **kwargs)
        with Current(span):
            result = send_task(self, name, *args, **{**kwargs, "headers": _headers(kwargs.get("headers"))})
        span.set_attribute("messaging.message.id", str(result.id))
        span.succeed(None, False)
        return result

    return traced


def _begin_publish(name: str, options: Mapping[str, Any]) -> AnySpan | None:
    if state.runtime is None:
        return None
    try:
        attributes = {
            "messaging.system": "celery",
            "messaging.operation.type": "send",
            "celery.task.name": name,
            "messaging.destination.name": options.get("queue") or options.get("routing_key"),
        }
        span = begin_span(
            f"publish {name}",
            attributes={key: str(value) for key, value in attributes.items() if value is not None},
        )
        if isinstance(span, Span):
            span.details.span_kind = PRODUCER
    except Exception as error:
        guard.fault("trace a task", error)
        return None
    return span


def _headers(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """The message's headers with the current trace, and whom it is for."""
    headers = dict(given or {})
    inject(headers)
    span = current_span()
    if isinstance(span, Span) and span.scope:
        headers[_SCOPE] = dict(span.scope)
    return headers


@_guarded
def _begin_run(*, task: Any, args: Any, kwargs: Any, task_id: str, **_: Any) -> None:
    if state.runtime is None:
        return
    request = task.request
    carrier = {name: value for name in ("traceparent", "tracestate") if (value := _header(request, name))}
    attributes = {
        "messaging.system": "celery",
        "messaging.operation.type": "process",
        "messaging.message.id": task_id,
        "celery.task.name": task.name,
        "celery.task.retries": request.retries or 0,
    }
    span: AnySpan
    if request.is_eager and not carrier:
        span = begin_span(f"run {task.name}", attributes=attributes)
    else:
        span = begin_remote(f"run {task.name}", carrier, span_kind=CONSUMER, attributes=attributes)
        _take_over(span, _header(request, _SCOPE))
    if state.runtime.capture_input:
        span.set_input({"args": args, "kwargs": kwargs})
    setattr(request, _RUN, span.__enter__())


def _header(request: Any, name: str) -> Any:
    """A header of the task's message; how a request keeps those depends on Celery's version and the protocol."""
    headers = getattr(request, "headers", None)
    own = headers.get(name) if isinstance(headers, Mapping) else None
    return own if own is not None else getattr(request, name, None)


def _take_over(span: AnySpan, scope: Any) -> None:
    """User, session and the like, as the publisher knew them."""
    if isinstance(scope, Mapping):
        span.update(**{word: scope[column] for word, column in SCOPE_FIELDS.items() if column in scope})


@_guarded
def _note_failure(*, sender: Any, exception: BaseException, **_: Any) -> None:
    span = getattr(sender.request, _RUN, None)
    if span is not None:
        span.set_attribute("celery.task.state", "FAILURE")
        span.fail(exception)


@_guarded
def _note_retry(*, sender: Any, reason: Any, **_: Any) -> None:
    """A run that asks for another has not failed; why it asked is on it."""
    span = getattr(sender.request, _RUN, None)
    cause = getattr(reason, "exc", None) or reason
    if span is not None and isinstance(cause, BaseException):
        span.record_exception(cause)


@_guarded
def _end_run(*, task: Any, retval: Any, **words: Any) -> None:
    span = getattr(task.request, _RUN, None)
    if span is None:
        return
    delattr(task.request, _RUN)
    outcome = words.get("state")
    span.set_attribute("celery.task.state", str(outcome))
    if outcome == "SUCCESS" and state.runtime is not None and state.runtime.capture_output:
        span.set_output(retval)
    span.__exit__(None, None, None)
