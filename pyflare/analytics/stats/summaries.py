"""Summaries that add up: of windows into a day, of machines into a fleet, of a reference that need not be kept raw."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.arrays import numbers_of
from pyflare.errors import DataError, MissingExtraError

SKETCH_SIZE: Final = 1_024
"""Of the quantile sketch: its ranks are off by at most 0.3 % of the rows, in 99 of 100 cases; about 30 kB."""
_LARGEST: Final = 1e150

_Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSummary:
    """Numbers as count, mean, spread, range and quantiles: a few kilobytes for any number of rows.

    Quantiles are those of a KLL sketch (Karnin, Lang and Liberty, FOCS 2016), which chooses at random what it keeps:
    two summaries of the same numbers agree within `rank_error`, not to the last digit. All else is exact.

    Examples:
        >>> a, b = NumberSummary.of(np.arange(0.0, 500)), NumberSummary.of(np.arange(500.0, 1000))
        >>> whole = a.merge(b)
        >>> whole.size, whole.mean, whole.most, round(whole.variance, 1)
        (1000, 499.5, 999.0, 83416.7)
    """

    size: int
    """Finite numbers."""
    missing: int
    """NaN."""
    infinite: tuple[int, int]
    """Of minus and plus infinity."""
    mean: float
    """Of the finite numbers, as are all below; NaN where there are none."""
    squares: float
    """The sum of squared distances from the mean."""
    least: float
    most: float
    sketch: Any = field(repr=False, compare=False)
    """A `kll_doubles_sketch` of Apache DataSketches, infinities included."""

    @classmethod
    def of(cls, values: npt.ArrayLike) -> Self:
        """Summarise numbers, NaN for missing.

        Raises:
            DataError: They are not a list of numbers, or a finite one is beyond 1e150, where squares are no numbers.
            MissingExtraError: The extra `drift` is not installed.
        """
        numbers = numbers_of(values)
        if numbers.ndim != 1:
            raise DataError(f"expected a list of numbers, got an array of {numbers.ndim} dimensions.")
        finite = numbers[np.isfinite(numbers)]
        if (largest := float(np.abs(finite).max(initial=0.0))) > _LARGEST:
            raise DataError(f"expected numbers up to {_LARGEST:g}, whose squares can be added up, got {largest:g}.")
        present = numbers[~np.isnan(numbers)]
        sketch = _datasketches().kll_doubles_sketch(SKETCH_SIZE)
        sketch.update(present)
        mean = float(finite.mean()) if finite.size else math.nan
        return cls(
            size=finite.size,
            missing=numbers.size - present.size,
            infinite=(int((present == -np.inf).sum()), int((present == np.inf).sum())),
            mean=mean,
            squares=float(((finite - mean) ** 2).sum()),
            least=float(finite.min()) if finite.size else math.nan,
            most=float(finite.max()) if finite.size else math.nan,
            sketch=sketch,
        )

    def merge(self, other: Self) -> Self:
        """The summary of both together (Chan, Golub and LeVeque 1979 for the spread). Neither is changed."""
        mean, squares = self._moments_with(other)
        sketch = _datasketches().kll_doubles_sketch(SKETCH_SIZE)
        sketch.merge(self.sketch)
        sketch.merge(other.sketch)
        return type(self)(
            size=self.size + other.size,
            missing=self.missing + other.missing,
            infinite=(self.infinite[0] + other.infinite[0], self.infinite[1] + other.infinite[1]),
            mean=mean,
            squares=squares,
            least=float(np.fmin(self.least, other.least)),
            most=float(np.fmax(self.most, other.most)),
            sketch=sketch,
        )

    def _moments_with(self, other: Self) -> tuple[float, float]:
        if not self.size or not other.size:
            filled = self if self.size else other
            return filled.mean, filled.squares
        total, apart = self.size + other.size, other.mean - self.mean
        mean = self.mean + apart * other.size / total
        return mean, self.squares + other.squares + apart**2 * self.size * other.size / total

    @property
    def n_values(self) -> int:
        """Numbers that are there, infinite ones too."""
        return self.size + sum(self.infinite)

    @property
    def variance(self) -> float:
        """Of the sample, with `size - 1`; NaN for fewer than two numbers."""
        return self.squares / (self.size - 1) if self.size > 1 else math.nan

    @property
    def rank_error(self) -> float:
        """By how much the share below a value may be off, in 99 of 100 cases; 0 while every number is kept."""
        return float(self.sketch.normalized_rank_error(False)) if self.sketch.is_estimation_mode() else 0.0

    def up_to(self, edges: _Array) -> _Array:
        """The share of the numbers that are at most as large as each edge. Ascending edges, each once; their shape."""
        if not self.n_values:
            return np.full(edges.shape, math.nan)
        return np.asarray(self.sketch.get_cdf(edges, True), dtype=np.float64)[:-1]

    def quantiles(self, shares: _Array) -> _Array:
        """Values that these shares of the numbers do not exceed. Shape of `shares`; NaN where there are no numbers."""
        if not self.n_values:
            return np.full(shares.shape, math.nan)
        return np.asarray(self.sketch.get_quantiles(shares, True), dtype=np.float64)

    def to_plain(self) -> dict[str, Any]:
        """Plain values, for a detector's state or any other file."""
        return {
            "size": self.size,
            "missing": self.missing,
            "infinite": list(self.infinite),
            "moments": [self.mean, self.squares, self.least, self.most],
            "sketch": self.sketch.serialize(),
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """What `to_plain` gave. Raises DataError where it is something else."""
        kind = _datasketches().kll_doubles_sketch
        try:
            mean, squares, least, most = (float(value) for value in plain["moments"])
            below, above = (int(count) for count in plain["infinite"])
            return cls(
                size=int(plain["size"]),
                missing=int(plain["missing"]),
                infinite=(below, above),
                mean=mean,
                squares=squares,
                least=least,
                most=most,
                sketch=kind.deserialize(bytes(plain["sketch"])),
            )
        except (KeyError, TypeError, ValueError, RuntimeError, IndexError) as error:
            raise DataError(f"a summary of numbers cannot be read: {error!r}.") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class CategorySummary:
    """Categories as how often each level occurs. Exact.

    Examples:
        >>> CategorySummary.of(["a", "b", None]).merge(CategorySummary.of(["b"]))
        CategorySummary(counts={'a': 1, 'b': 2}, missing=1)
    """

    counts: Mapping[str, int]
    """By level."""
    missing: int

    @classmethod
    def of(cls, values: Iterable[str | None]) -> Self:
        """Summarise plain values, None for missing."""
        counts = Counter(values)
        levels = sorted(level for level in counts if level is not None)
        return cls(counts={level: counts[level] for level in levels}, missing=counts[None])

    def merge(self, other: Self) -> Self:
        """The summary of both together."""
        counts = Counter(self.counts)
        counts.update(other.counts)
        return type(self)(counts=dict(sorted(counts.items())), missing=self.missing + other.missing)


def _datasketches() -> Any:
    try:
        import datasketches
    except ImportError as error:
        raise MissingExtraError("A summary of numbers", "drift") from error
    return datasketches
