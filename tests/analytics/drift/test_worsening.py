"""Where predictions have become worse."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pyflare.analytics.drift.column import Categories, Column, Numbers
from pyflare.analytics.drift.outcomes import Outcomes, outcomes_of
from pyflare.analytics.drift.worsening import most_uneven, worsening
from tests.guarantees.drift_worlds import band

Draw = dict[str, Column]


def _labelled(rng: np.random.Generator, size: int, wrong: np.ndarray | float) -> Outcomes:
    """Predictions of which some are wrong, each with its chance."""
    said = rng.integers(0, 2, size).astype(np.int32)
    true = np.where(rng.random(size) < wrong, 1 - said, said).astype(np.int32)
    return outcomes_of(Categories(codes=said, levels=("no", "yes")), Categories(codes=true, levels=("no", "yes")))


def _inputs(rng: np.random.Generator, size: int) -> Draw:
    countries = rng.choice(4, size, p=[0.4, 0.3, 0.2, 0.1]).astype(np.int32)
    return {
        "country": Categories(codes=countries, levels=("DE", "NL", "FR", "IT")),
        "age": Numbers(values=rng.normal(40, 10, size)),
        "tier": Categories(codes=rng.integers(0, 2, size).astype(np.int32), levels=("a", "b")),
    }


def test_worked_by_hand() -> None:
    """Twenty rows in two halves, of which one goes from one wrong in ten to six: it carries all of the change."""
    halves = Categories(codes=np.repeat([0, 1], 10).astype(np.int32), levels=("left", "right"))
    before, now = np.zeros(20), np.zeros(20)
    before[[0, 10]] = 1
    now[[0, *range(10, 16)]] = 1
    everything = np.ones(20, np.bool_)
    outcomes = [
        Outcomes(rows=everything, errors=errors, truth=Numbers(values=errors), is_class=True)
        for errors in (before, now)
    ]
    found = worsening("half", halves, halves, *outcomes)
    assert found.levels == ("left", "right", "missing")
    assert found.change.by_value.tolist() == pytest.approx([0, 0.25, 0])
    assert found.change.by_share.tolist() == pytest.approx([0, 0, 0])
    # Squares 0.9 and 0.9, then 0.9 and 2.4; of the row more 0.09, then 0.2275; both over ten squared.
    variances = [(0.9 + 0.09 + 0.9 + 0.2275) / 100, (0.9 + 0.09 + 2.4 + 0.2275) / 100]
    assert found.statistic == pytest.approx(0.5**2 / sum(variances))
    assert found.p_value == pytest.approx(math.erfc(math.sqrt(found.statistic / 2)))


def test_the_input_that_matters() -> None:
    """Of several inputs that one is named in whose part predictions became worse, with the part's share of it."""
    rng = np.random.default_rng(1)
    before, now = _inputs(rng, 2000), _inputs(rng, 2000)
    country = now["country"]
    assert isinstance(country, Categories)
    found = most_uneven(
        {name: (before[name], now[name]) for name in before},
        _labelled(rng, 2000, 0.1),
        _labelled(rng, 2000, np.where(country.codes == 2, 0.5, 0.1)),
    )
    assert found.column == "country"
    assert found.p_value < 1e-6
    assert int(np.argmax(found.change.by_value)) == found.levels.index("FR")


@pytest.mark.parametrize("wrong", [(0.02, 0.02), (0.1, 0.3)], ids=["nothing changed", "alike everywhere"])
def test_parts_that_change_alike(wrong: tuple[float, float]) -> None:
    """Where the error changes alike in all parts, an input is named as uneven in at most 5 % of the samples."""
    rng, repeats = np.random.default_rng(2), 300
    found = 0
    for _ in range(repeats):
        before, now = _inputs(rng, 600), _inputs(rng, 600)
        inputs = {name: (before[name], now[name]) for name in before}
        found += most_uneven(inputs, _labelled(rng, 600, wrong[0]), _labelled(rng, 600, wrong[1])).p_value <= 0.05
    assert found <= band(repeats)[1]


def test_too_few_rows_in_all_parts_but_one() -> None:
    """Then nothing says that parts differ: the p-value is 1."""
    rng = np.random.default_rng(3)
    one = Categories(codes=np.zeros(200, np.int32), levels=("all",))
    found = worsening("one", one, one, _labelled(rng, 200, 0.1), _labelled(rng, 200, 0.9))
    assert (np.isnan(found.statistic), found.p_value) == (True, 1.0)
    assert found.change.carried == 0
