"""A field of some traces, as what the tests take: words, of which a trace may have several, or one number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pyflare.store.language.nodes import Name, shown_name

Positions = npt.NDArray[np.int64]
_DIGITS: Final = 3


class Unit(Enum):
    """What a number counts, and how a filter and people write it."""

    NONE = None
    DURATION = "ms"
    MONEY = "usd"
    TIME = "time"

    def shown(self, number: float) -> float:
        """A stored number as people read it: milliseconds, US dollars, seconds since 1970."""
        if self is Unit.TIME:
            return number / 1e9
        return number / 1e6 if self in (Unit.DURATION, Unit.MONEY) else number

    def rounded(self, number: float) -> float:
        """A number that can be written shortly."""
        if self is Unit.TIME:
            return round(number / 1e9) * 1e9
        if number == 0 or not math.isfinite(number):
            return number
        return round(number, _DIGITS - 1 - math.floor(math.log10(abs(number))))

    def written(self, number: float) -> str:
        """A stored number as a filter has it."""
        match self:
            case Unit.DURATION:
                return _duration(number)
            case Unit.MONEY:
                return f"${number / 1e6:.9f}".rstrip("0").rstrip(".")
            case Unit.TIME:
                return str(np.datetime64(round(number / 1e9), "s")) + "Z"
            case _:
                return f"{number:.12g}"


def _duration(nanoseconds: float) -> str:
    for scale, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "us")):
        if abs(nanoseconds) >= scale:
            return f"{nanoseconds / scale:.12g}{unit}"
    return f"{nanoseconds:.12g}ns"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words that traces have: row by row a trace and its word, the same pair any number of times."""

    name: Name
    traces: Positions
    """Positions of traces."""
    codes: Positions
    """Positions in `words`."""
    words: list[str]
    pieces: bool = False
    """Whether a trace may have several by its nature, even where none has."""

    @property
    def label(self) -> str:
        """The field's name."""
        return shown_name(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """A number for each trace; nan where it has none."""

    name: Name
    numbers: npt.NDArray[np.float64]
    unit: Unit = Unit.NONE
    texts: Words | None = None
    """The same as words, for where there are few different ones."""

    @property
    def label(self) -> str:
        """The field's name."""
        return shown_name(self.name)


Field = Words | Numbers


def words_of(name: Name, traces: Positions, column: pa.ChunkedArray | pa.Array, *, pieces: bool = False) -> Words:
    """The field of a column of texts, or of lists of texts; nulls are left out."""
    values = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_list(values.type):
        traces = traces[pc.list_parent_indices(values).to_numpy()]
        values = pc.list_flatten(values)
    is_there = pc.is_valid(values)
    encoded = values.filter(is_there).dictionary_encode()
    return Words(
        name=name,
        traces=traces[is_there.to_numpy(zero_copy_only=False)],
        codes=encoded.indices.to_numpy().astype(np.int64),
        words=encoded.dictionary.to_pylist(),
        pieces=pieces,
    )
