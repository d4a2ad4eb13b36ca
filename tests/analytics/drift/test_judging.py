"""From p-values and effects to a status."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from pyflare.analytics.drift.column import Numbers
from pyflare.analytics.drift.columns import compare_columns
from pyflare.analytics.drift.explaining import explain, result_of
from pyflare.analytics.drift.judging import Compared, judge, worst
from pyflare.analytics.drift.result import DriftType
from pyflare.analytics.stats.categorical.two_proportion import two_proportion
from pyflare.analytics.stats.multiplicity import Correction
from pyflare.analytics.stats.result import Effect, TwoSampleResult
from tests.analytics.drift.samples import NOW


def _test(p_value: float, effect: float, high: float | None = None) -> TwoSampleResult:
    return TwoSampleResult(
        method="m",
        statistic=1.0,
        p_value=p_value,
        p_value_kind="exact",
        effect=Effect(name="some_effect", value=effect, low=0.0, high=effect if high is None else high),
        n_reference=100.0,
        n_current=100.0,
    )


def _column(name: str, test: TwoSampleResult | None, missing: TwoSampleResult | None = None) -> Compared:
    return Compared(
        column=name, drift_type=DriftType.FEATURE, test=test, missing=missing, threshold=0.1, reason="too few"
    )


@pytest.mark.parametrize(
    ("p_value", "effect", "high", "status"),
    [
        (1e-9, 0.2, 0.3, "drifted"),
        (1e-9, 0.1, 0.1, "drifted"),
        (1e-9, 0.08, 0.12, "warning"),
        (1e-9, 0.01, 0.02, "healthy"),
        (0.5, 0.2, 0.4, "healthy"),
        (0.5, 0.01, 0.4, "healthy"),
    ],
    ids=["sure and large", "at the threshold", "sure, perhaps large", "sure and small", "large by chance", "neither"],
)
def test_one_column(p_value: float, effect: float, high: float, status: str) -> None:
    """A column has drifted where its difference is both sure and large enough to matter."""
    [found] = judge([_column("x", _test(p_value, effect, high))], alpha=0.05, correction="benjamini-hochberg")
    assert found.status == status
    assert found.p_adjusted == p_value


@pytest.mark.parametrize("correction", ["benjamini-hochberg", "holm"])
def test_large_and_only_the_correction_in_its_way(correction: Correction) -> None:
    """A large effect that would be sure if it were the only column is a warning among many."""
    others = [_column(f"x{number}", _test(0.9, 0.0)) for number in range(19)]
    found = judge([*others, _column("large", _test(0.01, 0.3))], alpha=0.05, correction=correction)
    assert (found[0].column, found[0].status) == ("large", "warning")
    assert found[0].p_adjusted == pytest.approx(0.2)


def test_values_and_missing_ones_share_a_level() -> None:
    """Two parts of a column share its level; each is judged by its own effect."""
    small_but_sure = _test(1e-12, 0.01)
    missing = two_proportion(0, 100, 30, 100)
    [found] = judge([_column("x", small_but_sure, missing)], alpha=0.05, correction="holm")
    assert found.status == "drifted"
    assert found.reason.startswith("share of missing values: 0.3")
    [both] = judge([_column("x", _test(0.03, 0.3), _test(1.0, 0.0))], alpha=0.05, correction="holm")
    assert (both.p_adjusted, both.status) == (0.06, "healthy")


def test_what_cannot_be_tested() -> None:
    """No test, or one that is only a distance, is unknown, with the reason; it costs the others nothing."""
    distance = replace(_test(0.5, 0.9), p_value=math.nan)
    found = judge([_column("none", None), _column("distance", distance)], alpha=0.05, correction="benjamini-hochberg")
    assert {column.status for column in found} == {"unknown"}
    assert found[0].reason == "too few"


def test_the_worst_counts() -> None:
    """Together columns are as bad as the worst; unknown only where nothing is known."""
    assert worst(["healthy", "warning", "unknown"]) == "warning"
    assert worst(["healthy", "unknown"]) == "healthy"
    assert worst(["unknown"]) == worst([]) == "unknown"


def test_what_is_said() -> None:
    """The explanation names the columns that moved, or says that none has, or why nothing is known."""
    tests = {"a": _test(1e-9, 0.5), "b": _test(1e-9, 0.4), "c": _test(1e-9, 0.3), "d": _test(1e-9, 0.2)}
    moved = judge([_column(name, test) for name, test in tests.items()], alpha=0.05, correction="holm")
    said = explain(moved)
    assert said.startswith("4 of 4 columns drifted: a (some effect: 0.5 (0 to 0.5), p = 1e-09); b")
    assert said.endswith("; and 1 more.")
    calm = [*judge([_column("x", _test(0.5, 0.0)), _column("y", None)], alpha=0.05, correction="holm")]
    assert explain(calm) == "None of 1 column moved in a way that matters. 1 column could not be compared."
    assert explain(judge([_column("y", None)], alpha=0.05, correction="holm")) == "Nothing could be compared: too few."
    result = result_of(moved, drift_type=DriftType.FEATURE, threshold=0.1, alpha=0.05, now=NOW)
    assert (result.score, result.feature_scores["b"], result.is_drifted) == (0.5, 0.4, True)


def test_columns_together_keep_their_level() -> None:
    """Eight columns without drift: at any threshold, at most a share of alpha of the looks finds anything sure."""
    rng = np.random.default_rng(1)
    alarms = 0
    for _ in range(40):
        before, now = ({f"x{at}": Numbers(values=rng.normal(size=120)) for at in range(8)} for _ in range(2))
        found = compare_columns(before, now, threshold=0.0)
        alarms += any(column.status == "drifted" for column in found)
    # The binomial 99.5 % limit of 40 at 5 %.
    assert alarms <= 6
