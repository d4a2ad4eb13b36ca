"""Page and Hinkley's test: a lasting shift of a mean."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from pyflare.analytics.drift.streaming.alarm import Change
from pyflare.analytics.drift.streaming.base import StreamDetector, Values
from pyflare.errors import ConfigError

WARM_UP: Final = 20
"""Values before the first is scored: a standard deviation from fewer says little."""
LARGEST_SCORE: Final = 4.0
"""Scores are cut there, so that no single value can raise an alarm."""
_OVERSHOOT: Final = 1.166
"""Siegmund's correction: how far above the threshold a sum of normal scores ends, both ends together."""


_SIGNS: Final = (1.0, -1.0)


def _no_shift() -> list[list[float]]:
    return [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]


@dataclass(slots=True, kw_only=True, eq=False)
class PageHinkley(StreamDetector):
    """Find a lasting shift of a stream's mean, in either direction.

    Each value is first scored against all before it since the last alarm:
    `t = (x - mean) / (sd · sqrt(1 + 1/n))`, brought from Student's distribution with `n - 1` degrees of freedom to
    the normal one by Wallace's transformation. With independent normal values the scores are independent standard
    normal ones, whatever the stream's mean and unit, and however few values have been seen (Hawkins). Two sums are kept:
    `up = max(0, up + score - shift/2)` and `down` likewise; the first of them to pass the threshold raises the alarm.

    The threshold comes from `run_length` by Siegmund's approximation, so that is the rate of false alarms: one in
    `run_length` values on average. Measured over 40,000,000 independent values with a run length of 10,000, it was one
    in 10,100 for normal values, 8,000 for exponential ones, 29,000 to 31,000 for log-normal ones and Student's with 3
    degrees of freedom; for errors it was one in 11,600 where half are wrong, in 3,300 where a tenth are, and in
    2,900,000 where a hundredth are. Values that depend on those before them raise many times as many.

    It is the test for latencies, lengths, costs and scores. For errors (0 or 1) see `HDDMA`; for a change of
    shape without one of the mean see `KSWIN`.

    Args:
        shift: The smallest shift worth an alarm, in standard deviations. Smaller ones are found late or never.
        run_length: The mean number of values between false alarms.

    Raises:
        ConfigError: A shift that is not positive, or a run length below 100.

    References:
        Page, Biometrika 41 (1954); Hinkley, Biometrika 58 (1971); Siegmund, Sequential Analysis (1985), section X.2;
        Hawkins, The Statistician 36 (1987); Wallace, Annals of Mathematical Statistics 30 (1959).

    Examples:
        >>> import numpy as np
        >>> stream = np.random.default_rng(7).normal(size=4000)
        >>> stream[3000:] += 1
        >>> PageHinkley().update_many(stream)
        (Alarm at 3,031: mean -0.03128 → 1.047 since 3,001,)
    """

    shift: float = 0.5
    run_length: float = 1_000_000.0
    threshold: float = field(init=False)
    """What a sum of scores must pass; follows from the two above."""
    _n: int = field(default=0, init=False, repr=False)
    _origin: float = field(default=0.0, init=False, repr=False)
    _sum: float = field(default=0.0, init=False, repr=False)
    _squares: float = field(default=0.0, init=False, repr=False)
    _sides: list[list[float]] = field(default_factory=_no_shift, init=False, repr=False)
    """Upwards and downwards: the sum of scores, after how many values it was last 0, and their sum."""

    def __post_init__(self) -> None:
        if not self.shift > 0 or not self.run_length >= 100:
            raise ConfigError(
                f"expected a shift above 0 and a run length of at least 100, got {self.shift} and {self.run_length}."
            )
        self.threshold = threshold_of(2 * self.run_length, self.shift / 2)

    def reset(self) -> None:
        """Forget all values, but not how many they were."""
        self.status = "stable"
        self._n, self._origin, self._sum, self._squares = 0, 0.0, 0.0, 0.0
        self._sides = _no_shift()

    def _n_since(self) -> int:
        return self._n

    def _take(self, value: float) -> Change | None:
        self.status = "stable"
        if self._n == 0:
            self._origin = value
        offset = value - self._origin
        score = self._score(offset) if self._n >= WARM_UP else 0.0
        self._n += 1
        self._sum += offset
        self._squares += offset * offset
        change = None
        for side, sign in zip(self._sides, _SIGNS, strict=True):
            level = side[0] + sign * score - self.shift / 2
            if level <= 0 or self._n <= WARM_UP:
                side[:] = 0.0, self._n, self._sum
            else:
                side[0] = level
                if level > self.threshold:
                    change = self._change(int(side[1]), side[2])
        return change

    def _score(self, offset: float) -> float:
        n = self._n
        distance = offset - self._sum / n
        variance = (self._squares - self._sum * self._sum / n) / (n - 1)
        if distance == 0:
            return 0.0
        if variance <= 0:
            return math.copysign(LARGEST_SCORE, distance)
        log = math.log1p(distance * distance / (variance * (1 + 1 / n) * (n - 1)))
        return math.copysign(min(math.sqrt((n - 1) * log) * (8 * n - 7) / (8 * n - 5), LARGEST_SCORE), distance)

    def _scan(self, values: Values) -> tuple[int, Change | None]:
        self.status = "stable"
        if self._n == 0:
            self._origin = float(values[0])
        offsets = values - self._origin
        sums = np.cumsum(np.concatenate([[self._sum], offsets]))
        squares = np.cumsum(np.concatenate([[self._squares], offsets * offsets]))
        skipped = min(max(WARM_UP - self._n, 0), values.size)
        scores = _scores(offsets[skipped:], sums[skipped:-1], squares[skipped:-1], self._n + skipped)
        if skipped:
            self._sides = [[0.0, float(self._n + skipped), float(sums[skipped])] for _ in _SIGNS]
        found = [self._walk(side, sign * scores) for side, sign in zip(self._sides, _SIGNS, strict=True)]
        at = min(first for first, _ in found)
        taken = values.size if at == scores.size else skipped + at + 1
        first_n, self._n = self._n, self._n + taken
        self._sum, self._squares = float(sums[taken]), float(squares[taken])
        for side, (_, levels) in zip(self._sides, found, strict=True):
            _settle(side, levels[: taken - skipped], sums[skipped + 1 :], first_n + skipped)
        if at == scores.size:
            return taken, None
        side = self._sides[0 if found[0][0] == at else 1]
        return taken, self._change(int(side[1]), side[2])

    def _walk(self, side: list[float], scores: Values) -> tuple[int, Values]:
        """Where the sum of scores first passes the threshold, and the sum at each value."""
        sums = np.cumsum(np.concatenate([[side[0]], scores - self.shift / 2]))[1:]
        levels: Values = sums - np.minimum(np.minimum.accumulate(sums), 0.0)
        above = levels > self.threshold
        return int(np.argmax(above)) if above.any() else scores.size, levels

    def _change(self, since: int, total: float) -> Change:
        return Change(
            began=since + 1,
            before=self._origin + total / since,
            after=self._origin + (self._sum - total) / (self._n - since),
        )


def threshold_of(run_length: float, drift: float) -> float:
    """What a sum of standard normal scores, less `drift` each, passes once in `run_length` values on average.

    Siegmund's approximation, `(exp(2·drift·b) - 1 - 2·drift·b) / (2·drift²)` with `b = threshold + 1.166`, solved by
    bisection. Simulated run lengths of both sides together are within 6 % of it up to a drift of a half, and 8 % shorter at 1.

    Examples:
        >>> round(threshold_of(938, 0.5), 1)  # the textbook's 5, for a run length of 938 to one side
        5.0
    """
    low, high = 0.0, 1.0
    while _run_length(high, drift) < run_length:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if _run_length(middle, drift) > run_length else (middle, high)
    return high


def _run_length(threshold: float, drift: float) -> float:
    bound = 2 * drift * (threshold + _OVERSHOOT)
    return (math.exp(min(bound, 700.0)) - 1 - bound) / (2 * drift * drift)


def _scores(offsets: Values, sums: Values, squares: Values, first: int) -> Values:
    """Each value against those before it; `first` is how many come before the first."""
    n = np.arange(first, first + offsets.size, dtype=np.float64)
    distances = offsets - sums / n
    variances = (squares - sums * sums / n) / (n - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log1p(distances * distances / (variances * (1 + 1 / n) * (n - 1)))
        sizes = np.minimum(np.sqrt((n - 1) * logs) * (8 * n - 7) / (8 * n - 5), LARGEST_SCORE)
    sizes = np.where(variances > 0, sizes, LARGEST_SCORE)
    scores: Values = np.where(distances == 0, 0.0, np.copysign(sizes, distances))
    return scores


def _settle(side: list[float], levels: Values, sums: Values, first: int) -> None:
    """Keep where the sum of scores stands after the values, and since when it is above 0."""
    if not levels.size:
        return
    zeros = np.flatnonzero(levels <= 0)
    if zeros.size:
        side[1], side[2] = float(first + zeros[-1] + 1), float(sums[zeros[-1]])
    side[0] = float(levels[-1])
