"""torch: modules that a program asks to be watched.

    from pyflare.integrations.torch import watch

    watch(model, optimizer=optimizer)

Nothing is patched: the hooks are torch's own. Times are those of the calls. On
an accelerator, which works on after a call has returned, they are not those of
its work.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping, Sequence
from itertools import islice
from time import perf_counter_ns
from types import TracebackType
from typing import Any, Final, Literal, Self

import torch

from pyflare.integrations.call import AnySpan
from pyflare.integrations.estimators.names import name_model, name_of_model
from pyflare.integrations.estimators.records import Said, chosen_rows, record
from pyflare.integrations.estimators.results import labels, probabilities
from pyflare.tracing import state
from pyflare.tracing.guard import guard
from pyflare.tracing.rows import log_embedding
from pyflare.tracing.span import Span
from pyflare.tracing.spans import span as begin_span

_SHAPES: Final = 32
"""At most how many tensors of an input or output are described."""


def watch(
    model: torch.nn.Module,
    *,
    name: str | None = None,
    version: str | None = None,
    optimizer: torch.optim.Optimizer | None = None,
    every: int = 1,
    predictions: Literal["classification", "regression"] | None = None,
    embeddings: bool = False,
) -> Watch:
    """Trace the calls of a module, and the steps of its training, until the watch is removed.

    In evaluation mode each call of the module is a span with the shapes of what
    came and went. In training mode it is a span too, unless there is an optimizer:
    then everything from the first call to the end of the optimizer's step is one.

    Args:
        model: The module. Its own modules are traced where they are watched themselves.
        name: What it is called; its class, if left out.
        version: Its version.
        optimizer: Whose `step` ends a step of the training.
        every: Of the steps, each how manyth is traced, beginning with the first.
        predictions: Record what comes out in evaluation mode, one prediction per row: of
            a classification the outputs are logits; of a regression, numbers.
        embeddings: Keep the rows that come out in evaluation mode as vectors.

    Raises:
        ValueError: `every` is less than 1.
    """
    if every < 1:
        raise ValueError(f"expected every to be 1 or more; got {every}.")
    if name is not None:
        name_model(model, name, version=version)
    return Watch(model, optimizer, every=every, predictions=predictions, embeddings=embeddings)


class Watch:
    """The hooks on one module. Also a context manager, which removes them at its end."""

    def __init__(
        self,
        model: torch.nn.Module,
        optimizer: torch.optim.Optimizer | None,
        *,
        every: int,
        predictions: str | None,
        embeddings: bool,
    ) -> None:
        self._predictions = predictions
        self._embeddings = embeddings
        self._open = threading.local()
        self._step = None if optimizer is None else _Step(model, every)
        self._handles: list[Any] = [
            model.register_forward_pre_hook(self._before, with_kwargs=True),
            model.register_forward_hook(self._after, with_kwargs=True, always_call=True),
        ]
        if optimizer is not None and self._step is not None:
            self._handles.append(optimizer.register_step_pre_hook(self._step.before_update))
            self._handles.append(optimizer.register_step_post_hook(self._step.after_update))

    def remove(self) -> None:
        """Take the hooks off."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        self.remove()

    def _calls(self) -> list[AnySpan | None]:
        """The calls under way in this thread, the innermost last."""
        if not hasattr(self._open, "calls"):
            self._open.calls = []
        calls: list[AnySpan | None] = self._open.calls
        return calls

    def _before(self, module: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        span = None
        try:
            if self._step is not None and module.training:
                self._step.before_call()
            elif state.runtime is not None:
                span = _begin("forward", module, [*args, *kwargs.values()])
                span.__enter__()
        except Exception as error:
            guard.fault("trace a module", error)
        self._calls().append(span)

    def _after(self, module: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], output: Any) -> None:
        calls = self._calls()
        span = calls.pop() if calls else None
        if span is None:
            if self._step is not None:
                self._step.after_call()
            return
        error = sys.exc_info()[1] if output is None else None
        try:
            if error is None:
                span.set_attribute("pyflare.torch.outputs", _shapes([output]))
                self._keep(span, module, [*args, *kwargs.values()], output)
        except Exception as fault:
            guard.fault("read a module's output", fault)
        span.__exit__(type(error) if error else None, error, None)

    def _keep(self, span: AnySpan, module: Any, inputs: Sequence[Any], output: Any) -> None:
        rows = _rows_of(output)
        if module.training or rows is None or not isinstance(span, Span):
            return
        positions = chosen_rows(span, len(rows))
        name, version = name_of_model(module)
        if self._predictions is not None:
            record(
                span,
                _features(inputs),
                _said(rows, positions, self._predictions),
                positions,
                count=len(rows),
                model=name,
                version=version,
                kind=self._predictions,
                names=None,
            )
        if self._embeddings and rows.ndim == 2:
            for position in positions:
                log_embedding(rows[position].tolist(), name="output", model=name)


class _Step:
    """One step of a training after the other: calls, backward pass, update."""

    def __init__(self, model: torch.nn.Module, every: int) -> None:
        self._model = model
        self._every = every
        self._count = 0
        self._span: AnySpan | None = None
        self._called_ns = self._since_ns = self._forward_ns = self._forwards = 0
        self._backward_ns = 0

    def before_call(self) -> None:
        """The module is called; where no step is under way, one begins."""
        if self._forwards == 0 and state.runtime is not None and self._count % self._every == 0:
            self._span = _begin("train step", self._model, [])
            self._span.set_attribute("pyflare.step", self._count)
        self._forwards += 1
        self._since_ns = perf_counter_ns()

    def after_call(self) -> None:
        """It has returned, or raised."""
        self._called_ns = perf_counter_ns()
        self._forward_ns += self._called_ns - self._since_ns

    def before_update(self, *_: Any) -> None:
        """The gradients are there: what has passed since the last call is taken for the backward pass."""
        self._backward_ns = perf_counter_ns() - self._called_ns if self._forwards else 0
        self._since_ns = perf_counter_ns()

    def after_update(self, *_: Any) -> None:
        """The step is over."""
        span, self._span = self._span, None
        if span is not None:
            span.set_attributes(
                {
                    "pyflare.torch.calls": self._forwards,
                    "pyflare.torch.forward_ms": self._forward_ns / 1e6,
                    "pyflare.torch.backward_ms": self._backward_ns / 1e6,
                    "pyflare.torch.update_ms": (perf_counter_ns() - self._since_ns) / 1e6,
                }
            )
            span.succeed(None, False)
        self._count += 1
        self._forwards = self._forward_ns = 0


def _begin(operation: str, module: Any, inputs: list[Any]) -> AnySpan:
    name, version = name_of_model(module)
    parameter = next(module.parameters(), None)
    attributes = {
        "pyflare.model.library": "torch",
        "pyflare.model.class": type(module).__name__,
        "pyflare.torch.device": str(parameter.device) if parameter is not None else None,
        "pyflare.torch.inputs": _shapes(inputs) or None,
    }
    return begin_span(
        f"{operation} {name}",
        kind="training" if module.training else "prediction",
        attributes={key: value for key, value in attributes.items() if value is not None},
        model=name,
        model_version=version,
    )


def _shapes(values: Sequence[Any]) -> list[str]:
    """The tensors in some values, each as its type and shape."""
    return list(islice(_tensor_words(values), _SHAPES))


def _tensor_words(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        yield f"{str(value.dtype).removeprefix('torch.')}{list(value.shape)}"
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _tensor_words(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _tensor_words(inner)


def _rows_of(output: Any) -> torch.Tensor | None:
    """The tensor whose rows are the answers: the output itself, its logits, or its first part."""
    output = getattr(output, "logits", output)
    if isinstance(output, list | tuple) and output:
        output = output[0]
    if not isinstance(output, torch.Tensor) or output.ndim not in (1, 2) or not len(output):
        return None
    return output.detach().float().cpu()


def _features(inputs: Sequence[Any]) -> Any:
    """The first tensor, where it has a row of numbers for each answer; None for images and the like."""
    found = next((value for value in inputs if isinstance(value, torch.Tensor)), None)
    return None if found is None or found.ndim > 2 else found.detach().cpu()


def _said(rows: torch.Tensor, positions: Sequence[int], kind: str) -> Said:
    if kind == "classification":
        return probabilities(torch.softmax(rows, -1) if rows.ndim == 2 else rows, positions, None)
    return labels(rows.squeeze(-1) if rows.ndim == 2 else rows, positions)
