"""A call of a model as one span and its records, however many models the model is made of.

While a call is under way, calls inside it belong to it: the steps of a pipeline,
the trees of a forest, the candidates of a search. They are neither spans nor records.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, Literal

from pyflare.integrations.call import AnySpan, Current
from pyflare.integrations.estimators.names import library_of, name_of_model
from pyflare.integrations.estimators.records import Said, chosen_rows, forget_predictions, record
from pyflare.integrations.estimators.results import labels, probabilities
from pyflare.integrations.estimators.rows import count_columns, count_rows
from pyflare.tracing import state
from pyflare.tracing.guard import guard
from pyflare.tracing.span import Span
from pyflare.tracing.spans import span as begin_span

Operation = Literal["predict", "train", "evaluate"]
_KINDS: Final = {"train": "training", "evaluate": "evaluation"}
_NO_PREDICTION: Final = ("pred_leaf", "pred_contribs", "pred_contrib", "pred_interactions", "return_std", "return_cov")
"""Arguments that have a model return something else than its predictions."""
_PARAMETERS: Final = 64

_inside: Final[ContextVar[bool]] = ContextVar("pyflare_inside_a_model", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """How a library's models are read."""

    kind: Callable[[Any], str | None]
    """classification, regression, …; None where the model does not say."""
    names: Callable[[Any], Sequence[str] | None]
    """The features' names, where the model keeps them."""


@contextmanager
def inside() -> Iterator[None]:
    """Calls of models inside the block are parts of another."""
    token = _inside.set(True)
    try:
        yield
    finally:
        _inside.reset(token)


def is_part() -> bool:
    """Whether what is called here is a part of another call."""
    return _inside.get()


def traced_method(library: Library, operation: Operation) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """What makes a traced method of a model's own."""

    def wrap(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def traced(self: Any, *args: Any, **kwargs: Any) -> Any:
            if state.runtime is None or is_part():
                return method(self, *args, **kwargs)
            call = begin_call(library, operation, method.__name__, self, _data(args, kwargs), kwargs)
            if call is None:
                return method(self, *args, **kwargs)
            with Current(call.span):
                with inside():
                    result = method(self, *args, **kwargs)
                call.settle(result)
            call.span.succeed(None, False)
            return result

        return traced

    return wrap


def _data(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """The first argument, whatever it is called."""
    return (
        args[0]
        if args
        else next((kwargs[name] for name in ("X", "data", "train_set", "dtrain") if name in kwargs), None)
    )


def begin_call(
    library: Library, operation: Operation, method: str, model: Any, data: Any, kwargs: Mapping[str, Any]
) -> ModelCall | None:
    """A span for a call; None where it cannot be traced. Never raises."""
    try:
        forget_predictions()
        name, version = name_of_model(model)
        kind = library.kind(model) if operation == "predict" else _KINDS[operation]
        attributes = {
            "pyflare.model.library": library_of(model),
            "pyflare.model.class": type(model).__name__,
            "pyflare.rows": count_rows(data),
            "pyflare.columns": count_columns(data),
        }
        span = begin_span(
            f"{method} {name}",
            kind=kind or "prediction",
            input=_parameters(model) if operation == "train" else None,
            attributes={key: value for key, value in attributes.items() if value is not None},
            model=name,
            model_version=version,
        )
    except Exception as error:
        guard.fault("trace a model", error)
        return None
    return ModelCall(
        span=span,
        library=library,
        operation=operation,
        method=method,
        model=model,
        data=data,
        predicts=operation == "predict" and not any(kwargs.get(word) for word in _NO_PREDICTION),
    )


def _parameters(model: Any) -> dict[str, Any] | None:
    """A model's own parameters, those that are plain values."""
    runtime = state.runtime
    if runtime is None or not runtime.capture_input or not hasattr(model, "get_params"):
        return None
    pairs = list(model.get_params(deep=False).items())[:_PARAMETERS]
    return {name: value for name, value in pairs if value is None or isinstance(value, str | int | float | bool)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCall:
    """One call under way."""

    span: AnySpan
    library: Library
    operation: Operation
    method: str
    model: Any
    data: Any
    predicts: bool

    def settle(self, result: Any) -> None:
        """Keep what the model said. Never raises."""
        if not isinstance(self.span, Span):
            return
        try:
            if self.predicts:
                self._record(self.span, result)
            elif self.operation == "evaluate":
                self.span.set_attribute("pyflare.score", float(result))
        except Exception as error:
            guard.fault("record predictions", error)

    def _record(self, span: Span, result: Any) -> None:
        count = count_rows(result[0] if isinstance(result, list) and result else result)
        if not count or not (positions := chosen_rows(span, count)):
            return
        name, version = name_of_model(self.model)
        kind = self.library.kind(self.model)
        record(
            span,
            self.data,
            self._said(result, positions, kind),
            positions,
            count=count,
            model=name,
            version=version,
            kind=kind,
            names=self.library.names(self.model),
        )

    def _said(self, result: Any, positions: Sequence[int], kind: str | None) -> Said:
        if self.method == "predict_proba" or (kind == "classification" and not hasattr(self.model, "get_params")):
            return probabilities(result, positions, getattr(self.model, "classes_", None))
        return labels(result, positions)
