"""PyFlame's trainer, engine, client and profiler: its parts that are pure Python.

The framework is in no registry: its own run here where it has been installed from its source, and
what it is documented to be runs everywhere.
"""

import json
import sys
from importlib import import_module

import pytest

import pyflare
from pyflare.integrations.pyflame import instrument_trainer, sync_metrics, trace_cerebras_call
from tests.integrations import pyflame_documented as documented

ERROR = 2


@pytest.fixture(params=["installed", "documented"], autouse=True)
def _framework(request, monkeypatch):
    """PyFlame itself, and what it says of itself."""
    for name in ("callback", "hooks"):  # ours, made from its classes
        monkeypatch.delitem(sys.modules, f"pyflare.integrations.pyflame.{name}", raising=False)
    if request.param == "installed":
        pytest.importorskip("pyflame.training.trainer", reason="PyFlame is not installed: it is in no registry")
        return
    for name, held in documented.MODULES.items():
        monkeypatch.setitem(sys.modules, name, documented.module(name, **held))


@pytest.fixture
def training():
    return import_module("pyflame.training.trainer")


@pytest.fixture
def inference():
    return import_module("pyflame.serving.inference")


@pytest.fixture
def profiler():
    return import_module("pyflame.tools.profiler")


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
def trainer(training, tmp_path):
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


def test_instrument(trainer, inference, recorded):
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


def test_client(recorded):
    """What is asked of a model server is a span; a batch is one, and what its parts ask belongs to it."""
    pyflare.instrument("pyflame")
    client = import_module("pyflame.serving.client").ModelClient
    asked = client.predict.__wrapped__
    assert asked is not client.predict
    if client is documented.ModelClient:  # the real one needs a server
        assert client().batch_predict([[[1.0]], [[2.0]]]) == [[[2.0]], [[4.0]]]
        assert client().predict([[3.0]]) == [[6.0]]
        assert [(span.name, span.inference_type) for span in recorded.ended()] == [
            ("batch_predict", "inference"),
            ("predict", "inference"),
        ]
    pyflare.uninstrument("pyflame")
    assert client.predict is asked


def test_another_package(recorded, monkeypatch, caplog, faults):
    """A package of that name that is something else is left alone; one warning says so."""
    for name in documented.MODULES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    other = documented.module("pyflame", __version__="1.2", __path__=[])
    monkeypatch.setitem(sys.modules, "pyflame", other)
    assert pyflare.instrument("pyflame") == ("pyflame",)
    (said,) = caplog.records
    assert "does not trace pyflame" in said.getMessage()
    assert faults.pop("instrument pyflame: ModuleNotFoundError") == 1
    assert vars(other)["__version__"] == "1.2"


def test_inference_error(inference, recorded):
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


def test_profile(profiler, recorded):
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


def test_stats(inference, recorded, faults):
    """An engine's counters are attributes; what is no source is said to be none."""
    engine = inference.InferenceEngine(Model())
    engine.infer(1.0)
    sync_metrics(engine)
    assert recorded.one().attributes["pyflare.pyflame.total_inferences"] == 1
    sync_metrics("nothing")
    assert faults.pop("bring over PyFlame's metrics: TypeError") == 1
