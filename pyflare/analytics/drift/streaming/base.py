"""What all streaming detectors share: one value at a time or many at once, with the same alarms."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.drift.streaming.alarm import Alarm, Change, StreamStatus
from pyflare.analytics.stats.arrays import numbers_of
from pyflare.errors import DataError

FIRST_SCAN: Final = 1_024
LARGEST_SCAN: Final = 65_536
"""Scans grow from the first size to the largest, so that many alarms cost no more than the values between them."""

LARGEST: Final = 1e150
"""The largest number taken: the squares of many of them can still be added up."""

Values = npt.NDArray[np.float64]


@dataclass(slots=True, kw_only=True, eq=False)
class StreamDetector(ABC):
    """Watches a stream of numbers and says when it has changed; after an alarm it starts afresh."""

    RANGE: ClassVar[tuple[float, float]] = (-LARGEST, LARGEST)
    """The values that it takes."""
    EVENTS: ClassVar[bool] = False
    """Whether they must be 0 or 1: right or wrong."""

    n_seen: int = field(default=0, init=False)
    """Values so far."""
    status: StreamStatus = field(default="stable", init=False)
    n_alarms: int = field(default=0, init=False)

    def update(self, value: float) -> Alarm | None:
        """Take the next value. Raises DataError for one that is missing or out of range, and stays as it was."""
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise DataError(self._expected(f"{value!r:.60}")) from error
        low, high = self.RANGE
        if not low <= number <= high or (self.EVENTS and number not in (0.0, 1.0)):
            raise DataError(self._expected(f"{value!r}"))
        self.n_seen += 1
        if self.status == "drifted":
            self.status = "stable"
        change = self._take(number)
        return None if change is None else self._alarm(change)

    def update_many(self, values: npt.ArrayLike) -> tuple[Alarm, ...]:
        """Take many values in turn: the same alarms as `update` raises, many times faster.

        Args:
            values: Shape `(n,)`.

        Raises:
            DataError: A value is missing or out of range; none is taken then.
        """
        numbers = self._checked(values)
        alarms: list[Alarm] = []
        at, size = 0, FIRST_SCAN
        while at < numbers.size:
            if self.status == "drifted":
                self.status = "stable"
            taken, change = self._scan(numbers[at : at + size])
            at += taken
            self.n_seen += taken
            if change is None:
                size = min(4 * size, LARGEST_SCAN)
            else:
                alarms.append(self._alarm(change))
                size = FIRST_SCAN
        return tuple(alarms)

    @abstractmethod
    def reset(self) -> None:
        """Forget all values, but not how many they were."""

    @abstractmethod
    def _take(self, value: float) -> Change | None:
        """Take a value, set the status, and say whether the stream has changed."""

    @abstractmethod
    def _scan(self, values: Values) -> tuple[int, Change | None]:
        """Take values up to the first change or to their end; how many were taken, and the change."""

    def _alarm(self, change: Change) -> Alarm:
        since = self.n_seen - self._n_since()
        self.n_alarms += 1
        self.reset()
        self.status = "drifted"
        return Alarm(position=self.n_seen, began=since + change.began, before=change.before, after=change.after)

    @abstractmethod
    def _n_since(self) -> int:
        """Values since the last alarm, the one that has just raised one included."""

    def _checked(self, values: npt.ArrayLike) -> Values:
        numbers = np.ascontiguousarray(numbers_of(values))
        if numbers.ndim != 1:
            raise DataError(f"expected values of shape (n,), got {numbers.ndim} dimensions.")
        low, high = self.RANGE
        inside = (numbers == 0) | (numbers == 1) if self.EVENTS else (numbers >= low) & (numbers <= high)
        if not inside.all():
            first = int(np.argmin(inside))
            raise DataError(self._expected(f"{numbers[first]} at position {first}"))
        return numbers

    def _expected(self, got: str) -> str:
        low, high = self.RANGE
        what = f"values from {low:g} to {high:g}"
        if self.EVENTS:
            what = "0 (right) or 1 (wrong)"
        return f"{type(self).__name__}: expected {what}, got {got}. Leave missing values out."
