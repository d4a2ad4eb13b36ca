"""Worlds in which nothing drifts, and the band in which false alarms have to lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.stats import binom

Array = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Array]
PValue = Callable[[Array, Array], float]

LEVEL: Final = 0.05
NUMBERS: Final[dict[str, Draw]] = {
    "normal": lambda rng, n: rng.standard_normal(n),
    "skewed": lambda rng, n: rng.lognormal(0.0, 1.5, n),
    "no mean": lambda rng, n: rng.standard_cauchy(n),
    "whole numbers": lambda rng, n: rng.poisson(4.0, n).astype(np.float64),
    "mostly zero": lambda rng, n: np.where(rng.random(n) < 0.9, 0.0, rng.lognormal(0.0, 1.0, n)),
    "two values": lambda rng, n: (rng.random(n) < 0.3).astype(np.float64),
    "a few outliers": lambda rng, n: rng.standard_normal(n) * np.where(rng.random(n) < 0.005, 6.0, 1.0),
    "infinities": lambda rng, n: np.where(rng.random(n) < 0.05, np.inf, rng.standard_normal(n)),
}
"""Numbers as they come: smooth, skewed, without moments, tied, with outliers, and with values that are none."""
CONTINUOUS: Final = ("normal", "skewed", "no mean", "a few outliers")
LEVELS: Final = (2, 3, 5, 20, 50, 200)


def shares(levels: int, *, even: bool) -> Array:
    """How common each level is: all alike, or few common and many rare ones (Zipf)."""
    weights = np.ones(levels) if even else 1 / np.arange(1.0, levels + 1)
    return weights / weights.sum()


def p_values(test: PValue, draw: Draw, sizes: tuple[int, int], *, repeats: int, seed: int = 1) -> Array:
    """What a test says of pairs of samples of one distribution."""
    rng = np.random.default_rng(seed)
    pairs = ((draw(rng, sizes[0]), draw(rng, sizes[1])) for _ in range(repeats))
    return np.array([test(reference, current) for reference, current in pairs])


def counts(levels: Array, sizes: tuple[int, int], *, repeats: int, seed: int = 1) -> Iterator[tuple[Array, Array]]:
    """How often each level comes in pairs of samples of one distribution."""
    rng = np.random.default_rng(seed)
    for _ in range(repeats):
        reference, current = (rng.multinomial(size, levels).astype(np.float64) for size in sizes)
        yield reference, current


def band(repeats: int, level: float = LEVEL) -> tuple[int, int]:
    """How many false alarms of so many looks there may be: 99 % of samples of that rate lie within."""
    return int(binom.ppf(0.005, repeats, level)), int(binom.ppf(0.995, repeats, level))


def alarms(p_values: Array, level: float = LEVEL) -> int:
    """How many would be false alarms."""
    return int((p_values <= level).sum())
