"""Which rows are in the levels and bins that a difference is made of, and which traces they belong to."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.drift.column import MISSING_CODE, Categories, Column, Numbers, Vectors
from pyflare.analytics.drift.result import ColumnDrift
from pyflare.analytics.stats.result import Contribution
from pyflare.workspace.drift.frame import Frame

Mask = npt.NDArray[np.bool_]
SAMPLES: Final = 5
"""Traces that are named behind a column."""


def missing_share(column: Column) -> float:
    """The share of rows without a value, 0 to 1; NaN of none."""
    if not len(column):
        return math.nan
    return float(np.mean(is_missing(column)))


def is_missing(column: Column) -> Mask:
    """Which rows have no value."""
    if isinstance(column, Categories):
        return np.asarray(column.codes == MISSING_CODE)
    if isinstance(column, Numbers):
        return np.isnan(column.values)
    return np.asarray(np.isnan(column.values).any(axis=1))


def rows_in(column: Column, part: Contribution) -> Mask:
    """Which rows are in a level or a bin that adds to a difference; none of what is neither."""
    if isinstance(column, Categories) and part.label in column.levels:
        return np.asarray(column.codes == column.levels.index(part.label))
    if isinstance(column, Numbers) and not (math.isnan(part.low) and math.isnan(part.high)):
        low = -math.inf if math.isnan(part.low) else part.low
        high = math.inf if math.isnan(part.high) else part.high
        is_below = column.values <= high if math.isinf(high) else column.values < high
        return np.asarray((column.values >= low) & is_below)
    return np.zeros(len(column), np.bool_)


def traces_behind(drift: ColumnDrift, reference: Frame, current: Frame) -> tuple[str, ...]:
    """Ids of traces in what has grown most, spread over the time of the sample."""
    division = divided(drift, reference.columns[drift.column], current.columns[drift.column])
    return spread(current, np.flatnonzero(_moved(division)), limit=SAMPLES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """A column of both samples in levels or bins, or embeddings in clusters, and how far each has moved."""

    drift: ColumnDrift
    """With what contributes to its difference."""
    reference: Column
    current: Column


def divided(drift: ColumnDrift, reference: Column, current: Column) -> Division:
    """Divide a column so that rows can be found; embeddings into clusters of both samples together."""
    if not isinstance(reference, Vectors) or not isinstance(current, Vectors) or drift.test is None:
        return Division(drift=drift, reference=reference, current=current)
    from pyflare.analytics.drift.clusters import cluster_vectors

    found = cluster_vectors(reference, current)
    return Division(
        drift=replace(drift, test=replace(drift.test, contributions=found.test.contributions)),
        reference=Categories(codes=found.reference.astype(np.int32), levels=found.names),
        current=Categories(codes=found.current.astype(np.int32), levels=found.names),
    )


def spread(frame: Frame, rows: npt.NDArray[np.intp], *, limit: int) -> tuple[str, ...]:
    """The ids of traces of some rows, evenly over all of them; none where they are not known."""
    if frame.trace_ids is None or not rows.size:
        return ()
    chosen = rows[np.linspace(0, rows.size - 1, min(limit, rows.size)).astype(int)]
    return tuple(dict.fromkeys(str(each) for each in frame.trace_ids.take(chosen).to_pylist() if each is not None))


def _moved(division: Division) -> Mask:
    """The current rows that are in what has grown most."""
    drift, column = division.drift, division.current
    if drift.deciding is not None and drift.deciding is drift.missing:
        return is_missing(column)
    if drift.deciding is not None and drift.deciding is drift.new_levels:
        return np.asarray(np.any([rows_in(column, part) for part in drift.deciding.contributions], axis=0))
    for part in drift.test.contributions if drift.test else ():
        if part.current > part.reference and (rows := rows_in(column, part)).any():
            return rows
    return np.zeros(len(column), np.bool_)
