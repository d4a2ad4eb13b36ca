"""Which values of which input carry the change of predictions' errors, and which rows are wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.drift.column import Column, Vectors
from pyflare.analytics.drift.concept import PERFORMANCE, ConceptDriftDetector
from pyflare.analytics.drift.outcomes import Outcomes, outcomes_of
from pyflare.analytics.drift.relation import stratum_of
from pyflare.analytics.drift.result import ColumnDrift
from pyflare.analytics.drift.worsening import Worsening, most_uneven, worsening
from pyflare.errors import InsufficientDataError
from pyflare.workspace.drift.frame import Frame
from pyflare.workspace.drift.members import SAMPLES, spread
from pyflare.workspace.drift.metrics import COLUMN

_LARGE: Final = 0.9
"""Of numbers those predictions count as wrong whose error is above this quantile of the reference's."""
_NAMES: Final = ConceptDriftDetector()

Frames = tuple[Frame, Frame]
BothOutcomes = tuple[Outcomes, Outcomes]


def both_outcomes(frames: Frames) -> BothOutcomes:
    """What came of the predictions of both samples."""
    before, now = (outcomes_of(frame.columns[_NAMES.prediction], frame.columns[_NAMES.label]) for frame in frames)
    return before, now


def blamed_input(column: str, frames: Frames, outcomes: BothOutcomes) -> Worsening:
    """The input that explains what a monitor of predictions lists: `performance`, or `label given x`.

    Raises:
        InsufficientDataError: A sample has no labels.
    """
    inputs = _inputs(frames)
    if column == PERFORMANCE:
        return most_uneven(inputs, *outcomes)
    name = column.removeprefix(f"{_NAMES.label} given ")
    return worsening(name, *inputs[name], *outcomes)


def ordered_parts(drift: ColumnDrift, blamed: Worsening) -> Sequence[tuple[int, float]]:
    """The input's parts, each with its share of the difference, 0 to 1: those that add most first.

    Of `label given x` they add to the test's statistic; of `performance`, to the change of the error.
    """
    tested = () if drift.test is None or drift.column == PERFORMANCE else drift.test.contributions
    if tested:
        places = [stratum_of(part, blamed.levels) for part in tested]
        return [(at, part.contribution) for at, part in zip(places, tested, strict=True) if at is not None]
    adds = np.abs(blamed.change.by_share + blamed.change.by_value)
    shares = adds / adds.sum() if adds.any() else adds
    return [(int(at), float(shares[at])) for at in np.argsort(-adds, kind="stable") if adds[at] > 0]


def has_worsened(blamed: Worsening, part: int) -> bool:
    """Whether a part adds to the error, by its share or within."""
    return float(blamed.change.by_share[part] + blamed.change.by_value[part]) > 0


def wrong_rows(blamed: Worsening, part: int, outcomes: BothOutcomes, *, side: int) -> npt.NDArray[np.intp]:
    """The rows of a part that are wrong in the reference (side 0) or now (1); of numbers, far off for what was usual."""
    of, inside = outcomes[side], np.asarray((blamed.reference, blamed.current)[side] == part)
    limit = 0.0 if of.is_class else float(np.quantile(outcomes[0].errors, _LARGE))
    labelled: npt.NDArray[np.intp] = np.flatnonzero(of.rows)
    return labelled[inside & (of.errors > limit)]


def wrong_traces(drift: ColumnDrift, frames: Frames) -> tuple[str, ...]:
    """Ids of traces that are wrong now, of the part that adds most; none where there are no labels."""
    outcomes = both_outcomes(frames)
    try:
        blamed = blamed_input(drift.column, frames, outcomes)
    except InsufficientDataError:
        return ()
    for part, _ in ordered_parts(drift, blamed):
        if has_worsened(blamed, part):
            return spread(frames[1], wrong_rows(blamed, part, outcomes, side=1), limit=SAMPLES)
    return ()


def _inputs(frames: tuple[Frame, Frame]) -> dict[str, tuple[Column, Column]]:
    """By name, what predictions may depend on: themselves, and every input that is no vector."""
    before, now = (frame.columns for frame in frames)
    aside = {_NAMES.label, _NAMES.confidence, COLUMN}
    return {
        name: (each, now[name])
        for name, each in before.items()
        if name not in aside and name in now and not isinstance(each, Vectors)
    }
