"""The early drift detection method (EDDM): errors that come closer together."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import ClassVar, Final

import numpy as np

from pyflare.analytics.drift.streaming.alarm import Change
from pyflare.analytics.drift.streaming.base import StreamDetector, Values
from pyflare.errors import ConfigError

_SPREAD: Final = math.sqrt(13) / 3
"""The relative standard deviation of `mean + 2 sd` of one exponential distance, by the delta method: the variance of
the mean is 1, of the standard deviation 2, and their covariance 1, so that of the level is 1 + 4·2 + 4·1 = 13."""


@dataclass(slots=True, kw_only=True, eq=False)
class EDDM(StreamDetector):
    """Find errors that come closer together than they did.

    With `m` and `d` the mean and the standard deviation of the number of values from one error to the next, it keeps
    the largest `m + 2d`, reached after `k` errors. The published method raises an alarm when `m + 2d` falls below 0.9 of
    that, after 30 errors or more. But after 30 errors `m + 2d` has a standard error of 22 % of itself (that of distances
    without memory is `sqrt(13)/3/sqrt(k)`), so a fall by a tenth is what chance does all the time: several alarms in
    50,000 values without a change. Here the fall must pass `level` standard errors of the difference between the two:
    `(m + 2d) / largest < 1 - level · sqrt(13)/3 · sqrt(1/k - 1/n_errors)`.

    False alarms: over 400 streams of 50,000 independent values each, at error rates from 0.01 to 0.5, at most 0.01 a
    stream; by the published rule (a ratio of 0.9) 3.7 to 8.4. It averages over all errors since the last alarm, so it is
    slow: prefer `HDDMA`, or `PageHinkley`, where nothing speaks for it.

    Args:
        level: In standard errors.
        warning_level: The same, below `level`.
        min_errors: Errors before the first judgement.
        ratio: The published fixed ratio, such as 0.9, in place of `level`; the warning then comes half-way before it.

    Raises:
        ConfigError: Levels that are not in order, a ratio not between 0 and 1, or fewer than two errors.

    References:
        Baena-García and others, Early drift detection method, IWKDDS (2006).

    Examples:
        >>> import numpy as np
        >>> errors = np.random.default_rng(7).random(8000) < np.repeat([0.1, 0.3], [4000, 4000])
        >>> EDDM().update_many(errors)
        (Alarm at 4,651: mean 0.09542 → 0.1813 since 2,600,)
    """

    EVENTS: ClassVar[bool] = True

    level: float = 3.0
    warning_level: float = 2.0
    min_errors: int = 30
    ratio: float | None = None
    _n: int = field(default=0, init=False, repr=False)
    _last: int = field(default=0, init=False, repr=False)
    _errors: int = field(default=0, init=False, repr=False)
    _squares: float = field(default=0.0, init=False, repr=False)
    """The sum of squared distances; that of distances is where the last error was."""
    _largest: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0], init=False, repr=False)
    """The largest level, after how many errors, and after how many values."""

    def __post_init__(self) -> None:
        if not 0 < self.warning_level < self.level or self.min_errors < 2:
            raise ConfigError(
                "expected 0 < warning_level < level and min_errors of at least 2, got "
                f"{self.warning_level}, {self.level} and {self.min_errors}."
            )
        if self.ratio is not None and not 0 < self.ratio < 1:
            raise ConfigError(f"ratio: expected a number between 0 and 1, got {self.ratio}.")

    def reset(self) -> None:
        """Forget all values, but not how many they were."""
        self.status = "stable"
        self._n, self._last, self._errors, self._squares = 0, 0, 0, 0.0
        self._largest = [0.0, 0.0, 0.0]

    def _n_since(self) -> int:
        return self._n

    def _take(self, value: float) -> Change | None:
        self._n += 1
        if value == 0.0:
            return None
        distance = self._n - self._last
        self._last, self._errors = self._n, self._errors + 1
        self._squares += distance * distance
        count = self._errors
        if count < self.min_errors:
            return None
        mean = self._last / count
        level = mean + 2 * math.sqrt(max(self._squares / count - mean * mean, 0.0))
        if level >= self._largest[0]:
            self._largest = [level, float(count), float(self._last)]
        fall = 1 - level / self._largest[0]
        warning, limit = self._limits(1 / self._largest[1] - 1 / count)
        self.status = "warning" if fall > warning else "stable"
        return self._change() if fall > limit else None

    def _limits(self, shrinkage: float) -> tuple[float, float]:
        """The relative falls that warn and that raise an alarm; `shrinkage` is `1/k - 1/n_errors`."""
        if self.ratio is not None:
            return (1 - self.ratio) / 2, 1 - self.ratio
        error = _SPREAD * math.sqrt(max(shrinkage, 0.0))
        return self.warning_level * error, self.level * error

    def _scan(self, values: Values) -> tuple[int, Change | None]:
        places = np.flatnonzero(values)
        at: Values = (self._n + 1 + places).astype(np.float64)
        counts = self._errors + np.arange(1, places.size + 1, dtype=np.float64)
        squares = self._squares + np.cumsum(np.diff(at, prepend=self._last).astype(np.float64) ** 2)
        largest, first, falls = self._falls(at, counts, squares)
        warnings, limits = self._limit_arrays(1 / first - 1 / counts)
        alarms = falls > limits
        last = int(np.argmax(alarms)) if alarms.any() else places.size - 1
        taken = int(places[last]) + 1 if alarms.any() else values.size
        self._n += taken
        if last < 0:
            return taken, None
        self._last, self._errors, self._squares = int(at[last]), int(counts[last]), float(squares[last])
        if largest[last] > 0:
            place = int(first[last]) - int(counts[0])
            self._largest = [
                float(largest[last]),
                float(first[last]),
                float(at[place]) if place >= 0 else self._largest[2],
            ]
            self.status = "warning" if falls[last] > warnings[last] else "stable"
        return taken, self._change() if alarms[last] else None

    def _falls(self, at: Values, counts: Values, squares: Values) -> tuple[Values, Values, Values]:
        """At each error: the largest level so far, after how many errors it was, and how far below it the level is."""
        means = at / counts
        levels = means + 2 * np.sqrt(np.maximum(squares / counts - means * means, 0.0))
        levels = np.where(counts >= self.min_errors, levels, 0.0)
        known = np.concatenate([[self._largest[0]], levels])
        largest = np.maximum.accumulate(known)
        places = np.maximum.accumulate(np.where(known >= largest, np.arange(known.size), 0))[1:]
        first = np.where(places == 0, self._largest[1], counts[places - 1])
        with np.errstate(divide="ignore", invalid="ignore"):
            falls = np.where(levels > 0, 1 - levels / largest[1:], 0.0)
        return largest[1:], np.maximum(first, 1), falls

    def _limit_arrays(self, shrinkage: Values) -> tuple[Values, Values]:
        if self.ratio is not None:
            return np.full(shrinkage.size, (1 - self.ratio) / 2), np.full(shrinkage.size, 1 - self.ratio)
        errors = _SPREAD * np.sqrt(np.maximum(shrinkage, 0.0))
        return self.warning_level * errors, self.level * errors

    def _change(self) -> Change:
        count, since = self._largest[1], int(self._largest[2])
        return Change(began=since + 1, before=count / since, after=(self._errors - count) / (self._n - since))
