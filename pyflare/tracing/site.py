"""One decorated function: what is known of its spans before it is ever called."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection
from typing import Any, Final

from pyflare.tracing.context import SPAN_KEY, attach_fast, get_current_fast, with_span
from pyflare.tracing.fields import text_of
from pyflare.tracing.guard import guard
from pyflare.tracing.reminder import unsaid_of
from pyflare.tracing.runtime import Runtime
from pyflare.tracing.span import Span
from pyflare.tracing.start import start_span
from pyflare.tracing.unsampled import UnsampledSpan

_POSITIONAL: Final = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Site:
    """Starts the spans of one function."""

    __slots__ = (
        "capture_input",
        "capture_output",
        "fields",
        "inference_type",
        "lone_key",
        "more",
        "name",
        "names",
        "positional",
        "receiver",
        "rest",
        "unsaid",
    )

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        name: str | None,
        kind: str | None,
        fields: dict[str, Any],
        capture_input: bool | Collection[str] | None,
        capture_output: bool | None,
    ) -> None:
        self.name = _name_of(function) if name is None else text_of(name)
        self.inference_type = None if kind is None else text_of(kind)
        self.fields = fields or None
        self.capture_input = (capture_input,) if isinstance(capture_input, str) else capture_input
        self.capture_output = capture_output
        self.names, self.rest, self.more = _names_of(function)
        self.positional = len(self.names)
        self.receiver = self.names[0] if self.names[:1] in (("self",), ("cls",)) else None
        captured = self.names if self.receiver is None else self.names[1:]
        self.lone_key = f'{{"{captured[0]}":'.encode() if len(captured) == 1 else None
        """The JSON before the only argument of a function that takes one."""
        self.unsaid = unsaid_of(function)
        """Empty, but for functions of a program that does not call `pyflare.init`."""

    def start(
        self, runtime: Runtime, args: tuple[Any, ...], kwargs: dict[str, Any], current: bool
    ) -> Span | UnsampledSpan | None:
        """Begin a span for one call, and make it current if asked. None, and a counted fault, if PyFlare failed."""
        try:
            fields = self.fields
            capture = self.capture_input
            if capture is None:
                capture = runtime.capture_input
            data = None
            if capture is True and len(args) == self.positional and not kwargs and self.lone_key is not None:
                data = runtime.content.lone_argument(self.lone_key, args[-1])
            if data is None and capture:
                data, fields = self._captured(runtime, args, kwargs, capture)
            context = get_current_fast()
            parent = context.get(SPAN_KEY)
            span: Span | UnsampledSpan
            if runtime.direct and (parent is None or type(parent) is Span):
                span = Span(runtime, context, parent, self.name, self.inference_type, data, fields)
            else:
                span = start_span(runtime, context, self.name, self.inference_type, data, fields)
            if current:
                span.token = attach_fast(with_span(context, span))
            return span
        except Exception as error:
            runtime.losses.add("internal_fault")
            guard.fault(f"begin a span for {self.name}", error)
            return None

    def _captured(
        self, runtime: Runtime, args: tuple[Any, ...], kwargs: dict[str, Any], capture: bool | Collection[str]
    ) -> tuple[bytes | None, dict[str, Any] | None]:
        """The arguments as JSON, and the span's fields. A fault costs the arguments, not the span."""
        fields = self.fields
        try:
            data, reference = runtime.content.arguments(self._by_name(args, kwargs, capture))
        except Exception as error:
            runtime.losses.add("internal_fault")
            guard.fault(f"capture the arguments of {self.name}", error)
            return None, fields
        return data, fields if reference is None else {**(fields or {}), "input_ref": reference}

    def _by_name(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], capture: bool | Collection[str]
    ) -> dict[str, Any]:
        values = dict(zip(self.names, args)) if args else {}  # noqa: B905  (*args may be longer)
        if kwargs:
            if values.keys() & kwargs:  # a positional-only parameter, and another of its name
                kwargs = {self.more: kwargs}
            values.update(kwargs)
        if len(args) > self.positional:
            values[self.rest] = args[self.positional :]
        if self.receiver is not None:
            values.pop(self.receiver, None)
        if capture is not True:
            wanted: Any = capture
            values = {name: value for name, value in values.items() if name in wanted}
        return values


def _name_of(function: Any) -> str:
    while isinstance(function, functools.partial):
        function = function.func
    return str(getattr(function, "__qualname__", type(function).__qualname__)).replace("<locals>.", "")


def _names_of(function: Callable[..., Any]) -> tuple[tuple[str, ...], str, str]:
    """The names that positional arguments go by, and the names for further ones and for further keywords."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some builtins have no signature
        return (), "args", "kwargs"
    names = tuple(parameter.name for parameter in parameters if parameter.kind in _POSITIONAL)
    others = {parameter.kind: parameter.name for parameter in parameters}
    rest = others.get(inspect.Parameter.VAR_POSITIONAL, "args")
    return names, rest, others.get(inspect.Parameter.VAR_KEYWORD, "kwargs")
