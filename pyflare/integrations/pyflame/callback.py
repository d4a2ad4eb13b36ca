"""The callback that a PyFlame trainer calls. It asks every callback for every hook, so ours is made from its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyflame.training.callbacks import Callback

from pyflare.integrations.pyflame.trainer import TrainingSpans
from pyflare.tracing.guard import guard


class TracingCallback(Callback):  # type: ignore[misc]
    """Tells the spans of a training where it is. Never raises."""

    def __init__(self, spans: TrainingSpans) -> None:
        self._spans = spans

    def on_fit_start(self, trainer: Any) -> None:
        """The training begins."""
        _tell(self._spans.fit_start, trainer)

    def on_fit_end(self, trainer: Any) -> None:
        """It is over, or has failed."""
        _tell(self._spans.fit_end, trainer)

    def on_epoch_start(self, trainer: Any) -> None:
        """An epoch begins."""
        _tell(self._spans.epoch_start, trainer)

    def on_epoch_end(self, trainer: Any) -> None:
        """It is over."""
        _tell(self._spans.epoch_end, trainer)

    def on_train_batch_start(self, trainer: Any, _batch: Any, index: int) -> None:
        """A batch begins."""
        _tell(self._spans.batch_start, trainer, index)

    def on_train_batch_end(self, _trainer: Any, _batch: Any, index: int) -> None:
        """It is over."""
        _tell(self._spans.batch_end, index)

    def on_validation_start(self, trainer: Any) -> None:
        """A validation begins."""
        _tell(self._spans.validation_start, trainer)

    def on_validation_end(self, _trainer: Any) -> None:
        """It is over."""
        _tell(self._spans.validation_end)


def _tell(act: Callable[..., None], *args: Any) -> None:
    try:
        act(*args)
    except Exception as error:
        guard.fault("trace a training", error)
