"""Rows of any library as features by name, and answers of any shape as predictions."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyflare.integrations.estimators.results import labels, probabilities
from pyflare.integrations.estimators.rows import count_columns, count_rows, take_rows

NAMED = {"amount": 1.5, "age": 3.0}


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (pd.DataFrame([{"amount": 9.0, "age": 9.0}, NAMED], index=["b", "a"]), None),
        (pl.DataFrame([{"amount": 9.0, "age": 9.0}, NAMED]), None),
        (np.array([[9.0, 9.0], [1.5, 3.0]]), ["amount", "age"]),
        ([[9.0, 9.0], [1.5, 3.0]], ["amount", "age"]),
        ([{"amount": 9.0, "age": 9.0}, NAMED], None),
    ],
    ids=["pandas", "polars", "numpy", "lists", "mappings"],
)
def test_rows_by_name(data, names):
    """Whatever holds the rows, the second is what it is, by name."""
    assert take_rows(data, [1], names, most=10) == [NAMED]
    assert count_rows(data) == 2


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (np.array([[1, 2, 3]]), {"f0": 1, "f1": 2}),
        (np.zeros((1, 4, 4)), None),
        (["a text"], {"text": "a text"}),
        ([7.0], {"f0": 7.0}),
        (pd.DataFrame([[1, 2, 3]], columns=[5, 6, 7]), {"5": 1, "6": 2}),
    ],
    ids=["wide", "image", "text", "number", "columns by number"],
)
def test_rows_without_names(data, expected):
    """Without names features are numbered; at most as many are kept as asked for; an image has none."""
    assert take_rows(data, [0], None, most=2) == [expected]


def test_counts():
    """What does not say how many rows it has has no number of them."""
    assert (count_rows("a-file.csv"), count_rows(iter([])), count_rows(np.array(1))) == (None, None, None)
    assert (count_columns(np.zeros((2, 3))), count_columns([[1]])) == (3, None)


def test_probabilities():
    """The class with the most, by its name where the model has classes; of one number per row, that number."""
    shares = np.array([[0.2, 0.8], [0.7, 0.3]])
    said = probabilities(shares, [0, 1], np.array(["no", "yes"]))
    assert (said.predictions, said.scores) == (["yes", "no"], [0.8, 0.7])
    said = probabilities(np.array([0.25]), [0], None)
    assert (said.predictions, said.scores) == ([0.25], [0.25])


def test_several_outputs():
    """Of several answers per row, all are the prediction; nothing is made up as a score."""
    said = probabilities([np.array([[0.5, 0.5]]), np.array([[0.1, 0.9]])], [0], None)
    assert (said.predictions, said.scores) == ([[[0.5, 0.5], [0.1, 0.9]]], [None])
    assert labels(np.array([[1.0, 2.0]]), [0]).predictions == [[1.0, 2.0]]


@given(st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3), min_size=1, max_size=20))
def test_the_score_is_the_largest(rows):
    """No other class of the row has more than the one that is recorded."""
    said = probabilities(np.array(rows), range(len(rows)), None)
    for row, prediction, score in zip(rows, said.predictions, said.scores, strict=True):
        assert score == max(row) == row[prediction]
