"""KSWIN: the newest values of a window against the older ones, by Kolmogorov and Smirnov's test."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.drift.streaming.alarm import Change
from pyflare.analytics.drift.streaming.base import StreamDetector, Values
from pyflare.errors import ConfigError

LARGEST_WINDOW: Final = 16_384
_ROWS: Final = 512
"""Windows sorted at once; more of them would not fit a processor's cache."""


@dataclass(slots=True, kw_only=True, eq=False)
class KSWIN(StreamDetector):
    """Find any change of a distribution, its shape included, within a window.

    At every `every`-th value, once there are `window` of them, the newest `recent` values are compared with the rest of
    the window by Kolmogorov and Smirnov's test: the largest distance between the two distribution functions. An alarm is
    raised where a distance as large has a probability of at most `every / run_length`, by the exact distribution.

    That bounds false alarms for independent values of any continuous distribution: at most one in `run_length` values on
    average, since each comparison raises one with at most that probability. Ties make it rarer. Neighbouring windows
    overlap, so alarms come in clumps, the first of which empties the window: with a run length of 10,000 there was one
    alarm in 28,000 normal values, and one in 190,000 whole numbers from 0 to 6 (5,000,000 values each).

    The published method draws a random part of the older values and tests at 0.005 at every value, so it raises an alarm
    about every thousand values where nothing changes.

    Args:
        window: Values compared.
        recent: The newest of them.
        run_length: The mean number of values between false alarms, at least.
        every: Values from one comparison to the next.

    Raises:
        ConfigError: `recent` is not within 1 and `window - 1`, the window has more than 16,384 values, or no distance is as rare as the run length asks.

    References:
        Raab, Heusinger and Schleif, Reactive soft prototype computing for concept drift streams, Neurocomputing 416
        (2020); Hodges, Arkiv för Matematik 3 (1957), for the exact distribution.

    Examples:
        >>> import numpy as np
        >>> generator = np.random.default_rng(7)
        >>> KSWIN().update_many(np.concatenate([generator.normal(0, 1, 3000), generator.normal(0, 4, 1000)]))
        (Alarm at 3,090: mean -0.06949 → 0.3772 since 2,991,)
    """

    window: int = 300
    recent: int = 100
    run_length: float = 1_000_000.0
    every: int = 5
    limit: int = field(init=False)
    """The smallest distance that raises an alarm, times `recent` and the number of older values."""
    _kept: list[float] = field(default_factory=list, init=False, repr=False)
    _n: int = field(default=0, init=False, repr=False)

    def __post_init__(self) -> None:
        if not 0 < self.recent < self.window <= LARGEST_WINDOW or self.every < 1 or not self.run_length > self.every:
            raise ConfigError(
                f"expected 0 < recent < window <= {LARGEST_WINDOW} and 1 <= every < run_length, got "
                f"{self.recent}, {self.window}, {self.every} and {self.run_length}."
            )
        self.limit = smallest_distance(self.recent, self.window - self.recent, self.every / self.run_length)

    def reset(self) -> None:
        """Forget all values, but not how many they were."""
        self.status = "stable"
        self._kept, self._n = [], 0

    def _n_since(self) -> int:
        return self._n

    def _take(self, value: float) -> Change | None:
        self.status = "stable"
        self._n += 1
        self._kept.append(value)
        if len(self._kept) > self.window:
            del self._kept[0]
        if self._n < self.window or (self._n - self.window) % self.every:
            return None
        codes, tied = _codes(np.asarray(self._kept))
        if self._distances(codes[np.newaxis], tied=tied)[0] < self.limit:
            return None
        return self._change(np.asarray(self._kept))

    def _scan(self, values: Values) -> tuple[int, Change | None]:
        self.status = "stable"
        known = np.concatenate([self._kept, values])
        kept = len(self._kept)
        codes, tied = _codes(known)
        ends = self._ends(values.size)
        found = None
        for start in range(0, ends.size, _ROWS):
            some = ends[start : start + _ROWS] + kept
            rows = codes[some[:, np.newaxis] + np.arange(-self.window, 0)]
            above = self._distances(rows, tied=tied) >= self.limit
            if above.any():
                end = int(some[np.argmax(above)])
                values = values[: end - kept]
                found = known[end - self.window : end]
                break
        self._n += values.size
        self._kept = known[max(kept + values.size - self.window, 0) : kept + values.size].tolist()
        return values.size, None if found is None else self._change(found)

    def _ends(self, size: int) -> npt.NDArray[np.intp]:
        """After how many of the next values windows are compared."""
        first = self.window - self._n
        if first < 1:
            first += -(-(1 - first) // self.every) * self.every
        return np.arange(first, size + 1, self.every)

    def _distances(self, windows: npt.NDArray[np.int32], *, tied: bool) -> npt.NDArray[np.int32]:
        """The largest distance between the older and the newer part of each window, times both sizes."""
        older = self.window - self.recent
        marked = windows * np.int32(2)
        marked[:, older:] += 1
        marked.sort(axis=1)
        steps = np.where(marked & 1, np.int32(older), np.int32(-self.recent))
        walks = np.abs(np.cumsum(steps, axis=1, dtype=np.int32))
        if tied:
            ordered = marked >> 1
            walks[:, :-1][ordered[:, :-1] == ordered[:, 1:]] = 0
        distances: npt.NDArray[np.int32] = walks.max(axis=1)
        return distances

    def _change(self, window: Values) -> Change:
        older = self.window - self.recent
        return Change(
            began=self._n - self.recent + 1,
            before=float(window[:older].mean()),
            after=float(window[older:].mean()),
        )


def _codes(values: Values) -> tuple[npt.NDArray[np.int32], bool]:
    """Ranks in place of values, and whether any are tied."""
    known, codes = np.unique(values, return_inverse=True)
    return codes.astype(np.int32), known.size < values.size


@lru_cache(maxsize=64)
def smallest_distance(n: int, m: int, alpha: float) -> int:
    """The smallest `n · m · D` with a probability of at most `alpha`; D is Kolmogorov and Smirnov's distance.

    Raises:
        ConfigError: Not even the largest distance, 1, is as rare.
    """
    low, high = 0, n * m
    if exact_tail(n, m, high) > alpha:
        raise ConfigError(f"no distance between {n} and {m} values is as rare as {alpha:g}. Take a larger window.")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if exact_tail(n, m, middle) <= alpha else (middle, high)
    return high


def exact_tail(n: int, m: int, distance: int) -> float:
    """The probability of a Kolmogorov-Smirnov distance of `distance / (n · m)` or more, without ties.

    The order of two samples of one distribution is a walk of `n` steps of one kind and `m` of the other, each order
    being as likely. What has reached the distance is taken out as it does, so small probabilities keep their digits.

    Examples:
        >>> round(exact_tail(2, 2, 4), 6)  # both samples apart: 2 of 6 orders
        0.333333
    """
    first = np.arange(n + 1)
    inside, outside = np.zeros(n + 1), 0.0
    inside[0] = 1.0
    for step in range(1, n + m + 1):
        second = step - 1 - first
        left = n + m - step + 1
        onwards = np.where(second >= 0, inside * np.maximum(m - second, 0) / left, 0.0)
        onwards[1:] += inside[:-1] * (n - first[:-1]) / left
        reached = np.abs(first * m - (step - first) * n) >= distance
        outside += float(onwards[reached].sum())
        inside = np.where(reached, 0.0, onwards)
    return min(outside, 1.0)
