"""xgboost's own boosters and estimators."""

import json

import pytest

xgboost = pytest.importorskip("xgboost")

import numpy as np  # noqa: E402

import pyflare  # noqa: E402

X = np.array([[0.0, 1.0], [1.0, 0.0]] * 20)
Y = np.array([0, 1] * 20)
PARAMS = {"objective": "binary:logistic", "max_depth": 2}


@pytest.fixture(autouse=True)
def _instrumented():
    pyflare.instrument("xgboost")


def names(recorded):
    return [span.name for span in recorded.ended()]


def test_booster(recorded):
    """Training is a span; a prediction is a span and a record with named features, and its probability."""
    data = xgboost.DMatrix(X, Y, feature_names=["amount", "age"])
    booster = xgboost.train(PARAMS, data, num_boost_round=3)
    probabilities = booster.predict(xgboost.DMatrix(X[:2], feature_names=["amount", "age"]))
    assert names(recorded) == ["train Booster", "predict Booster"]
    assert json.loads(recorded.ended()[0].input) == PARAMS
    assert recorded.ended()[0].attributes["pyflare.rows"] == 40
    rows = recorded.rows("predictions")
    assert [row["prediction_score"] for row in rows] == pytest.approx(probabilities.tolist())
    assert {row["inference_type"] for row in rows} == {"classification"}
    assert rows[1]["features"]["amount"] == 1.0


def test_inplace(recorded):
    """A prediction on an array is recorded too; one of leaves is none."""
    booster = xgboost.train(PARAMS, xgboost.DMatrix(X, Y), num_boost_round=2)
    booster.inplace_predict(X[:1])
    booster.predict(xgboost.DMatrix(X[:1]), pred_leaf=True)
    assert names(recorded)[1:] == ["inplace_predict Booster", "predict Booster"]
    assert len(recorded.rows("predictions")) == 1


@pytest.mark.parametrize("also", [(), ("sklearn",)])
def test_estimator(recorded, also):
    """An estimator and its booster are one span and one record, also where scikit-learn is instrumented too."""
    pyflare.instrument(*also or ("xgboost",))
    model = xgboost.XGBClassifier(n_estimators=2).fit(X, Y)
    model.predict(X[:1])
    model.predict_proba(X[:1])
    assert names(recorded) == ["fit XGBClassifier", "predict XGBClassifier", "predict_proba XGBClassifier"]
    rows = recorded.rows("predictions")
    assert [(json.loads(row["prediction"]), row["inference_type"]) for row in rows] == [(0, "classification")] * 2
    assert rows[1]["prediction_score"] > 0.5


def test_regressor(recorded):
    """A regression says so."""
    xgboost.XGBRegressor(n_estimators=2).fit(X, X[:, 0]).predict(X[:1])
    assert recorded.rows("predictions")[0]["inference_type"] == "regression"


def test_uninstrument(recorded):
    """Everything is put back."""
    pyflare.uninstrument()
    assert not hasattr(xgboost.Booster.predict, "__wrapped__") or "pyflare" not in str(xgboost.Booster.predict)
    xgboost.XGBClassifier(n_estimators=2).fit(X, Y).predict(X[:1])
    assert recorded.ended() == []
