"""What a streaming detector says when a stream has changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

StreamStatus = Literal["stable", "warning", "drifted"]
"""`drifted` only right after the value that raised an alarm: the next one starts afresh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A change that a streaming detector has found."""

    position: int
    """Which value raised it, counted from 1 since the detector was made."""
    began: int
    """Which value is thought to be the first after the change; an estimate."""
    before: float
    """The mean before it, since the alarm before or the beginning."""
    after: float
    """The mean since it."""

    @property
    def delay(self) -> int:
        """How many values after the change it took, the estimated first one included."""
        return self.position - self.began + 1

    def __repr__(self) -> str:
        return f"Alarm at {self.position:,}: mean {self.before:.4g} → {self.after:.4g} since {self.began:,}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The same as a detector counts: from the values since its last alarm."""

    began: int
    """From 1."""
    before: float
    after: float
