"""Categories whose levels are all known: one value of another is an alarm."""

from __future__ import annotations

import pytest

from pyflare.analytics.drift.column import Categories
from pyflare.analytics.drift.columns import compare_columns
from pyflare.analytics.drift.feature import FeatureDriftDetector
from pyflare.analytics.drift.registered import load_detector
from pyflare.analytics.drift.report import DriftReport
from pyflare.analytics.drift.result import ColumnDrift
from tests.analytics.drift.samples import NOW

USUAL = ["a"] * 600 + ["b"] * 400


def _found(reference: list[str], current: list[str], known: tuple[str, ...] | None) -> ColumnDrift:
    [found] = compare_columns({"x": Categories.of(reference, known=known)}, {"x": Categories.of(current)})
    return found


def test_one_value_of_another_level_is_an_alarm() -> None:
    """However small its share is; where levels need not all be known, one row among a thousand may be chance."""
    current = ["c", *USUAL[1:]]
    closed = _found(USUAL, current, ("a", "b"))
    assert (closed.status, closed.p_adjusted) == ("drifted", 0.0)
    assert closed.reason == "1 of 1,000 values of levels that are not known: c"
    assert closed.deciding is closed.new_levels
    assert _found(USUAL, current, None).status == "healthy"


def test_a_level_that_may_be_is_none_however_rare() -> None:
    """What is listed may come for the first time; what is not listed may not, even if the reference has it."""
    assert _found(USUAL, ["c", *USUAL[1:]], ("a", "b", "c")).status == "healthy"
    assert _found(USUAL, USUAL, ("a", "b")).status == "healthy"
    found = _found(USUAL, USUAL, ("a",))
    assert found.status == "drifted"
    assert found.reason == "400 of 1,000 values of levels that are not known: b"


def test_few_values_suffice() -> None:
    """A column that has too few values for any test is still an alarm where one may not be, and unknown otherwise."""
    assert _found(["a"] * 3, ["a", "c"], ("a",)).status == "drifted"
    assert _found(["a"] * 3, ["a", "a"], ("a",)).status == "unknown"
    assert _found(["a"] * 3, [], ("a",)).status == "unknown"


def test_what_moved_far_comes_first() -> None:
    """Where the known levels have moved as well, that decides, and new ones are named after it."""
    found = _found(USUAL, ["a"] * 200 + ["b"] * 795 + [*"cdefg"], ("a", "b"))
    assert found.deciding is found.test
    assert found.reason.startswith("total variation: 0.39")
    assert found.reason.endswith("; 5 of 1,000 values of levels that are not known: c, d, e and 2 more")


def test_other_columns_keep_their_rate() -> None:
    """A certain alarm in one column is one discovery to the others, and no reason to alarm."""
    reference = {"x": Categories.of(USUAL, known=("a", "b")), "y": Categories.of(USUAL)}
    current = {"x": Categories.of(["c", *USUAL[1:]]), "y": Categories.of(USUAL)}
    found = {column.column: column.status for column in compare_columns(reference, current)}
    assert found == {"x": "drifted", "y": "healthy"}


def test_a_detector_remembers_which_levels_there_may_be() -> None:
    """Saved and loaded, it gives the same alarm; a reference that did not say still does not."""
    for known, status in ((("a", "b"), "drifted"), (None, "healthy")):
        detector = FeatureDriftDetector()
        detector.set_reference({"x": Categories.of(USUAL, known=known)})
        found = load_detector(detector.to_bytes()).compute({"x": Categories.of(["c", *USUAL[1:]])}, now=NOW)
        assert found.status == status


def test_a_report_names_them() -> None:
    """The page and the table for the terminal say how many values are of which level."""
    detector = FeatureDriftDetector()
    detector.set_reference({"x": Categories.of(USUAL, known=("a", "b"))})
    report = DriftReport(result=detector.compute({"x": Categories.of(["<c>", *USUAL[1:]])}, now=NOW))
    assert "1 of 1,000 values of levels that are not known: &lt;c&gt;" in report.to_html()
    assert report.result.explanation.endswith("1 of 1,000 values of levels that are not known: <c>).")


@pytest.mark.parametrize("known", [[], ["a"]])
def test_levels_are_texts_each_once(known: list[str]) -> None:
    """They are kept in the order in which they are given, also where there are none."""
    assert Categories.of(["a"], known=known).known == tuple(known)
