"""Columns as drift sees them: numbers, categories or vectors, each with what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import ne
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.arrays import numbers_of, short_numbers_of
from pyflare.errors import DataError

MISSING_CODE = -1
"""The code of a missing category."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """A column of numbers. Raises DataError: it is given something else."""

    values: npt.NDArray[np.float64]
    """Shape `(n,)`. NaN is missing, as is what a mask hides; infinities are values."""
    weights: npt.NDArray[np.float64] | None = None
    """Shape `(n,)`, finite and not negative; None where each observation counts once."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", numbers_of(self.values))
        if self.values.ndim != 1:
            raise DataError(f"expected a list of numbers, got an array of {self.values.ndim} dimensions.")

    def __len__(self) -> int:
        return int(self.values.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Categories:
    """A column of categories: codes into a list of levels. Raises DataError: codes are no whole numbers, or no level's."""

    codes: npt.NDArray[np.int32]
    """Shape `(n,)`. Positions in `levels`; -1 is missing."""
    levels: tuple[str, ...]
    """The names of the levels, each once. Reference and current may have different lists."""
    weights: npt.NDArray[np.float64] | None = None
    known: tuple[str, ...] | None = None
    """Of a reference: all levels that there may be, as of an enumeration. One current value of another level is an
    alarm then, however rare. None where there may be others, of which a sample merely shows some."""

    def __post_init__(self) -> None:
        codes: npt.NDArray[np.generic] = np.asarray(self.codes)
        if codes.ndim != 1 or (codes.size and codes.dtype.kind not in "iu"):
            got = f"an array of {codes.dtype} and {codes.ndim} dimensions"
            raise DataError(f"codes: expected a list of whole numbers, got {got}. Categories.of takes values.")
        least, most = (int(codes.min()), int(codes.max())) if codes.size else (MISSING_CODE, MISSING_CODE)
        if least < MISSING_CODE or most >= len(self.levels):
            raise DataError(f"codes: expected -1 to {len(self.levels) - 1}, got {least} to {most}.")
        object.__setattr__(self, "codes", codes.astype(np.int32, copy=False))

    def __len__(self) -> int:
        return int(self.codes.size)

    @classmethod
    def of(cls, values: Iterable[object], *, known: Iterable[object] | None = None) -> Categories:
        """Categories of values, each by its text; None, NaN and the like are missing. `known` where all levels are.

        Examples:
            >>> Categories.of(["de", None, "en", float("nan"), "de"])
            Categories(codes=array([ 0, -1,  1, -1,  0], dtype=int32), levels=('de', 'en'), weights=None, known=None)
        """
        every = list(values)
        names = {value: None if is_missing(value) else str(value) for value in set(every)}
        levels = tuple(sorted({name for name in names.values() if name is not None}))
        positions: dict[str | None, int] = {level: position for position, level in enumerate(levels)}
        codes = {value: positions.get(name, MISSING_CODE) for value, name in names.items()}
        found = np.fromiter((codes[value] for value in every), np.int32, len(every))
        return cls(codes=found, levels=levels, known=None if known is None else tuple(map(str, known)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Vectors:
    """A column of embeddings. Raises DataError: it is given something else."""

    values: npt.NDArray[np.float32]
    """Shape `(n, n_dimensions)`. A row with a NaN is missing."""
    weights: npt.NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", short_numbers_of(self.values))
        if self.values.ndim != 2:
            raise DataError(f"expected vectors of shape (n, n_dimensions), got {self.values.ndim} dimensions.")

    def __len__(self) -> int:
        return int(self.values.shape[0])


Column = Numbers | Categories | Vectors
"""Any column."""
Kind = TypeVar("Kind", Numbers, Vectors)


def is_missing(value: object) -> bool:
    """None, NaN, or what does not even know whether it is itself, as pandas.NA."""
    try:
        return value is None or bool(ne(value, value))
    except TypeError:
        return True


def checked_kind(column: object, kind: type[Kind]) -> Kind:
    """A column, if it is of a kind. Raises DataError: it is of another, or an array without one."""
    if not isinstance(column, kind):
        raise DataError(f"expected {kind.__name__}(values=...), got {type(column).__name__}.")
    return column
