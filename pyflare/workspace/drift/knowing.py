"""Samples of columns whose levels are all known: numbers as categories, and a reference that says which there may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pyflare.analytics.drift.column import MISSING_CODE, Categories, Column, Numbers
from pyflare.errors import DataError
from pyflare.workspace.drift.frame import Frame
from pyflare.workspace.drift.known import OF_REFERENCE, KnownLevels


def as_levels(frame: Frame, known: KnownLevels) -> Frame:
    """A sample in which numbers whose values are all known, such as codes of a status, are categories."""
    columns = {name: _categories(name, frame.columns[name]) for name in known if name in frame.columns}
    return replace(frame, columns={**frame.columns, **columns}) if columns else frame


def knowing(reference: Frame, known: KnownLevels) -> Frame:
    """A reference that says which levels there may be."""
    columns = {name: _knowing(column, known[name]) for name, column in reference.columns.items() if name in known}
    return replace(reference, columns={**reference.columns, **columns}) if columns else reference


def _categories(name: str, column: Column) -> Column:
    if isinstance(column, Categories):
        return column
    if not isinstance(column, Numbers):
        raise DataError(f"known_levels: {name} holds vectors, which have no levels.")
    is_missing = np.isnan(column.values)
    values, codes = np.unique(np.where(is_missing, 0.0, column.values), return_inverse=True)
    levels = tuple(f"{value:.0f}" if value == np.rint(value) else repr(float(value)) for value in values)
    return Categories(
        codes=np.where(is_missing, MISSING_CODE, codes).astype(np.int32), levels=levels, weights=column.weights
    )


def _knowing(column: Column, known: Sequence[str]) -> Column:
    if not isinstance(column, Categories) or column.known is not None:
        return column
    if known != OF_REFERENCE:
        return replace(column, known=tuple(known))
    # A reference without values shows no level, and does not say that there may be none.
    return replace(column, known=_seen(column) or None)


def _seen(column: Categories) -> tuple[str, ...]:
    """The levels that a column has."""
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.levels))
    return tuple(level for level, count in zip(column.levels, counts, strict=True) if count)
