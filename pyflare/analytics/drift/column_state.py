"""Columns as part of a detector's state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy.typing as npt

from pyflare.analytics.drift.column import Categories, Column, Numbers, Vectors
from pyflare.analytics.drift.detector import Sample
from pyflare.errors import DataError

_Array = npt.NDArray[Any]


def sample_values(sample: Sample) -> list[dict[str, Any]]:
    """What columns are, in order, without what they hold."""
    return [
        {
            "name": name,
            "kind": type(column).__name__,
            "levels": [str(level) for level in column.levels] if isinstance(column, Categories) else [],
            "known": list(column.known) if isinstance(column, Categories) and column.known is not None else None,
        }
        for name, column in sample.items()
    ]


def sample_arrays(sample: Sample) -> dict[str, _Array]:
    """What columns hold, by position."""
    arrays: dict[str, _Array] = {}
    for position, column in enumerate(sample.values()):
        arrays[f"{position}"] = column.codes if isinstance(column, Categories) else column.values
        if column.weights is not None:
            arrays[f"{position}.weights"] = column.weights
    return arrays


def sample_of(values: object, arrays: Mapping[str, _Array]) -> dict[str, Column]:
    """Columns from what `sample_values` and `sample_arrays` gave. Raises DataError where they do not fit."""
    if not isinstance(values, list):
        raise DataError("the reference of a detector cannot be read: it has no list of columns.")
    try:
        return {
            str(column["name"]): _column(column, arrays[str(position)], arrays.get(f"{position}.weights"))
            for position, column in enumerate(values)
        }
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"the reference of a detector cannot be read: {error}") from error


def _column(column: Mapping[str, Any], array: _Array, weights: _Array | None) -> Column:
    kind = column["kind"]
    if kind == "Categories":
        levels = tuple(str(level) for level in column["levels"])
        known = None if column.get("known") is None else tuple(str(level) for level in column["known"])
        return Categories(codes=array, levels=levels, weights=weights, known=known)
    if kind == "Numbers":
        return Numbers(values=array, weights=weights)
    if kind == "Vectors":
        return Vectors(values=array, weights=weights)
    raise DataError(f"{column['name']!r} is a column of an unknown kind, {kind!r}.")
