"""Series that river and scikit-learn bring, with the places where they change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks.drift_data_columns import bunch
from pyflare.analytics.drift.streaming import ADWIN, DDM, EDDM, HDDMA, HDDMW, KSWIN, Alarm, PageHinkley, StreamDetector

AGREE: Final = 3
"""Of five annotators; so many mark a change that counts as known."""
NEAR: Final = 10
"""Values between marks of the same change."""
TRAINED: Final = 500
BEFORE: Final = 600
"""Digits read before the change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Values in order, and where they change."""

    data: str
    values: npt.NDArray[np.float64]
    changes: tuple[int, ...]
    """How many values come before each change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a detector made of a series."""

    delays: tuple[int | None, ...]
    """For each change: after how many values the first alarm came, before the next change; None where none did."""
    others: int
    """Alarms before the first change, and further ones after a change that was found."""

    @classmethod
    def of(cls, alarms: Sequence[Alarm], series: Series) -> Found:
        """Give each change the first alarm that follows it."""
        ends = (*series.changes[1:], series.values.size)
        after = [
            [alarm.position - change for alarm in alarms if change < alarm.position <= end]
            for change, end in zip(series.changes, ends, strict=True)
        ]
        delays = tuple(found[0] if found else None for found in after)
        return cls(delays=delays, others=len(alarms) - sum(delay is not None for delay in delays))


def short_detectors() -> Mapping[str, StreamDetector]:
    """For series of a few hundred values: small windows, and a false alarm in 10,000."""
    return {
        "PageHinkley": PageHinkley(shift=1.0, run_length=10_000),
        "ADWIN": ADWIN(block=4),
        "KSWIN": KSWIN(window=45, recent=15, run_length=10_000, every=1),
    }


def error_detectors() -> Mapping[str, StreamDetector]:
    """For errors, with their defaults."""
    return {
        "PageHinkley": PageHinkley(),
        "HDDM-A": HDDMA(),
        "ADWIN": ADWIN(),
        "HDDM-W": HDDMW(),
        "DDM": DDM(),
        "EDDM": EDDM(),
    }


def known_changes(annotations: Mapping[str, Sequence[int]]) -> tuple[int, ...]:
    """Changes that enough annotators mark near each other: the median of their marks.

    Examples:
        >>> known_changes({"a": [10, 50], "b": [12], "c": [14, 90], "d": [13], "e": []})
        (12,)
    """
    marks = sorted(mark for given in annotations.values() for mark in given)
    groups: list[list[int]] = []
    for mark in marks:
        if groups and mark - groups[-1][-1] <= NEAR:
            groups[-1].append(mark)
        else:
            groups.append([mark])
    return tuple(int(np.median(group)) for group in groups if len(group) >= AGREE)


def annotated() -> Iterator[Series]:
    """Series of the Turing Institute's study, whose changes five people marked."""
    from river.drift import datasets

    room = datasets.Occupancy()
    for column, name in (("V1", "temperature"), ("V2", "humidity"), ("V3", "light"), ("V4", "carbon dioxide")):
        yield _series(f"Office room: {name}", [target[column] for _, target in room], room.annotations)
    run = datasets.RunLog()
    yield _series("Interval training: pace", [target["Pace"] for _, target in run], run.annotations)


def _series(data: str, values: Sequence[float], annotations: Mapping[str, Sequence[int]]) -> Series:
    return Series(data=data, values=np.array(values, dtype=np.float64), changes=known_changes(annotations))


@cache
def _reader() -> tuple[object, npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """A classifier of digits, and the digits that it has not seen."""
    from sklearn.linear_model import LogisticRegression

    data = bunch("digits")
    order = np.random.default_rng(0).permutation(data.target.size)
    learnt, rest = order[:TRAINED], order[TRAINED:]
    model = LogisticRegression(max_iter=500).fit(data.data[learnt] / 16, data.target[learnt])
    return model, data.data[rest] / 16, data.target[rest]


def read_digits(change: str, generator: np.random.Generator) -> Series:
    """Whether a classifier reads each digit wrongly; after the change they come `turned`, `faded` or as before."""
    model, images, targets = _reader()
    order = generator.permutation(targets.size)
    images, targets = images[order].copy(), targets[order]
    if change == "turned":
        images[BEFORE:] = images[BEFORE:].reshape(-1, 8, 8).transpose(0, 2, 1).reshape(-1, 64)
    if change == "noisy":
        noise = generator.normal(0, 0.5, images[BEFORE:].shape)
        images[BEFORE:] += noise * np.linspace(0, 1, images[BEFORE:].shape[0])[:, np.newaxis]
    wrong = (model.predict(images) != targets).astype(np.float64)  # type: ignore[attr-defined]
    return Series(data=change, values=wrong, changes=(BEFORE,))
