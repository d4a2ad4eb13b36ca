"""Detectors that keep a reference: setting it, and writing it down."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self, TypeVar

from pyflare.analytics.drift.column_state import sample_arrays, sample_of, sample_values
from pyflare.analytics.drift.detector import Sample
from pyflare.analytics.drift.result import DriftType
from pyflare.analytics.drift.state import State, pack
from pyflare.errors import DataError

T = TypeVar("T")


@dataclass(slots=True)
class Held:
    """What a detector holds beside its configuration."""

    reference: Sample | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceDetector:
    """Keeps a reference as it came, and can be written down with it."""

    kind: ClassVar[str]
    """The name it is registered under."""
    drift_type: ClassVar[DriftType] = DriftType.FEATURE

    _held: Held = field(default_factory=Held, init=False, repr=False, compare=False)

    @property
    def type(self) -> DriftType:
        """What kind of drift it finds."""
        return self.drift_type

    def set_reference(self, reference: Sample) -> None:
        """Take what is normal. Raises DataError: nothing in it can be looked at, or its columns differ in length."""
        self._held.reference = self._selected(reference)

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
        return dict(sample)


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
