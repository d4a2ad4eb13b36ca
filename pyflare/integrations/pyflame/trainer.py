"""A training as a tree of spans: the fit, its epochs, their batches and validations."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, TypeVar

from pyflare.integrations.call import AnySpan
from pyflare.integrations.estimators.names import name_of_model
from pyflare.tracing.spans import span as begin_span

_T = TypeVar("_T")
_CONFIG = ("max_epochs", "max_steps", "precision", "accelerator", "devices", "seed", "gradient_accumulation_steps")


def instrument_trainer(trainer: _T, *, every: int = 1) -> _T:
    """Trace the trainings of a PyFlame `Trainer`. A second time changes nothing.

    Args:
        trainer: The trainer; a callback is added to its own.
        every: Of the batches, each how manyth is a span, beginning with the first of an epoch. 0 for none.

    Returns:
        The trainer.

    Raises:
        ImportError: There is no PyFlame, or a package of that name that is something else.
        ValueError: `every` is negative.
    """
    if every < 0:
        raise ValueError(f"expected every to be 0 or more; got {every}.")
    from pyflare.integrations.pyflame.callback import TracingCallback

    callbacks: Any = trainer.callbacks  # type: ignore[attr-defined]
    if not any(isinstance(callback, TracingCallback) for callback in callbacks):
        callbacks.append(TracingCallback(TrainingSpans(every)))
    return trainer


class TrainingSpans:
    """The spans of one trainer: those that are open, the innermost last."""

    def __init__(self, every: int) -> None:
        self._every = every
        self._open: list[tuple[str, AnySpan]] = []

    def begin(self, part: str, trainer: Any, attributes: Mapping[str, Any], *, input: object = None) -> None:
        """A part of the training begins; its span is current until it ends."""
        name, version = name_of_model(trainer.model)
        span = begin_span(
            f"{part} {name}",
            kind="training",
            input=input,
            attributes={"pyflare.model.library": "pyflame", **attributes},
            model=name,
            model_version=version,
        )
        self._open.append((part, span.__enter__()))

    def end(self, part: str, attributes: Mapping[str, Any], error: BaseException | None = None) -> None:
        """A part ends, and with it whatever inside it was left open."""
        if not any(open_part == part for open_part, _ in self._open):
            return
        ended = None
        while ended != part:
            ended, span = self._open.pop()
            if ended == part:
                span.set_attributes(attributes)
            span.__exit__(type(error) if error else None, error, None)

    def fit_start(self, trainer: Any) -> None:
        """A training begins; its parameters are the span's input."""
        config = {name: getattr(trainer.config, name) for name in _CONFIG if hasattr(trainer.config, name)}
        self.begin("fit", trainer, {}, input={name: value for name, value in config.items() if value is not None})

    def fit_end(self, trainer: Any) -> None:
        """It is over, perhaps by an exception that is passing through."""
        state = trainer.state
        best = state.best_metric
        attributes = {"pyflare.step": state.global_step, "pyflare.epoch": state.epoch}
        if isinstance(best, int | float) and abs(best) != float("inf"):
            attributes["pyflare.metric.best"] = best
        self.end("fit", attributes, sys.exc_info()[1])

    def epoch_start(self, trainer: Any) -> None:
        """An epoch begins."""
        self.begin("epoch", trainer, {"pyflare.epoch": trainer.state.epoch})

    def epoch_end(self, trainer: Any) -> None:
        """It is over, and its losses are known."""
        logs = trainer.state.logs.items()
        self.end("epoch", {f"pyflare.metric.{key}": value for key, value in logs if isinstance(value, int | float)})

    def batch_start(self, trainer: Any, index: int) -> None:
        """A batch of the training begins."""
        if self._every and index % self._every == 0:
            self.begin("batch", trainer, {"pyflare.batch": index, "pyflare.step": trainer.state.global_step})

    def batch_end(self, index: int) -> None:
        """It is over."""
        if self._every and index % self._every == 0:
            self.end("batch", {})

    def validation_start(self, trainer: Any) -> None:
        """A validation begins."""
        self.begin("validate", trainer, {})

    def validation_end(self) -> None:
        """It is over."""
        self.end("validate", {})
