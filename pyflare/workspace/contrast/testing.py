"""Testing one field: which test, which effect, and the values that show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from pyflare.analytics.contrast import contrast_categories, contrast_numbers, contrast_presence
from pyflare.errors import InsufficientDataError
from pyflare.store.language.nodes import Name, shown_name
from pyflare.workspace.contrast.fields import Field, Numbers, Positions, Words
from pyflare.workspace.contrast.shares import Mask, ValueShare, range_shares, value_shares

FEW: Final = 12
"""Up to so many different numbers are compared as words: codes of a status, retries, temperatures."""
_MANY: Final = 20
_NEAR_UNIQUE: Final = 0.5
"""A field with more than 20 values, and more of them than half as many as there are traces with any, is an id."""

_FLAGS: Final = 1 << 23


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldContrast:
    """One field, and how it differs between the groups."""

    field: str
    type: Literal["category", "number"]
    effect_size: float
    effect_low: float
    effect_high: float
    p_value: float
    values: tuple[ValueShare, ...]
    medians: tuple[float, float] | None = None
    """Of numbers, in the unit."""
    unit: Literal["ms", "usd", "time"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A field that was not compared."""

    field: str
    reason: str


def contrast(field: Field, is_a: Mask) -> FieldContrast | LeftOut:
    """Compare two groups in one field.

    Args:
        field: The field.
        is_a: Shape `(n_traces,)`. Whether each trace is in the first group; the others are in the second.
    """
    try:
        if isinstance(field, Words):
            return _words(field, is_a)
        if field.texts is not None and len(field.texts.words) <= FEW:
            return _words(field.texts, is_a)
        return _numbers(field, is_a)
    except InsufficientDataError as error:
        return LeftOut(field=field.label, reason=str(error))


def _words(field: Words, is_a: Mask) -> FieldContrast | LeftOut:
    if not field.words:
        return LeftOut(field=field.label, reason="no trace has it")
    traces, codes = _distinct(field, is_a.size)
    having = np.flatnonzero(np.bincount(traces, minlength=is_a.size))
    if len(field.words) > max(_MANY, _NEAR_UNIQUE * having.size):
        return LeftOut(field=field.label, reason="nearly every trace has a value of its own")
    counts = np.array([np.bincount(codes[group[traces]], minlength=len(field.words)) for group in (is_a, ~is_a)])
    sizes = int(is_a.sum()), int((~is_a).sum())
    missing = np.array([sizes[0], sizes[1]]) - np.array([is_a[having].sum(), (~is_a)[having].sum()])
    words: list[str | None] = [*field.words]
    if not field.pieces and traces.size == having.size:
        if missing.any():
            counts, words = np.column_stack([counts, missing]), [*words, None]
        if len(words) < 2:
            return LeftOut(field=field.label, reason="all have the same value")
        return _categories(field.name, words, counts, sizes)
    return _presence(field.name, words, counts, sizes)


def _distinct(field: Words, size: int) -> tuple[Positions, Positions]:
    """Each trace with each of its words once."""
    count = len(field.words)
    pairs = field.traces * count + field.codes
    if size * count > _FLAGS:
        pairs = np.unique(pairs)
    else:  # much faster, where memory for it is no matter
        flags = np.zeros(size * count, np.bool_)
        flags[pairs] = True
        pairs = np.flatnonzero(flags)
    return pairs // count, pairs % count


def _categories(
    name: Name, words: Sequence[str | None], counts: npt.NDArray[np.int64], sizes: tuple[int, int]
) -> FieldContrast | LeftOut:
    try:
        found = contrast_categories(counts[0], counts[1])
    except InsufficientDataError:  # small groups: by the exact test, value by value
        return _presence(name, words, counts, sizes)
    return FieldContrast(
        field=shown_name(name),
        type="category",
        effect_size=found.effect_size,
        effect_low=found.effect_low,
        effect_high=found.effect_high,
        p_value=found.p_value,
        values=value_shares(name, words, counts, sizes),
    )


def _presence(
    name: Name, words: Sequence[str | None], counts: npt.NDArray[np.int64], sizes: tuple[int, int]
) -> FieldContrast | LeftOut:
    if np.all((counts.sum(axis=0) == 0) | (counts.sum(axis=0) == sum(sizes))):
        return LeftOut(field=shown_name(name), reason="all have the same value")
    found = contrast_presence(counts[0], counts[1], sizes)
    return FieldContrast(
        field=shown_name(name),
        type="category",
        effect_size=found.effect_size,
        effect_low=found.effect_low,
        effect_high=found.effect_high,
        p_value=found.p_value,
        values=value_shares(name, words, counts, sizes),
    )


def _numbers(field: Numbers, is_a: Mask) -> FieldContrast | LeftOut:
    is_there = np.isfinite(field.numbers)
    a, b = field.numbers[is_there & is_a], field.numbers[is_there & ~is_a]
    found = contrast_numbers(a, b)
    return FieldContrast(
        field=field.label,
        type="number",
        effect_size=found.effect_size,
        effect_low=found.effect_low,
        effect_high=found.effect_high,
        p_value=found.p_value,
        values=range_shares(field, is_a),
        medians=(field.unit.shown(float(np.median(a))), field.unit.shown(float(np.median(b)))),
        unit=field.unit.value,
    )
