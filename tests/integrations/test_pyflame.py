"""PyFlame's own trainer, engine and profiler: its parts that are pure Python.

The framework is in no registry, so this runs where it has been installed from its source.
"""

import json

import pytest

pyflame = pytest.importorskip("pyflame")
training = pytest.importorskip("pyflame.training.trainer")  # the profiler of the same name has none
inference = pytest.importorskip("pyflame.serving.inference")
profiler = pytest.importorskip("pyflame.tools.profiler")

import pyflare  # noqa: E402
from pyflare.integrations.pyflame import instrument_trainer, sync_metrics, trace_cerebras_call  # noqa: E402

ERROR = 2


class Model:
    """Doubles a number; its output is its loss."""

    def __call__(self, number):
        if number is None:
            raise ValueError("no number")
        return number * 2

    def train(self):
        """Nothing to switch."""

    eval = train


@pytest.fixture
def trainer(tmp_path):
    config = training.TrainerConfig(max_epochs=2, save_dir=str(tmp_path / "checkpoints"), seed=7)
    return training.Trainer(config=config)


def names(recorded):
    return [span.name for span in recorded.ended()]


def test_training(trainer, recorded):
    """A training is a span with its parameters; epochs, batches and validations are below it."""
    assert instrument_trainer(instrument_trainer(trainer)) is trainer
    trainer.fit(Model(), [1.0, 2.0], val_loader=[3.0])
    epoch = ["batch Model", "batch Model", "validate Model", "epoch Model"]
    assert names(recorded) == [*epoch, *epoch, "fit Model"]
    fit = recorded.one("fit Model")
    assert (fit.inference_type, json.loads(fit.input)["max_epochs"]) == ("training", 2)
    assert fit.attributes["pyflare.step"] == 4
    first = recorded.ended("epoch Model")[0]
    assert first.parent_span_id == fit.span_id
    assert (first.attributes["pyflare.metric.train_loss"], first.attributes["pyflare.metric.val_loss"]) == (3.0, 6.0)
    assert recorded.ended("batch Model")[1].attributes["pyflare.batch"] == 1


def test_each_how_manyth_batch(trainer, recorded):
    """Of many batches some are spans."""
    instrument_trainer(trainer, every=2)
    trainer.fit(Model(), [1.0, 2.0, 3.0])
    assert names(recorded).count("batch Model") == 4


def test_failed_training(trainer, recorded):
    """What the training raises is on every span that it leaves open, and reaches the caller."""
    instrument_trainer(trainer)
    with pytest.raises(ValueError, match="no number"):
        trainer.fit(Model(), [1.0, None])
    assert names(recorded) == ["batch Model", "batch Model", "epoch Model", "fit Model"]
    assert [span.status_code == ERROR for span in recorded.ended()] == [False, True, True, True]


def test_instrument(trainer, recorded):
    """Instrumented, every trainer and engine is traced; put back, they are as they were."""
    pyflare.instrument("pyflame")
    trainer.fit(Model(), [1.0])
    engine = inference.InferenceEngine(Model())
    assert engine.infer(2.0) == 4.0
    assert engine.batch_infer([1.0, 2.0]) == [2.0, 4.0]
    assert names(recorded)[-3:] == ["fit Model", "infer Model", "batch_infer Model"]
    assert list(trainer.callbacks) == []
    pyflare.uninstrument("pyflame")
    engine.infer(2.0)
    assert len(recorded.ended("infer Model")) == 1


def test_inference_error(recorded):
    """What a model raises is on the span."""
    pyflare.instrument("pyflame")
    with pytest.raises(ValueError, match="no number"):
        inference.InferenceEngine(Model()).infer(None)
    assert (recorded.one().status_code, recorded.one().inference_type) == (ERROR, "inference")


def test_call(recorded):
    """A function that compiles is a span that says so, with what its result says."""

    class CodeGenResult:
        success = True
        num_pes = 16

    @trace_cerebras_call
    def compile_model(model):
        return CodeGenResult()

    compile_model(Model())
    span = recorded.one()
    assert (span.name.rpartition(".")[2], span.inference_type) == ("compile_model", "compilation")
    assert (span.attributes["pyflare.pyflame.success"], span.attributes["pyflare.pyflame.num_pes"]) == (True, 16)


def test_profile(recorded):
    """The operations of a profile are spans at the times they ran, below one for the whole with its memory."""
    profile = profiler.Profiler()
    with profile.profile(), profile.record_operation("matmul", size=3):
        pass
    sync_metrics(profile)
    operation, whole = recorded.ended()
    assert (operation.name, whole.name, operation.parent_span_id) == ("matmul", "pyflame profile", whole.span_id)
    event = profile.results.events[0]
    assert operation.duration_ns == pytest.approx(event.duration_us * 1000, abs=2000)
    assert operation.attributes["pyflare.pyflame.size"] == 3
    assert "pyflare.pyflame.memory.peak_rss_mb" in whole.attributes


def test_stats(recorded, faults):
    """An engine's counters are attributes; what is no source is said to be none."""
    engine = inference.InferenceEngine(Model())
    engine.infer(1.0)
    sync_metrics(engine)
    assert recorded.one().attributes["pyflare.pyflame.total_inferences"] == 1
    sync_metrics("nothing")
    assert faults.pop("bring over PyFlame's metrics: TypeError") == 1
