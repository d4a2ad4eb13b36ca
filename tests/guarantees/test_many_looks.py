"""Columns together, detectors, and monitors that look a thousand times keep their promise where nothing has changed."""

from __future__ import annotations

from typing import Final

import numpy as np
import pytest

from pyflare.analytics.drift.column import Categories, Column, Numbers
from pyflare.analytics.drift.columns import compare_columns
from pyflare.analytics.drift.feature import FeatureDriftDetector
from pyflare.analytics.drift.registered import DETECTORS
from pyflare.analytics.stats.multiplicity import Correction
from pyflare.analytics.stats.normal import normal_tail
from pyflare.analytics.stats.sequential import alpha_of_look, alpha_spent
from tests.analytics.drift.samples import NOW, sample
from tests.guarantees.drift_worlds import LEVEL, NUMBERS, band, shares

LOOKS: Final = 1000


def _columns(rng: np.random.Generator, size: int) -> dict[str, Column]:
    """Columns of every kind that hang together, some values missing."""
    found: dict[str, Column] = {}
    common = rng.standard_normal(size)
    for name, draw in NUMBERS.items():
        values = draw(rng, size)
        values[rng.random(size) < 0.1] = np.nan
        found[name] = Numbers(values=values)
    for weight in (0.5, 0.9):
        values = weight * common + rng.standard_normal(size)
        found[f"correlated, {weight}"] = Numbers(values=values)
    for levels in (2, 6, 40):
        codes = rng.choice(levels, size, p=shares(levels, even=False)).astype(np.int32)
        codes[rng.random(size) < 0.05] = -1
        found[f"{levels} levels"] = Categories(codes=codes, levels=tuple(str(at) for at in range(levels)))
    return found


def _alarms(repeats: int, *, correction: Correction, sizes: tuple[int, int]) -> int:
    """How often any column is significant, however small the difference."""
    rng = np.random.default_rng(2)
    return sum(
        compare_columns(
            _columns(rng, sizes[0]), _columns(rng, sizes[1]), alpha=LEVEL, threshold=0.0, correction=correction
        )[0].status
        == "drifted"
        for _ in range(repeats)
    )


def test_columns_together() -> None:
    """Thirteen columns of every kind, with missing values, raise any false alarm in at most 5 % of the looks."""
    assert _alarms(40, correction="benjamini-hochberg", sizes=(500, 500)) <= band(40)[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("correction", "sizes"), [("benjamini-hochberg", (3000, 500)), ("holm", (500, 3000))], ids=["longer", "shorter"]
)
def test_columns_together_of_unequal_sizes(correction: Correction, sizes: tuple[int, int]) -> None:
    """So do they where one sample is much longer, whichever the correction."""
    assert _alarms(60, correction=correction, sizes=sizes) <= band(60)[1]


@pytest.mark.parametrize("n_looks", [None, LOOKS])
@pytest.mark.parametrize("shared", [0.0, 0.5, 0.99])
def test_a_thousand_looks_at_one_reference(n_looks: int | None, shared: float) -> None:
    """Of 4,000 monitors that look 1,000 times at a share of common noise, at most 5 % ever raise a false alarm."""
    rng, monitors = np.random.default_rng(3), 4000
    levels = np.array([alpha_of_look(look, alpha=LEVEL, n_looks=n_looks) for look in range(1, LOOKS + 1)])
    limits = np.array([_quantile(level) for level in levels])
    reference = rng.standard_normal((monitors, 1))
    ever = np.zeros(monitors, dtype=bool)
    for start in range(0, LOOKS, 100):
        own = rng.standard_normal((monitors, 100))
        z = np.sqrt(shared) * reference + np.sqrt(1 - shared) * own
        ever |= (np.abs(z) > limits[start : start + 100]).any(axis=1)
    assert ever.sum() <= band(monitors)[1]
    if shared == 0.0:
        assert ever.sum() >= band(monitors, alpha_spent(LOOKS, alpha=LEVEL, n_looks=n_looks))[0]


def _quantile(level: float) -> float:
    """The z that a normal variable exceeds in magnitude with probability `level`, by bisection of our own tail."""
    low, high = 0.0, 40.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if 2 * normal_tail(middle) > level else (low, middle)
    return high


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_detector_that_looks_a_thousand_times() -> None:
    """Of four detectors that each look 1,000 times at windows that overlap, at most one raises a false alarm."""
    rng, alarmed = np.random.default_rng(4), 0
    for _ in range(4):
        detector = FeatureDriftDetector(threshold=0.0)
        detector.set_reference(_window(rng.standard_normal(500), rng.choice(5, 500)))
        stream, codes = rng.standard_normal(100 + 10 * LOOKS), rng.choice(5, 100 + 10 * LOOKS)
        alarmed += any(
            detector.compute(
                _window(stream[10 * look : 10 * look + 100], codes[10 * look : 10 * look + 100]),
                now=NOW,
                alpha=alpha_of_look(look + 1, alpha=LEVEL),
            ).is_drifted
            for look in range(LOOKS)
        )
    assert alarmed <= band(4)[1]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", DETECTORS.names())
def test_every_detector(name: str) -> None:
    """Each registered detector, whatever the size of a difference, raises a false alarm in at most 5 % of the looks."""
    rng, repeats = np.random.default_rng(6), 40
    found = 0
    for _ in range(repeats):
        detector = DETECTORS.get(name)(threshold=0.0)
        detector.set_reference(sample(rng, 400, missing=0.1))
        found += detector.compute(sample(rng, 250, missing=0.1), now=NOW).is_drifted
    assert found <= band(repeats)[1]


def _window(values: np.ndarray, codes: np.ndarray) -> dict[str, Column]:
    return {
        "latency": Numbers(values=values),
        "tool": Categories(codes=codes.astype(np.int32), levels=("a", "b", "c", "d", "e")),
    }
