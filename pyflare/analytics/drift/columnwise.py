"""What detectors have in common that look at each column by itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Self, TypeVar

from pyflare.analytics.drift.column import Categories, Column, Numbers, Vectors
from pyflare.analytics.drift.column_state import sample_arrays, sample_of, sample_values
from pyflare.analytics.drift.columns import (
    ALPHA,
    MIN_SIZE,
    THRESHOLD,
    check_options,
    check_samples,
    compare_by_kind,
    compare_columns,
)
from pyflare.analytics.drift.detector import Sample
from pyflare.analytics.drift.explaining import result_of
from pyflare.analytics.drift.result import DriftResult, DriftType
from pyflare.analytics.drift.state import State, pack
from pyflare.analytics.stats.multiplicity import Correction
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.errors import DataError

T = TypeVar("T")


@dataclass(slots=True)
class Held:
    """What a detector holds beside its configuration."""

    reference: Sample | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnwiseDetector:
    """Compares each column with the reference's, all corrected together. Its subclasses say how, and what it means."""

    kind: ClassVar[str]
    """The name it is registered under."""
    drift_type: ClassVar[DriftType] = DriftType.FEATURE
    looks_at: ClassVar[tuple[type[Column], ...]] = (Numbers, Categories, Vectors)
    """What columns may hold; others are left out."""

    alpha: float = ALPHA
    """The level, between 0 and 1; see `compare_columns`."""
    threshold: float = THRESHOLD
    """The effect size from which a difference matters, 0 to 1."""
    thresholds: Mapping[str, float] = field(default_factory=dict)
    """The same for single columns."""
    correction: Correction = "benjamini-hochberg"
    """For how many columns there are."""
    min_size: int = MIN_SIZE
    """A column with fewer values in either sample is `unknown`."""
    columns: tuple[str, ...] = ()
    """Which columns to look at; none for all that it can."""
    _held: Held = field(default_factory=Held, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_options(self.alpha, {"threshold": self.threshold, **self.thresholds})

    @property
    def type(self) -> DriftType:
        """What kind of drift it finds."""
        return self.drift_type

    def set_reference(self, reference: Sample) -> None:
        """Take what is normal. Raises DataError: nothing in it can be looked at, or its columns differ in length."""
        self._held.reference = self._selected(reference)

    def compute(self, current: Sample, *, now: datetime, alpha: float | None = None) -> DriftResult:
        """Compare each column with the reference's.

        Args:
            current: The columns of the reference; others that it has are not looked at.
            now: The time of the result, UTC.
            alpha: In place of the configured level, as where many looks share it: see `alpha_of_look`.

        Raises:
            DataError: There is no reference, or the samples cannot be compared: see `compare_columns`.
        """
        level = self.alpha if alpha is None else alpha
        columns = compare_columns(
            self.reference,
            current,
            alpha=level,
            threshold=self.threshold,
            thresholds=self.thresholds,
            correction=self.correction,
            drift_type=self.drift_type,
            min_size=self.min_size,
            compare=self._compare,
        )
        return result_of(columns, drift_type=self.drift_type, threshold=self.threshold, alpha=level, now=now)

    def to_bytes(self) -> bytes:
        """The detector with its reference, to be loaded elsewhere by `load_detector`. Raises DataError: none is set."""
        values = {"columns": sample_values(self.reference)}
        arrays = sample_arrays(self.reference)
        return pack(State(kind=self.kind, configuration=configuration_of(self), values=values, arrays=arrays))

    @classmethod
    def from_state(cls, state: State) -> Self:
        """The detector that `to_bytes` was called on. Raises DataError where the state does not fit."""
        detector = made_from(cls, state)
        detector.set_reference(sample_of(state.values.get("columns"), state.arrays))
        return detector

    @property
    def reference(self) -> Sample:
        """What is normal. Raises DataError: it has not been set."""
        if self._held.reference is None:
            raise DataError("the detector has no reference. Call set_reference first.")
        return self._held.reference

    def _selected(self, sample: Sample) -> Sample:
        if absent := [name for name in self.columns if name not in sample]:
            raise DataError(f"the reference lacks {absent}; it has {list(sample)}.")
        chosen = {name: sample[name] for name in self.columns or sample}
        fitting = {name: column for name, column in chosen.items() if isinstance(column, self.looks_at)}
        if not fitting:
            kinds = " or ".join(kind.__name__ for kind in self.looks_at)
            raise DataError(f"expected at least one column of {kinds} in the reference, got none.")
        check_samples(fitting, fitting)
        return fitting

    def _compare(self, reference: Column, current: Column) -> TwoSampleResult:
        return compare_by_kind(reference, current)


def configuration_of(detector: Any) -> dict[str, Any]:
    """The fields that a detector was made with, as plain values."""
    fields = [item.name for item in dataclasses.fields(detector) if item.init]
    return {name: getattr(detector, name) for name in fields}


def made_from(cls: type[T], state: State) -> T:
    """A detector of a class with the configuration of a state. Raises DataError where they do not fit."""
    plain = {name: tuple(value) if isinstance(value, list) else value for name, value in state.configuration.items()}
    try:
        return cls(**plain)
    except (TypeError, ValueError) as error:
        raise DataError(f"the configuration of a detector {state.kind!r} cannot be used: {error}") from error
