"""One call into PyFlame as a span: a compilation, an inference, or whatever a program says is one."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final, ParamSpec, TypeVar

from pyflare.integrations.call import AnySpan, Current
from pyflare.integrations.estimators.names import name_of_model
from pyflare.tracing import state
from pyflare.tracing.guard import guard
from pyflare.tracing.spans import span as begin_span

_P = ParamSpec("_P")
_R = TypeVar("_R")
_SHAPES: Final = 16

_inside: Final[ContextVar[bool]] = ContextVar("pyflare_inside_pyflame", default=False)
"""A batch is one call, and what it asks for each of its parts belongs to it."""


def trace_cerebras_call(func: Callable[_P, _R]) -> Callable[_P, _R]:
    """Have each call of a function that compiles for, or runs on, the engine be a span.

    Examples:
        >>> @trace_cerebras_call
        ... def compile_model(model): ...
    """
    kind = "compilation" if "compile" in func.__name__ else "inference"

    @functools.wraps(func)
    def traced(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        return _under_span(lambda: _begin(func.__qualname__, kind, None, args), lambda: func(*args, **kwargs))

    return traced


def traced_engine(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method of an inference engine or of a model server's client, as a span."""

    @functools.wraps(method)
    def traced(self: Any, *args: Any, **kwargs: Any) -> Any:
        if _inside.get():
            return method(self, *args, **kwargs)
        model = getattr(self, "model", None)
        given = args or tuple(kwargs.values())
        token = _inside.set(True)
        try:
            return _under_span(
                lambda: _begin(method.__name__, "inference", model, given),
                lambda: method(self, *args, **kwargs),
                lambda span: _note_stats(span, self),
            )
        finally:
            _inside.reset(token)

    return traced


def _under_span(
    begin: Callable[[], AnySpan], act: Callable[[], _R], note: Callable[[AnySpan], None] | None = None
) -> _R:
    if state.runtime is None:
        return act()
    try:
        span = begin()
    except Exception as error:
        guard.fault("trace a call of PyFlame", error)
        return act()
    with Current(span):
        result = act()
    try:
        if note is not None:
            note(span)
        _note_result(span, result)
    except Exception as error:
        guard.fault("read a result of PyFlame", error)
    span.succeed(None, False)
    return result


def _begin(name: str, kind: str, model: Any, given: tuple[Any, ...]) -> AnySpan:
    model_name, version = (None, None) if model is None else name_of_model(model)
    shapes = [words for value in given if (words := _shape(value)) is not None][:_SHAPES]
    attributes = {
        "pyflare.model.library": "pyflame",
        "pyflare.pyflame.device": _device(),
        "pyflare.pyflame.inputs": shapes or None,
    }
    return begin_span(
        f"{name} {model_name}" if model_name else name,
        kind=kind,
        attributes={key: value for key, value in attributes.items() if value is not None},
        model=model_name,
        model_version=version,
    )


def _device() -> str | None:
    """Where PyFlame computes, as it says itself."""
    framework: Any = sys.modules.get("pyflame")
    return str(framework.get_device()) if hasattr(framework, "get_device") else None


def _shape(value: Any) -> str | None:
    shape = getattr(value, "shape", None)
    return f"{getattr(value, 'dtype', '')}{list(shape)}" if isinstance(shape, tuple | list) else None


def _note_stats(span: AnySpan, engine: Any) -> None:
    stats: Any = getattr(engine, "stats", None)
    if hasattr(stats, "cache_hits"):
        span.set_attribute("pyflare.pyflame.cache_hits", stats.cache_hits)


def _note_result(span: AnySpan, result: Any) -> None:
    """What a compilation says of itself, as far as it is plain values."""
    if type(result).__name__ != "CodeGenResult":
        return
    for name in dir(result):
        value = None if name.startswith("_") else getattr(result, name)
        if isinstance(value, str | int | float | bool):
            span.set_attribute(f"pyflare.pyflame.{name}", value)
