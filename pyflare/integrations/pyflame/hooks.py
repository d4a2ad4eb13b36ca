"""What `pyflare.instrument("pyflame")` puts in place."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import pyflame
from pyflame.serving.inference import InferenceEngine
from pyflame.training.trainer import Trainer

from pyflare.integrations.patch import Patch
from pyflare.integrations.pyflame.callback import TracingCallback
from pyflare.integrations.pyflame.calls import trace_cerebras_call, traced_engine
from pyflare.integrations.pyflame.trainer import instrument_trainer
from pyflare.tracing.guard import guard


def _with_callback(fit: Callable[..., Any]) -> Callable[..., Any]:
    """A trainer's `fit` with our callback, which is there for as long as the training goes on."""

    @functools.wraps(fit)
    def traced(self: Any, *args: Any, **kwargs: Any) -> Any:
        before = list(self.callbacks)
        try:
            instrument_trainer(self)
        except Exception as error:
            guard.fault("trace a training", error)
        try:
            return fit(self, *args, **kwargs)
        finally:
            for callback in [callback for callback in self.callbacks if isinstance(callback, TracingCallback)]:
                if callback not in before:
                    self.callbacks.callbacks.remove(callback)

    return traced


def hooks() -> Sequence[Patch]:
    """Trainings, inference, and compilation where PyFlame has been built with it."""
    found = [
        Patch(owner=Trainer, name="fit", wrap=_with_callback),
        Patch(owner=InferenceEngine, name="infer", wrap=traced_engine),
        Patch(owner=InferenceEngine, name="batch_infer", wrap=traced_engine),
    ]
    client = getattr(import_module("pyflame.serving.client"), "ModelClient", None)
    if client is not None:
        found += [Patch(owner=client, name=name, wrap=traced_engine) for name in ("predict", "batch_predict")]
    if getattr(pyflame, "compile_to_csl", None) is not None:
        found.append(Patch(owner=pyflame, name="compile_to_csl", wrap=trace_cerebras_call))
    return found
