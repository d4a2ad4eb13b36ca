"""torch's own modules, watched."""

import json

import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

import pyflare  # noqa: E402
from pyflare.integrations.torch import watch  # noqa: E402

ERROR = 2


@pytest.fixture
def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)).eval()


def test_inference(model, recorded):
    """A call in evaluation mode is a span with the shapes of what came and went; the watch ends with its block."""
    with watch(model, name="net", version="2"), torch.no_grad():
        model(torch.zeros(5, 3))
    model(torch.zeros(5, 3))
    span = recorded.one()
    assert (span.name, span.inference_type, span.fields["model_version"]) == ("forward net", "prediction", "2")
    assert span.attributes["pyflare.torch.inputs"] == ["float32[5, 3]"]
    assert span.attributes["pyflare.torch.outputs"] == ["float32[5, 2]"]
    assert span.attributes["pyflare.torch.device"] == "cpu"


def test_inner_modules(model, recorded):
    """A module inside another is a span where it is watched itself, below the outer one."""
    watch(model, name="outer")
    watch(model[0], name="inner")
    model(torch.zeros(1, 3))
    inner, outer = recorded.ended()
    assert (inner.name, inner.parent_span_id) == ("forward inner", outer.span_id)


def test_classification(model, recorded):
    """Logits become the class with the largest share, and the share."""
    watch(model, name="net", predictions="classification")
    data = torch.tensor([[0.5, 1.0, 2.0], [3.0, 2.0, 1.0]])
    shares = torch.softmax(model(data), -1)
    rows = recorded.rows("predictions")
    assert [json.loads(row["prediction"]) for row in rows] == shares.argmax(-1).tolist()
    assert [row["prediction_score"] for row in rows] == pytest.approx(shares.max(-1).values.tolist())
    assert rows[0]["features"] == {"f0": 0.5, "f1": 1.0, "f2": 2.0}
    assert {row["span_id"] for row in rows} == {recorded.one().span_id.hex()}


def test_regression_of_images(recorded):
    """A number per row is a prediction; what has no features by name has none."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(16, 1)).eval()
    watch(model, predictions="regression")
    out = model(torch.ones(2, 4, 4))
    rows = recorded.rows("predictions")
    assert [row["prediction_value"] for row in rows] == pytest.approx(out.squeeze(-1).tolist())
    assert all("features" not in row for row in rows)


def test_embeddings(model, begin):
    """Rows that come out are kept as vectors, at most as many as records."""
    recorded = begin(prediction_rows=2)
    watch(model, name="net", embeddings=True)
    model(torch.ones(3, 3))
    rows = recorded.rows("embeddings")
    assert [(row["model_id"], len(row["vector"])) for row in rows] == [("net", 2)] * 2


def test_training_steps(model, recorded):
    """From the first call to the end of the optimizer's step is one span; evaluation in between is its own."""
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    watch(model, name="net", optimizer=optimizer)
    for _ in range(2):
        for part in (torch.zeros(2, 3), torch.ones(2, 3)):
            model(part).sum().backward()
        optimizer.step()
    model.eval()
    model(torch.zeros(1, 3))
    steps = recorded.ended("train step net")
    assert [span.attributes["pyflare.step"] for span in steps] == [0, 1]
    assert steps[0].inference_type == "training"
    assert steps[0].attributes["pyflare.torch.calls"] == 2
    times = [steps[0].attributes[f"pyflare.torch.{part}_ms"] for part in ("forward", "backward", "update")]
    assert min(times) > 0
    assert sum(times) <= steps[0].duration_ns / 1e6
    assert len(recorded.ended("forward net")) == 1


def test_each_how_manyth_step(model, recorded):
    """Of many steps some are traced."""
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    watch(model, optimizer=optimizer, every=3)
    for _ in range(7):
        model(torch.ones(1, 3)).sum().backward()
        optimizer.step()
    assert [span.attributes["pyflare.step"] for span in recorded.ended()] == [0, 3, 6]


def test_error(model, recorded):
    """What the module raises is on the span and reaches the caller."""
    watch(model, name="net")
    with pytest.raises(RuntimeError, match="shapes"):
        model(torch.zeros(1, 7))
    assert (recorded.one().status_code, recorded.one().fields["error_type"]) == (ERROR, "RuntimeError")


def test_before_init(model):
    """Before `init` a watched module works as if it were not."""
    watch(model, predictions="classification", embeddings=True)
    assert model(torch.zeros(1, 3)).shape == (1, 2)


def test_a_fault(model, recorded, monkeypatch, faults):
    """What PyFlare does wrong does not reach the program."""

    def fail(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("pyflare.integrations.torch._shapes", fail)
    watch(model)
    assert model(torch.zeros(1, 3)).shape == (1, 2)
    assert faults.pop("trace a module: ZeroDivisionError") == 1


def test_arguments(model):
    """A step that is never reached is an error."""
    with pytest.raises(ValueError, match="1 or more; got 0"):
        watch(model, every=0)


def test_inside_a_trace(model, recorded):
    """A call hangs below the span around it, which is current again afterwards."""
    watch(model)
    with pyflare.span("outer") as outer:
        model(torch.zeros(1, 3))
        assert pyflare.current_span() is outer
    assert recorded.ended()[0].parent_span_id == outer.raw_span_id
