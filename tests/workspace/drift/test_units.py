"""The moment that divides observations into a reference and what is current."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pyflare.workspace.drift.units import PARTS, Units

_TIMES = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20), st.booleans(), st.booleans()), min_size=1)


def units(rows: list[tuple[int, int, bool, bool]], *, needed: int) -> Units:
    first, lasts, *has = (np.array(values) for values in zip(*rows, strict=True))
    return Units(first=first, last=first + lasts, has=(has[0], has[1]), needed=needed)


def values(found: Units, at_ns: int, place: int) -> tuple[int, int]:
    """How many values of a column each side of a moment has."""
    has = found.has[place]
    return int((found.first[has] < at_ns).sum()), int((found.last[has] >= at_ns).sum())


@given(_TIMES, st.integers(1, 4))
def test_both_parts_hold_what_one_column_needs(rows: list[tuple[int, int, bool, bool]], needed: int) -> None:
    """The moment is one at which a column has values enough on both sides; where there is none, no moment is."""
    found = units(rows, needed=needed)
    moments = range(-1, 80)
    possible = [place for place in (0, 1) if any(min(values(found, at, place)) >= needed for at in moments)]
    at_ns = found.divided_at()
    assert (at_ns is None) == (not possible)
    if at_ns is not None:
        assert min(values(found, at_ns, possible[0])) >= needed


@given(_TIMES, st.integers(1, 4))
def test_all_columns_have_a_say_where_they_agree(rows: list[tuple[int, int, bool, bool]], needed: int) -> None:
    """Where one moment suits both columns, the one that is found does."""
    found = units(rows, needed=needed)
    agreed = any(min(*values(found, at, 0), *values(found, at, 1)) >= needed for at in range(-1, 80))
    at_ns = found.divided_at()
    if agreed:
        assert at_ns is not None
        assert min(*values(found, at_ns, 0), *values(found, at_ns, 1)) >= needed


def test_an_eighth_of_the_time_where_it_can_be() -> None:
    """Rows that come evenly are divided by time, to the nanosecond."""
    found = units([(10_000 * place, 0, True, True) for place in range(100)], needed=5)
    at_ns = found.divided_at()
    assert at_ns == found.end_ns - (found.end_ns - found.start_ns) // PARTS
    assert values(found, at_ns, 0) == (87, 13)


def test_an_eighth_of_the_observations_where_time_leaves_too_few() -> None:
    """Where most came at once the newest eighth of them is current, however short it was."""
    rows = [(place, 0, True, True) for place in range(160)] + [(10**9, 0, True, True)]
    found = units(rows, needed=10)
    at_ns = found.divided_at()
    assert at_ns is not None
    assert values(found, at_ns, 0) == (141, 20)


def test_the_newest_of_a_length() -> None:
    """What began before counts from the beginning of the length on; what ended before is left out."""
    found = units([(0, 5, True, True), (0, 4_000, True, True), (4_500, 0, True, False)], needed=1).newest(2_000)
    assert (found.start_ns, found.end_ns, found.most) == (3_000, 5_000, 2)
    assert [int(has.sum()) for has in found.has] == [2, 1]
