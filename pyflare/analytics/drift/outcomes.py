"""Predictions beside the truth: which rows have both, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.drift.column import Categories, Column, Numbers
from pyflare.analytics.stats.numeric.bins import labels_of
from pyflare.errors import DataError

_RESIDUAL_BINS: Final = 4
"""Residuals are levels by quarters of the reference's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What came of the rows whose label is known."""

    rows: npt.NDArray[np.bool_]
    """Shape `(n,)`. Whether a row has a prediction and a label."""
    errors: npt.NDArray[np.float64]
    """Shape `(n_labelled,)`. Classes: 1 where the prediction is wrong, else 0; numbers: how far it is off."""
    truth: Column
    """Of length `n_labelled`. Classes: the labels; numbers: label less prediction."""
    is_class: bool

    @property
    def size(self) -> int:
        """Rows whose label is known."""
        return int(self.errors.size)


def outcomes_of(prediction: Column, label: Column) -> Outcomes:
    """Hold predictions against labels.

    Raises:
        DataError: They are not both categories or both numbers, or are weighted.
    """
    if prediction.weights is not None or label.weights is not None:
        raise DataError("expected predictions and labels without weights.")
    if isinstance(prediction, Categories) and isinstance(label, Categories):
        return _of_classes(prediction, label)
    if isinstance(prediction, Numbers) and isinstance(label, Numbers):
        return _of_numbers(prediction, label)
    kinds = f"{type(prediction).__name__} and {type(label).__name__}"
    raise DataError(f"expected prediction and label to be both categories or both numbers, got {kinds}.")


def _of_classes(prediction: Categories, label: Categories) -> Outcomes:
    rows = (prediction.codes >= 0) & (label.codes >= 0)
    positions = {level: position for position, level in enumerate(label.levels)}
    # What the label never is cannot be right.
    as_label = np.array([positions.get(level, -2) for level in prediction.levels], dtype=np.int32)
    predicted, true = prediction.codes[rows], label.codes[rows]
    errors = (as_label[predicted] != true).astype(np.float64) if predicted.size else np.empty(0)
    return Outcomes(rows=rows, errors=errors, truth=Categories(codes=true, levels=label.levels), is_class=True)


def _of_numbers(prediction: Numbers, label: Numbers) -> Outcomes:
    rows = np.isfinite(prediction.values) & np.isfinite(label.values)
    residuals = label.values[rows] - prediction.values[rows]
    return Outcomes(rows=rows, errors=np.abs(residuals), truth=Numbers(values=residuals), is_class=False)


def taken(column: Column, rows: npt.NDArray[np.bool_]) -> Column:
    """Some rows of a column."""
    if isinstance(column, Categories):
        return Categories(codes=column.codes[rows], levels=column.levels)
    if isinstance(column, Numbers):
        return Numbers(values=column.values[rows])
    raise DataError("expected a column of numbers or categories, got vectors.")


def as_levels(reference: Column, current: Column, *, bins: int = _RESIDUAL_BINS) -> tuple[Categories, Categories]:
    """Two columns as codes into one list of levels: numbers by quantiles of the reference, missing ones by themselves."""
    if isinstance(reference, Numbers) and isinstance(current, Numbers):
        present = np.sort(reference.values[~np.isnan(reference.values)])
        edges = np.unique(present[np.arange(1, bins) * present.size // bins] if present.size else present)
        levels = (*labels_of(edges), "missing")
        return _binned(reference, edges, levels), _binned(current, edges, levels)
    assert isinstance(reference, Categories)
    assert isinstance(current, Categories)
    levels = (*dict.fromkeys([*reference.levels, *current.levels]), "missing")
    return _relevelled(reference, levels), _relevelled(current, levels)


def _binned(column: Numbers, edges: npt.NDArray[np.float64], levels: tuple[str, ...]) -> Categories:
    codes = np.searchsorted(edges, column.values, "right").astype(np.int32)
    codes[np.isnan(column.values)] = len(levels) - 1
    return Categories(codes=codes, levels=levels)


def _relevelled(column: Categories, levels: tuple[str, ...]) -> Categories:
    positions = {level: position for position, level in enumerate(levels)}
    # One more at the end, where the code of a missing value, -1, points to.
    mapping = np.array([*(positions[level] for level in column.levels), len(levels) - 1], dtype=np.int32)
    return Categories(codes=mapping[column.codes], levels=levels)
