"""Columns as drift sees them: numbers, categories or vectors, each with what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pyflare.errors import DataError

MISSING_CODE = -1
"""The code of a missing category."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """A column of numbers."""

    values: npt.NDArray[np.float64]
    """Shape `(n,)`. NaN is missing; infinities are values."""
    weights: npt.NDArray[np.float64] | None = None
    """Shape `(n,)`, finite and not negative; None where each observation counts once."""

    def __len__(self) -> int:
        return int(self.values.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Categories:
    """A column of categories: codes into a list of levels."""

    codes: npt.NDArray[np.int32]
    """Shape `(n,)`. Positions in `levels`; -1 is missing."""
    levels: tuple[str, ...]
    """The names of the levels, each once. Reference and current may have different lists."""
    weights: npt.NDArray[np.float64] | None = None
    known: tuple[str, ...] | None = None
    """Of a reference: all levels that there may be, as of an enumeration. One current value of another level is an
    alarm then, however rare. None where there may be others, of which a sample merely shows some."""

    def __len__(self) -> int:
        return int(self.codes.size)

    @classmethod
    def of(cls, values: Sequence[str | None], *, known: Sequence[str] | None = None) -> Categories:
        """Categories of plain Python values, None for missing; `known` where all levels are."""
        levels = tuple(sorted({value for value in values if value is not None}))
        positions = {level: position for position, level in enumerate(levels)}
        codes = np.fromiter(
            (MISSING_CODE if value is None else positions[value] for value in values), np.int32, len(values)
        )
        return cls(codes=codes, levels=levels, known=None if known is None else tuple(known))


@dataclass(frozen=True, slots=True, kw_only=True)
class Vectors:
    """A column of embeddings."""

    values: npt.NDArray[np.float32]
    """Shape `(n, n_dimensions)`. A row with a NaN is missing."""
    weights: npt.NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        if self.values.ndim != 2:
            raise DataError(f"expected vectors of shape (n, n_dimensions), got {self.values.ndim} dimensions.")

    def __len__(self) -> int:
        return int(self.values.shape[0])


Column = Numbers | Categories | Vectors
"""Any column."""
