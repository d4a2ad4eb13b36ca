"""The values of a field that show how two groups differ, each with the filter that finds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.store.language import clause_of
from pyflare.store.language.nodes import Name
from pyflare.workspace.contrast.fields import Numbers, Positions

SHOWN: Final = 10
"""Values of a field that are shown, those that differ most."""
_RANGES: Final = 8

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueShare:
    """How many of each group have one value, or a number in one range."""

    value: str | None
    """None for those without any."""
    filter: str
    """Finds these, in the filter language."""
    counts: tuple[int, int]
    shares: tuple[float, float]


def value_shares(
    name: Name, words: Sequence[str | None], counts: npt.NDArray[np.int64], sizes: tuple[int, int]
) -> tuple[ValueShare, ...]:
    """The values that differ most, and those that most have where nothing differs."""
    shares = counts / np.array(sizes)[:, None]
    order = np.lexsort((-shares.sum(axis=0), -np.abs(shares[0] - shares[1])))[:SHOWN]
    return tuple(
        ValueShare(
            value=words[at],
            filter=clause_of(name.field, words[at], key=name.key),
            counts=(int(counts[0, at]), int(counts[1, at])),
            shares=(float(shares[0, at]), float(shares[1, at])),
        )
        for at in map(int, order)
    )


def range_shares(field: Numbers, is_a: Mask) -> tuple[ValueShare, ...]:
    """About equally many of all numbers in each range, in order; at the end those that have none."""
    is_there = np.isfinite(field.numbers)
    numbers = field.numbers[is_there]
    quantiles = np.quantile(numbers, np.linspace(0, 1, _RANGES + 1)[1:-1])
    edges = np.unique([field.unit.rounded(float(edge)) for edge in quantiles])
    edges = edges[(edges > numbers.min()) & (edges <= numbers.max())]
    codes: Positions = np.full(field.numbers.size, edges.size + 1)
    codes[is_there] = np.searchsorted(edges, numbers, side="right")
    counts = np.array([np.bincount(codes[group], minlength=edges.size + 2) for group in (is_a, ~is_a)])
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    named = [
        *_ranges(field, [float(edge) for edge in edges]),
        (None, clause_of(field.name.field, None, key=field.name.key)),
    ]
    return tuple(
        ValueShare(
            value=value,
            filter=filter,
            counts=(int(counts[0, at]), int(counts[1, at])),
            shares=(float(shares[0, at]), float(shares[1, at])),
        )
        for at, (value, filter) in enumerate(named)
        if counts[:, at].any()
    )


def _ranges(field: Numbers, edges: list[float]) -> list[tuple[str | None, str]]:
    """Each range between edges: how it is called, and the filter that finds it."""
    name, written = field.label, [field.unit.written(edge) for edge in edges]
    if not edges:
        return [("any", f"{name} exists")]
    between = [(f"{low} to {high}", f"{name} >= {low} and {name} < {high}") for low, high in pairwise(written)]
    return [
        (f"below {written[0]}", f"{name} < {written[0]}"),
        *between,
        (f"{written[-1]} or more", f"{name} >= {written[-1]}"),
    ]
