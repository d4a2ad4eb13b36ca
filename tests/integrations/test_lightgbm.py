"""lightgbm's own boosters and estimators."""

import json

import pytest

lightgbm = pytest.importorskip("lightgbm")

import numpy as np  # noqa: E402

import pyflare  # noqa: E402

X = np.array([[0.0, 1.0], [1.0, 0.0]] * 40)
Y = np.array([0, 1] * 40)
PARAMS = {"objective": "binary", "verbosity": -1, "num_threads": 1}


@pytest.fixture(autouse=True)
def _instrumented():
    pyflare.instrument("lightgbm")


def names(recorded):
    return [span.name for span in recorded.ended()]


def test_booster(recorded):
    """Training is a span; a prediction is a span and a record with named features, and its probability."""
    data = lightgbm.Dataset(X, Y, feature_name=["amount", "age"])
    booster = lightgbm.train(PARAMS, data, num_boost_round=3)
    probabilities = booster.predict(X[:2])
    assert names(recorded) == ["train Booster", "predict Booster"]
    assert json.loads(recorded.ended()[0].input) == PARAMS
    assert recorded.ended()[0].attributes["pyflare.rows"] == 80
    rows = recorded.rows("predictions")
    assert [row["prediction_score"] for row in rows] == pytest.approx(probabilities.tolist())
    assert {row["inference_type"] for row in rows} == {"classification"}
    assert rows[1]["features"] == {"amount": 1.0, "age": 0.0}


def test_loaded_booster(recorded):
    """A booster that was saved and loaded again is recorded as before; leaves are no prediction."""
    booster = lightgbm.train(PARAMS, lightgbm.Dataset(X, Y), num_boost_round=3)
    loaded = lightgbm.Booster(model_str=booster.model_to_string())
    loaded.predict(X[:1])
    loaded.predict(X[:1], pred_leaf=True)
    (row,) = recorded.rows("predictions")
    assert row["inference_type"] == "classification"


@pytest.mark.parametrize("also", [(), ("sklearn",)])
def test_estimator(recorded, also):
    """An estimator and its booster are one span and one record, also where scikit-learn is instrumented too."""
    pyflare.instrument(*also or ("lightgbm",))
    model = lightgbm.LGBMClassifier(n_estimators=2, verbosity=-1, n_jobs=1).fit(X, Y)
    model.predict(X[:1])
    model.predict_proba(X[:1])
    assert names(recorded) == ["fit LGBMClassifier", "predict LGBMClassifier", "predict_proba LGBMClassifier"]
    rows = recorded.rows("predictions")
    assert [(json.loads(row["prediction"]), row["inference_type"]) for row in rows] == [(0, "classification")] * 2
    assert rows[1]["prediction_score"] > 0.5


def test_regressor(recorded):
    """A regression says so."""
    lightgbm.LGBMRegressor(n_estimators=2, verbosity=-1, n_jobs=1).fit(X, X[:, 0]).predict(X[:1])
    assert recorded.rows("predictions")[0]["inference_type"] == "regression"


def test_uninstrument(recorded):
    """Everything is put back."""
    pyflare.uninstrument()
    lightgbm.LGBMClassifier(n_estimators=2, verbosity=-1, n_jobs=1).fit(X, Y).predict(X[:1])
    assert recorded.ended() == []
