"""HDDM-W: weighted means before and after a cut, by McDiarmid's bound."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.drift.streaming.alarm import Change
from pyflare.analytics.drift.streaming.base import StreamDetector, Values
from pyflare.errors import ConfigError

_SMALLEST: Final = -600.0
"""The smallest exponent taken of e."""


@dataclass(slots=True, kw_only=True, eq=False)
class HDDMW(StreamDetector):
    """Find a gradual rise of the mean of values between 0 and 1: recent values weigh more.

    An exponentially weighted mean of all values is kept, `z = (1 - decay) z + decay x`. The best cut so far is where
    `z + sqrt(b ln(1/confidence) / 2)` was smallest, `b` being the sum of squared weights. From there on a second mean
    is kept of what follows. An alarm is raised when it is above that of the cut by more than
    `sqrt((b_cut + b_after) ln(1/confidence) / 2)`, which McDiarmid's inequality allows with at most `confidence` for one
    cut fixed beforehand. The cut is looked for, and at every value, so that is not the rate of alarms.

    False alarms: over 400 streams of 50,000 independent values each, at error rates of 0.1, 0.3 and 0.5, at most 0.06 a
    stream. With the published decay of 0.05 and confidence of 0.001 it is 0.01, 19 and 41: a mean of so few values
    passes a bound for one cut at many of the cuts that are looked at.

    Args:
        decay: The weight of the newest value, between 0 and 1.
        confidence: Of an alarm; smaller means fewer.
        warning_confidence: The same of a warning; larger.
        two_sided: Whether falls are found too, not only rises.

    Raises:
        ConfigError: A decay outside 0 to 1, or confidences that are not in order between 0 and 1.

    References:
        Frías-Blanco and others, Online and non-parametric drift detection methods based on Hoeffding's bounds, IEEE
        TKDE 27 (2015).

    Examples:
        >>> import numpy as np
        >>> errors = np.random.default_rng(7).random(4000) < np.repeat([0.1, 0.5], [3000, 1000])
        >>> HDDMW().update_many(errors)
        (Alarm at 3,078: mean 0.05376 → 0.345 since 2,599,)
    """

    RANGE: ClassVar[tuple[float, float]] = (0.0, 1.0)

    decay: float = 0.01
    confidence: float = 1e-7
    warning_confidence: float = 1e-5
    two_sided: bool = False
    _n: int = field(default=0, init=False, repr=False)
    _mean: float = field(default=0.0, init=False, repr=False)
    _cuts: list[list[float]] = field(default_factory=list, init=False, repr=False)
    """For rises, and falls where they are looked for: the smallest bound, after how many values, and the weighted means
    up to it and of what follows."""

    def __post_init__(self) -> None:
        if not 0 < self.confidence < self.warning_confidence < 1 or not 0 < self.decay < 1:
            raise ConfigError(
                "expected 0 < confidence < warning_confidence < 1 and a decay between 0 and 1, got "
                f"{self.confidence}, {self.warning_confidence} and {self.decay}."
            )
        self.reset()

    def reset(self) -> None:
        """Forget all values, but not how many they were."""
        self.status = "stable"
        self._n, self._mean = 0, 0.0
        self._cuts = [[math.inf, 0.0, 0.0, 0.0] for _ in self._signs()]

    def _signs(self) -> tuple[float, ...]:
        return (1.0, -1.0) if self.two_sided else (1.0,)

    def _n_since(self) -> int:
        return self._n

    def _take(self, value: float) -> Change | None:
        n = self._n = self._n + 1
        mean = self._mean = value if n == 1 else (1 - self.decay) * self._mean + self.decay * value
        weights = _squared_weights(self.decay, n)
        reach = math.sqrt(weights * math.log(1 / self.confidence) / 2)
        self.status, change = "stable", None
        for sign, cut in zip(self._signs(), self._cuts, strict=True):
            if sign * mean + reach < cut[0]:
                cut[:] = sign * mean + reach, n, mean, 0.0
                continue
            size = int(cut[1])
            after = cut[3] = value if n == size + 1 else (1 - self.decay) * cut[3] + self.decay * value
            scale = (_squared_weights(self.decay, size) + _squared_weights(self.decay, n - size)) / 2
            above = sign * (after - cut[2])
            if above > math.sqrt(scale * math.log(1 / self.confidence)):
                change = self._change(cut)
            elif above > math.sqrt(scale * math.log(1 / self.warning_confidence)):
                self.status = "warning"
        return change

    def _scan(self, values: Values) -> tuple[int, Change | None]:
        first = self._n
        n = np.arange(first + 1, first + values.size + 1, dtype=np.float64)
        means = self._weighted(values)
        found = [self._look(sign, cut, n, means, values) for sign, cut in zip(self._signs(), self._cuts, strict=True)]
        firsts = [int(np.argmax(alarms)) if alarms.any() else values.size for *_, alarms, _ in found]
        last = min(*firsts, values.size - 1)
        self._n, self._mean = int(n[last]), float(means[last])
        self._cuts = [[float(part[last]) for part in cut] for *cut, _, _ in found]
        self.status = "warning" if any(warnings[last] for *_, warnings in found) else "stable"
        if min(firsts) == values.size:
            return values.size, None
        return last + 1, self._change(self._cuts[len(firsts) - 1 - firsts[::-1].index(last)])

    def _weighted(self, values: Values) -> Values:
        """The weighted mean after each value."""
        from scipy.signal import lfilter

        start = float(values[0]) if self._n == 0 else self._mean
        means, _ = lfilter([self.decay], [1.0, self.decay - 1], values, zi=[(1 - self.decay) * start])
        weighted: Values = means
        return weighted

    def _look(self, sign: float, cut: list[float], n: Values, means: Values, values: Values) -> tuple[Values, ...]:
        """At each value: the cut (as it is kept), and whether it raises an alarm or a warning."""
        weights = _squared_weights(self.decay, n)
        bounds = np.concatenate([[cut[0]], sign * means + np.sqrt(weights * math.log(1 / self.confidence) / 2)])
        lower = np.minimum.accumulate(bounds)
        fresh = np.concatenate([[False], bounds[1:] < lower[:-1]])
        places = np.maximum.accumulate(np.where(fresh, np.arange(bounds.size), 0))[1:]
        sizes = np.concatenate([[cut[1]], n])[places]
        before = np.concatenate([[cut[2]], means])[places]
        later = sizes < n
        after = np.where(later, self._after(cut, places, n, means, values), 0.0)
        scale = (_squared_weights(self.decay, sizes) + _squared_weights(self.decay, np.maximum(n - sizes, 1))) / 2
        above = sign * (after - before)
        alarms = later & (above > np.sqrt(scale * math.log(1 / self.confidence)))
        warnings = later & (above > np.sqrt(scale * math.log(1 / self.warning_confidence)))
        return lower[1:], sizes, before, after, alarms, warnings

    def _after(
        self, cut: list[float], places: npt.NDArray[np.intp], n: Values, means: Values, values: Values
    ) -> Values:
        """The weighted mean of what follows the cut.

        Two weighted means of the same values approach each other by `1 - decay` with each, wherever they started. So
        the one that starts after the cut is that of all values plus what lay between them at its start.
        """
        gaps, starts = values - means, n
        started = np.minimum(places, n.size - 1)
        gap, start = gaps[started], starts[started]
        first = n[0] - 1
        if first > cut[1] > 0:
            carried = places == 0
            gap = np.where(carried, cut[3] - self._mean, gap)
            start = np.where(carried, first, start)
        following: Values = means + _power(1 - self.decay, np.maximum(n - start, 0.0)) * gap
        return following

    def _change(self, cut: list[float]) -> Change:
        return Change(began=int(cut[1]) + 1, before=cut[2], after=cut[3])


def _squared_weights(decay: float, n: Any) -> Any:
    """Their sum in the weighted mean of `n` values; of a number or an array."""
    kept = (1 - decay) ** 2
    rest = _power(kept, n - 1)
    return decay**2 * (1 - rest) / (1 - kept) + rest


def _power(base: float, exponent: Any) -> Any:
    """The same as `base ** exponent`, but for numbers that are as good as 0 and would slow it down."""
    if isinstance(exponent, int):
        return base**exponent
    return np.exp(np.maximum(exponent * math.log(base), _SMALLEST))
