"""How the page of drift on real data is made."""

from __future__ import annotations

import numpy as np

from benchmarks.drift_data import PAGE, changed, judge
from benchmarks.drift_data_columns import cases, controls
from benchmarks.drift_data_streams import Found, Series, known_changes
from pyflare.analytics.drift.streaming import Alarm


def alarm(position: int) -> Alarm:
    return Alarm(position=position, began=position, before=0.0, after=1.0)


def test_known_is_what_most_people_mark() -> None:
    """A change counts where three of five mark it within ten values of each other, in the middle of their marks."""
    assert known_changes({"a": [10, 50], "b": [12], "c": [14, 90], "d": [13], "e": []}) == (12,)


def test_each_change_has_the_first_alarm_after_it() -> None:
    """Alarms before a change, and further ones after it, are others; one after the next change is that one's."""
    series = Series(data="", values=np.zeros(100), changes=(20, 60))
    assert Found.of([alarm(10), alarm(25), alarm(30)], series) == Found(delays=(5, None), others=2)
    assert Found.of([alarm(61)], series) == Found(delays=(None, 1), others=0)


def test_parts_of_a_table_share_no_row() -> None:
    """Reference and current rows are different ones, in every draw."""
    for case in (*cases(), *controls()):
        reference, current = case.draw(np.random.default_rng(1))
        assert not set(reference.tolist()) & set(current.tolist()), case.data


def test_a_plain_change_is_found() -> None:
    """Chicks that have grown are found, and their diet, which nobody changed, is not."""
    case = next(case for case in cases() if "Chick" in case.data)
    found = {column.column: column.status for column in judge(case, 0).columns}
    assert found == {"weight": "drifted", "diet": "healthy"}


def test_the_page_has_every_case() -> None:
    """The page that is kept was made from the cases that there are."""
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"| {case.data} | {case.change} |" in page for case in cases())
    assert all(f"| {heading} |" in page for heading in next(changed()))
