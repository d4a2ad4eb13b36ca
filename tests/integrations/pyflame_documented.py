"""PyFlame as it is documented: as much as a training, an inference and a profile need, where the framework is not.

It stands in `sys.modules`, with the names, the signatures and the order of calls that PyFlame's
documentation gives. What PyFlame itself does is only known where it is installed.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace
from typing import Any


class Callback:
    """Has every hook; a list of callbacks asks each for all of them."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("on_"):
            return lambda *_: None
        raise AttributeError(name)


class CallbackList(list):
    """Calls a hook of each callback."""

    callbacks = property(lambda self: self)

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("on_"):
            raise AttributeError(name)
        return lambda *args: [getattr(callback, name)(*args) for callback in self]


@dataclass
class TrainerConfig:
    max_epochs: int = 10
    precision: str = "32"
    accelerator: str = "auto"
    devices: Any = "auto"
    seed: int | None = None
    save_dir: str = ""


@dataclass
class TrainerState:
    epoch: int = 0
    global_step: int = 0
    batch_idx: int = 0
    best_metric: float = float("inf")
    best_model_path: str | None = None
    should_stop: bool = False
    logs: dict[str, Any] = field(default_factory=dict)


class Trainer:
    def __init__(self, config: Any = None, callbacks: Any = None, metrics_logger: Any = None) -> None:
        self.config, self.callbacks = config or TrainerConfig(), CallbackList(callbacks or [])
        self.metrics_logger, self.state, self.model = metrics_logger, TrainerState(), None

    def fit(self, model, train_loader, val_loader=None, optimizer=None, criterion=None, scheduler=None):
        self.model, self.state, tell = model, TrainerState(), self.callbacks
        tell.on_fit_start(self)
        try:
            for epoch in range(self.config.max_epochs):
                self.state.epoch = epoch
                tell.on_epoch_start(self)
                self.state.logs["train_loss"] = self._pass(train_loader, "train_batch")
                self.state.global_step += len(train_loader)
                if val_loader is not None:
                    tell.on_validation_start(self)
                    self.state.logs["val_loss"] = self._pass(val_loader, "validation_batch")
                    tell.on_validation_end(self)
                tell.on_epoch_end(self)
        finally:
            tell.on_fit_end(self)

    def _pass(self, loader, part):
        losses = []
        for index, batch in enumerate(loader):
            getattr(self.callbacks, f"on_{part}_start")(self, batch, index)
            losses.append(self.model(batch))
            getattr(self.callbacks, f"on_{part}_end")(self, batch, index)
        return sum(losses) / len(losses)


class InferenceStats:
    total_inferences = cache_hits = cache_misses = 0
    total_time_ms = 0.0

    def to_dict(self):
        return {"total_inferences": self.total_inferences, "cache_hits": self.cache_hits}


class InferenceEngine:
    def __init__(self, model, config=None):
        self.model, self.config, self.stats = model, config, InferenceStats()

    def infer(self, inputs, return_time=False):
        self.stats.total_inferences += 1
        return self.model(inputs)

    def batch_infer(self, inputs, batch_size=None):
        return [self.infer(value) for value in inputs]


class ModelClient:
    """Answers by itself instead of asking a server."""

    def predict(self, inputs, return_time=False):
        return [[2 * number for number in row] for row in inputs]

    def batch_predict(self, inputs):
        return [self.predict(batch) for batch in inputs]

    def stats(self):
        return {}


@dataclass
class ProfileEvent:
    name: str
    category: str
    start_time: float
    end_time: float
    thread_id: int = 0
    process_id: int = 0
    args: dict[str, Any] = field(default_factory=dict)

    @property
    def duration_us(self):
        return (self.end_time - self.start_time) * 1e6


class Profiler:
    def __init__(self):
        self._events = []

    @contextmanager
    def profile(self):
        began_s = time.perf_counter()
        yield
        self.results = SimpleNamespace(
            events=self._events,
            operation_stats={},
            memory_stats={"peak_rss_mb": 1.0},
            total_time=time.perf_counter() - began_s,
        )

    @contextmanager
    def record_operation(self, name, **args):
        began_s = time.perf_counter()
        yield
        self._events.append(ProfileEvent(name, "operation", began_s, time.perf_counter(), args=args))


class ProfilerContext:
    _results = None


MODULES = {
    "pyflame": {"get_device": lambda: "cpu", "compile_to_csl": None},
    "pyflame.training": {},
    "pyflame.training.callbacks": {"Callback": Callback, "CallbackList": CallbackList},
    "pyflame.training.trainer": {"Trainer": Trainer, "TrainerConfig": TrainerConfig},
    "pyflame.serving": {},
    "pyflame.serving.inference": {"InferenceEngine": InferenceEngine},
    "pyflame.serving.client": {"ModelClient": ModelClient},
    "pyflame.tools": {},
    "pyflame.tools.profiler": {"Profiler": Profiler, "ProfilerContext": ProfilerContext},
}


def module(name: str, **held: Any) -> ModuleType:
    """A module that can be asked for, as if it had been imported."""
    made = ModuleType(name)
    made.__spec__ = ModuleSpec(name, None)
    made.__dict__.update(held)
    return made
