"""Where an effect is heading."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyflare.analytics.drift.trend import trend_of

_EFFECTS = st.lists(st.floats(0, 1), max_size=20)


@pytest.mark.parametrize(
    ("effects", "trend"),
    [
        ([], "stable"),
        ([0.0, 0.1, 0.2], "stable"),
        ([0.0, 0.1, 0.2, 0.3], "increasing"),
        ([0.3, 0.2, 0.1, 0.0], "decreasing"),
        ([0.3, math.nan, 0.2, 0.1, 0.0], "decreasing"),
        ([0.010, 0.011, 0.012, 0.013, 0.014], "stable"),
        ([0.1, 0.3, 0.1, 0.3, 0.1, 0.3], "stable"),
        ([0.2] * 10, "stable"),
    ],
)
def test_known(effects: list[float], trend: str) -> None:
    """A clear direction is seen; too few looks, a change too small to care about, or to and fro are none."""
    assert trend_of(effects, threshold=0.1) == trend


@given(_EFFECTS)
def test_backwards_is_the_opposite(effects: list[float]) -> None:
    """What grows shrinks when it is read backwards."""
    opposite = {"increasing": "decreasing", "decreasing": "increasing", "stable": "stable"}
    assert trend_of(effects[::-1], threshold=0.1) == opposite[trend_of(effects, threshold=0.1)]


def test_no_trend_is_seldom_seen() -> None:
    """In looks without a direction one is seen in at most one of twenty."""
    random = np.random.default_rng(0)
    trends = [trend_of(random.normal(0, 1, 10).tolist(), threshold=1e-9) for _ in range(1000)]
    assert sum(trend != "stable" for trend in trends) <= 70
