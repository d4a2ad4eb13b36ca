"""scikit-learn's own estimators."""

import json
import pickle
import threading

import pytest

sklearn = pytest.importorskip("sklearn")

import numpy as np  # noqa: E402
from sklearn.base import BaseEstimator, ClassifierMixin, clone  # noqa: E402
from sklearn.cluster import KMeans  # noqa: E402
from sklearn.ensemble import RandomForestClassifier, VotingClassifier  # noqa: E402
from sklearn.feature_extraction.text import CountVectorizer  # noqa: E402
from sklearn.linear_model import LinearRegression, LogisticRegression  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from sklearn.svm import SVC  # noqa: E402

import pyflare  # noqa: E402
from pyflare.integrations.estimators import last_predictions, name_model  # noqa: E402

X = np.array([[0.0, 1.0], [1.0, 0.0], [0.2, 0.9], [0.9, 0.1], [0.1, 1.1], [1.1, 0.2]])
Y = np.array(["no", "yes", "no", "yes", "no", "yes"])
ERROR = 2


@pytest.fixture(autouse=True)
def _instrumented():
    pyflare.instrument("sklearn")


@pytest.fixture
def model():
    """Fitted before anything is recorded."""
    return LogisticRegression().fit(X, Y)


def features(row):
    return row["features"]


def test_predict(model, recorded):
    """A call is a span, and each row a record that belongs to it."""
    assert list(model.predict(X[:2])) == ["no", "yes"]
    span = recorded.one()
    assert (span.name, span.inference_type) == ("predict LogisticRegression", "classification")
    assert (span.attributes["pyflare.rows"], span.attributes["pyflare.columns"]) == (2, 2)
    assert span.attributes["pyflare.model.library"] == "sklearn"
    rows = recorded.rows("predictions")
    assert [json.loads(row["prediction"]) for row in rows] == ["no", "yes"]
    assert [features(row) for row in rows] == [{"f0": 0.0, "f1": 1.0}, {"f0": 1.0, "f1": 0.0}]
    assert {row["span_id"] for row in rows} == {span.span_id.hex()}
    assert {row["inference_type"] for row in rows} == {"classification"}


def test_predict_proba(model, recorded):
    """Of probabilities the record is the class that has the most, and how much."""
    shares = model.predict_proba(X[:1])
    (row,) = recorded.rows("predictions")
    assert (json.loads(row["prediction"]), row["prediction_score"]) == ("no", pytest.approx(shares.max()))


def test_regression(recorded):
    """Of a regression the record is the number."""
    model = LinearRegression().fit(X, X[:, 0])
    model.predict(X[1:2])
    (row,) = recorded.rows("predictions")
    assert (row["inference_type"], row["prediction_value"]) == ("regression", pytest.approx(1.0))


def test_names_of_features(recorded):
    """A data frame's columns are the names; the model keeps them for arrays."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=["amount", "age"])
    model = LogisticRegression().fit(frame, Y)
    model.predict(frame.iloc[3:4])
    (row,) = recorded.rows("predictions")
    assert features(row) == {"amount": 0.9, "age": 0.1}


@pytest.mark.parametrize("jobs", [None, 2])
def test_an_ensemble_is_one_record(recorded, jobs):
    """The parts of an ensemble are no calls of their own, in whichever thread they run."""
    forest = RandomForestClassifier(n_estimators=8, n_jobs=jobs, random_state=0)
    voting = VotingClassifier([("a", forest), ("b", make_pipeline(StandardScaler(), LogisticRegression()))])
    voting.fit(X, Y)
    voting.predict(X[:1])
    assert [span.name for span in recorded.ended()] == ["fit VotingClassifier", "predict VotingClassifier"]
    forest.fit(X, Y).predict_proba(X[:1])
    assert len(recorded.rows("predictions")) == 2
    assert [span.name for span in recorded.ended()][2:] == [
        "fit RandomForestClassifier",
        "predict_proba RandomForestClassifier",
    ]


def test_a_search_is_one_span(recorded):
    """A grid search is one training, and predicts as the best of its models."""
    search = GridSearchCV(make_pipeline(StandardScaler(), SVC()), {"svc__C": [1, 2]}, cv=2).fit(X, Y)
    search.predict(X[:1])
    assert [span.name for span in recorded.ended()] == ["fit GridSearchCV", "predict SVC"]
    assert len(recorded.rows("predictions")) == 1


def test_cross_validation_is_no_prediction(recorded):
    """What scikit-learn tries while it validates is no record."""
    cross_val_score(LogisticRegression(), X, Y, cv=2)
    assert recorded.rows("predictions") == []


def test_what_a_model_cannot_do(recorded):
    """A method that is there only under a condition still is so."""
    assert not hasattr(make_pipeline(StandardScaler()).fit(X), "predict")
    assert hasattr(make_pipeline(LogisticRegression()), "predict_proba")
    with pytest.raises(AttributeError):
        GridSearchCV(SVC(), {"C": [1]}).predict_log_proba  # noqa: B018


def test_training(recorded):
    """Training is a span with the model's parameters."""
    LogisticRegression(C=0.5).fit(X, Y)
    span = recorded.one("fit LogisticRegression")
    assert (span.inference_type, json.loads(span.input)["C"]) == ("training", 0.5)
    assert span.attributes["pyflare.rows"] == 6


def test_evaluation(model, recorded):
    """A score is a span and no prediction."""
    model.score(X, Y)
    span = recorded.one()
    assert (span.name, span.inference_type, span.attributes["pyflare.score"]) == (
        "score LogisticRegression",
        "evaluation",
        1.0,
    )
    assert recorded.rows("predictions") == []


def test_sample(model, begin):
    """Of many rows a sample is recorded, which says its share; the program gets all of them."""
    recorded = begin(prediction_rows=10)
    assert len(model.predict(np.tile(X, (100, 1)))) == 600
    rows = recorded.rows("predictions")
    assert len(rows) == 10
    assert {row["attributes"]["pyflare.sample_rate"] for row in rows} == {10 / 600}
    positions = [position for position, _ in last_predictions()]
    assert positions == sorted(set(positions))
    assert recorded.one().attributes["pyflare.predictions.recorded"] == 10


def test_no_records(model, begin):
    """With 0 rows there are spans alone."""
    recorded = begin(prediction_rows=0)
    model.predict(X)
    assert (len(recorded.ended()), recorded.rows("predictions")) == (1, [])


def test_labels(model, recorded):
    """The ids of what was just recorded are there for the labels to come."""
    model.predict(X[:2])
    for row, identity in last_predictions():
        pyflare.log_label(identity, Y[row])
    predicted, labelled = recorded.rows("predictions"), recorded.rows("labels")
    assert [row["prediction_id"] for row in predicted] == [row["prediction_id"] for row in labelled]


def test_name(model, recorded):
    """A model goes by the name it was given, also after it was saved and loaded; a clone does not."""
    name_model(model, "fraud", version="3")
    pickle.loads(pickle.dumps(model)).predict(X[:1])
    (row,) = recorded.rows("predictions")
    assert (row["model_id"], row["model_version"], recorded.one().name) == ("fraud", "3", "predict fraud")
    assert clone(model).fit(X, Y).predict(X[:1])[0] == "no"
    assert recorded.rows("predictions")[1]["model_id"] == "LogisticRegression"


def test_text(recorded):
    """A text is a feature by the name of text."""
    model = make_pipeline(CountVectorizer(), LogisticRegression()).fit(["bad news", "good news"], [0, 1])
    model.predict(["good"])
    assert features(recorded.rows("predictions")[0]) == {"text": "good"}


def test_sparse(recorded):
    """Of a wide sparse row the features that are not 0 are kept."""
    sparse = pytest.importorskip("scipy.sparse")
    wide = sparse.csr_matrix(([1.0, 2.0], ([0, 1], [7, 4000])), shape=(2, 5000))
    LinearRegression().fit(wide, [0, 1]).predict(wide)
    assert [features(row) for row in recorded.rows("predictions")] == [{"f7": 1.0}, {"f4000": 2.0}]


def test_clusters(recorded):
    """A cluster is a prediction too."""
    KMeans(2, n_init=1, random_state=0).fit(X).predict(X[:1])
    assert recorded.rows("predictions")[0]["inference_type"] == "clustering"


def test_error(model, recorded):
    """What the model raises is on the span and reaches the caller."""
    with pytest.raises(ValueError, match="features"):
        model.predict([[1.0]])
    assert (recorded.one().status_code, recorded.one().fields["error_type"]) == (ERROR, "ValueError")


def test_own_estimator(recorded):
    """A class that the program defines later is traced as those of the library."""

    class Constant(ClassifierMixin, BaseEstimator):
        def fit(self, X, y):
            self.classes_ = np.unique(y)
            return self

        def predict(self, X):
            return np.full(len(X), self.classes_[0])

    Constant().fit(X, Y).predict(X[:1])
    assert [span.name for span in recorded.ended()] == ["fit Constant", "predict Constant"]


def test_others_that_inherit(recorded):
    """A class that only shares a base with an estimator is none."""

    class Board:
        def score(self):
            return 3

    class Player(Board, BaseEstimator):
        """An estimator that keeps the score."""

    assert (Board().score(), recorded.ended()) == (3, [])
    assert (Player().score(), len(recorded.ended())) == (3, 1)


def test_series(recorded):
    """A column whose rows have names of their own is read by position."""
    pandas = pytest.importorskip("pandas")
    model = make_pipeline(CountVectorizer(), LogisticRegression()).fit(["bad news", "good news"], [0, 1])
    model.predict(pandas.Series(["good", "bad"], index=["b", "a"]))
    assert [features(row) for row in recorded.rows("predictions")] == [{"text": "good"}, {"text": "bad"}]


def test_metrics_only(model, begin):
    """Without content there are neither features nor predictions."""
    recorded = begin(content="metrics-only")
    model.predict(X[:1])
    assert {"features", "prediction"}.isdisjoint(recorded.rows("predictions")[0])


def test_a_fault(model, recorded, monkeypatch, faults):
    """What PyFlare does wrong does not reach the program."""

    def fail(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("pyflare.integrations.estimators.call.record", fail)
    assert list(model.predict(X[:1])) == ["no"]
    assert faults.pop("record predictions: ZeroDivisionError") == 1
    assert recorded.one().status_code != ERROR


def test_threads(model, recorded):
    """Calls in threads of the program are calls of their own."""
    with pyflare.span("outer"):
        threads = [threading.Thread(target=pyflare.propagate(model.predict), args=(X[:1],)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(recorded.ended("predict LogisticRegression")) == len(recorded.rows("predictions")) == 4


def test_uninstrument(recorded):
    """Everything is put back, and classes that come later stay as they are."""
    from sklearn.linear_model._base import LinearClassifierMixin

    pyflare.uninstrument("sklearn")
    assert not hasattr(LinearClassifierMixin.predict, "__wrapped__")
    assert "__init_subclass__" not in vars(BaseEstimator)
    LogisticRegression().fit(X, Y).predict(X[:1])
    assert recorded.ended() == []
