"""What the libraries are asked to find: a reference and a current sample, without drift and with a planted one.

NumPy alone, since every library's environment draws the same data from the same seeds.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

Kind = Literal["numbers", "categories", "vectors"]
Array = npt.NDArray[Any]
Draw = Callable[[np.random.Generator, int], Array]

DIMENSIONS: Final = 128
TOPICS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """How things usually are, and how much of it is seen."""

    name: str
    kind: Kind
    draw: Draw
    n_reference: int
    n_current: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A kind of drift, and how much of it."""

    name: str
    world: World
    moved: Draw


def usual(world: World, repeats: int) -> Iterator[tuple[Array, Array]]:
    """Pairs of samples without drift, the same wherever they are drawn."""
    for repeat in range(repeats):
        rng = np.random.default_rng([1, _seed(world.name), repeat])
        yield world.draw(rng, world.n_reference), world.draw(rng, world.n_current)


def moved(scenario: Scenario, repeats: int) -> Iterator[tuple[Array, Array]]:
    """Pairs of a reference and a current sample that has moved, the same wherever they are drawn."""
    world = scenario.world
    for repeat in range(repeats):
        rng = np.random.default_rng([2, _seed(scenario.name), repeat])
        yield world.draw(rng, world.n_reference), scenario.moved(rng, world.n_current)


def _seed(name: str) -> int:
    return zlib.crc32(name.encode())


def _normal(rng: np.random.Generator, n: int) -> Array:
    return rng.standard_normal(n)


def _sign(rng: np.random.Generator) -> float:
    """Up or down, as likely: who looks does not know which."""
    return float(rng.choice((-1.0, 1.0)))


def _mean(shift: float) -> Draw:
    return lambda rng, n: _sign(rng) * shift + rng.standard_normal(n)


def _scale(factor: float) -> Draw:
    return lambda rng, n: factor * rng.standard_normal(n)


def _heavy(rng: np.random.Generator, n: int) -> Array:
    """Student's t with three degrees of freedom, of variance 1."""
    return rng.standard_t(3, n) / np.sqrt(3.0)


def _outliers(rng: np.random.Generator, n: int) -> Array:
    """One in a hundred five times as far out."""
    return rng.standard_normal(n) * np.where(rng.random(n) < 0.01, 5.0, 1.0)


def _two_humps(rng: np.random.Generator, n: int) -> Array:
    """Mean 0 and variance 1, as the normal has."""
    apart = 0.75
    return np.where(rng.random(n) < 0.5, apart, -apart) + np.sqrt(1 - apart**2) * rng.standard_normal(n)


def _latency(scale: float, zeros: float = 0.0) -> Draw:
    def draw(rng: np.random.Generator, n: int) -> Array:
        values = scale ** _sign(rng) * rng.lognormal(0.0, 1.0, n)
        return np.where(rng.random(n) < zeros, 0.0, values)

    return draw


def _counts(mean: float) -> Draw:
    return lambda rng, n: rng.poisson(3.0 * (mean / 3.0) ** _sign(rng), n).astype(np.float64)


def _zipf(levels: int) -> Array:
    shares = 1 / np.arange(1, levels + 1)
    return shares / shares.sum()


def _levels(shares: Array) -> Draw:
    return lambda rng, n: rng.choice(shares.size, n, p=shares)


def _and_rare(shares: Array) -> Array:
    """Five more levels that are seldom, as errors are: one in a thousand each."""
    return np.append(shares * 0.995, np.full(5, 0.001))


def _with_new(shares: Array, share: float) -> Draw:
    return _levels(np.append(shares * (1 - share), share))


def _with_more(shares: Array, level: int, factor: float) -> Draw:
    moved = shares.copy()
    moved[level] *= factor
    return _levels(moved / moved.sum())


def _tilted(shares: Array, by: float) -> Draw:
    """Every level a little more or a little less common than it was."""
    signs = np.where(np.arange(shares.size) % 2, 1 + by, 1 - by)
    return _levels(shares * signs / (shares * signs).sum())


def _topics() -> tuple[Array, Array]:
    """Where topics lie, the last one new, and how far texts of one topic lie apart in each direction."""
    rng = np.random.default_rng(6)
    centres = rng.standard_normal((TOPICS + 1, DIMENSIONS)) / np.sqrt(DIMENSIONS)
    spread = 1.5 / np.sqrt(np.arange(1, DIMENSIONS + 1))
    return centres, spread * np.sqrt(1.0 / (spread**2).sum())


_CENTRES, _SPREAD = _topics()


def _texts(new: float) -> Draw:
    def draw(rng: np.random.Generator, n: int) -> Array:
        topics = np.where(rng.random(n) < new, TOPICS, rng.integers(0, TOPICS, n))
        vectors = _CENTRES[topics] + _SPREAD * rng.standard_normal((n, DIMENSIONS))
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)

    return draw


def _world(name: str, kind: Kind, draw: Draw, n: int, n_reference: int | None = None) -> World:
    n_reference = n_reference or n
    return World(name=f"{name}, {n_reference}, {n}", kind=kind, draw=draw, n_reference=n_reference, n_current=n)


def _normals(n: int, n_reference: int | None = None) -> World:
    return _world("normal", "numbers", _normal, n, n_reference)


_LATENCIES: Final = _world("latency", "numbers", _latency(1.0), 1000)
_COUNTS: Final = _world("counts", "numbers", _counts(3.0), 1000)
_TWO: Final = np.array([0.5, 0.5])
_TEXTS: Final = _world("texts", "vectors", _texts(0.0), 1000)


def _zipfian(levels: int, n: int = 1000) -> World:
    return _world(f"{levels} levels", "categories", _levels(_zipf(levels)), n)


_SOME_RARE: Final = _world("10 levels and 5 rare", "categories", _levels(_and_rare(_zipf(10))), 1000)


def _scenarios() -> Iterator[Scenario]:
    def scenario(name: str, world: World, moved: Draw) -> Scenario:
        return Scenario(name=name, world=world, moved=moved)

    yield scenario("mean ± 0.05 sd", _normals(5000), _mean(0.05))
    yield scenario("mean ± 0.1 sd", _normals(1000), _mean(0.1))
    yield scenario("mean ± 0.2 sd", _normals(500), _mean(0.2))
    yield scenario("mean ± 0.5 sd", _normals(60), _mean(0.5))
    yield scenario("mean ± 0.1 sd, long reference", _normals(1000, 10_000), _mean(0.1))
    yield scenario("latency × or ÷ 1.1", _LATENCIES, _latency(1.1))
    yield scenario("counts, mean 3 to 3.15 or 2.86", _COUNTS, _counts(3.15))
    yield scenario("sd × 1.1", _normals(1000), _scale(1.1))
    yield scenario("sd × 0.9", _normals(1000), _scale(0.9))
    yield scenario("tails: t with 3 degrees", _normals(1000), _heavy)
    yield scenario("tails: 1 % five times as far", _normals(1000), _outliers)
    yield scenario("two humps, same mean and sd", _normals(1000), _two_humps)
    yield scenario("2 % have become 0", _LATENCIES, _latency(1.0, zeros=0.02))
    yield scenario("new level of 0.5 %, 10 levels", _zipfian(10), _with_new(_zipf(10), 0.005))
    yield scenario("new level of 0.5 %, 10 levels and 5 rare", _SOME_RARE, _with_new(_and_rare(_zipf(10)), 0.005))
    yield scenario("new level of 1 %, 50 levels", _zipfian(50), _with_new(_zipf(50), 0.01))
    yield scenario("1 level of 50 doubles", _zipfian(50), _with_more(_zipf(50), 9, 2.0))
    yield scenario("2 levels, 50 % to 45 %", _world("2 levels", "categories", _levels(_TWO), 1000), _tilted(_TWO, 0.1))
    yield scenario("20 levels, each ± 15 %", _zipfian(20), _tilted(_zipf(20), 0.15))
    yield scenario("200 levels, each ± 25 %", _zipfian(200, 2000), _tilted(_zipf(200), 0.25))
    yield scenario("new topic of 1 %", _TEXTS, _texts(0.01))
    yield scenario("new topic of 3 %", _TEXTS, _texts(0.03))
    yield scenario("new topic of 5 %", _TEXTS, _texts(0.05))


SCENARIOS: Final = tuple(_scenarios())
"""Every kind of drift of the table, at a size where a good test finds it in a part of the samples."""
