"""The drift detection method (DDM): an error rate that has risen above its best."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from pyflare.analytics.drift.streaming.alarm import Change
from pyflare.analytics.drift.streaming.base import StreamDetector, Values
from pyflare.errors import ConfigError


@dataclass(slots=True, kw_only=True, eq=False)
class DDM(StreamDetector):
    """Find a rise of an error rate above its lowest so far.

    With `p` the share of errors among the `n` values since the last alarm and `s = sqrt(p(1-p)/n)`, it keeps the
    smallest `p + s`, as `p_min` and `s_min`. It warns from `p + s > p_min + warning_level · s_min`, and raises an alarm
    from `p + s > p_min + drift_level · s_min` on. The change is thought to have begun with the warning.

    False alarms: over 400 streams of 50,000 independent values each, at error rates from 0.01 to 0.5, at most 0.02 a
    stream, most of them soon after the start. The published defaults (a drift level of 3, and no errors waited for) raise
    0.2 at an error rate of 0.5, 1.2 at 0.1 and 8.7 at 0.01.

    Args:
        warning_level: In standard deviations.
        drift_level: The same, above `warning_level`.
        warm_up: Values before the first judgement.
        min_errors: Errors before it. With fewer the standard deviation is too uncertain: where the first errors are
            rare, the published method (0) takes the first of them for a change.

    Raises:
        ConfigError: Levels that are not in order, or a warm-up below 2.

    References:
        Gama, Medas, Castillo and Rodrigues, Learning with drift detection, SBIA (2004).

    Examples:
        >>> import numpy as np
        >>> errors = np.random.default_rng(7).random(4000) < np.repeat([0.1, 0.3], [3000, 1000])
        >>> DDM().update_many(errors)
        (Alarm at 3,560: mean 0.1182 → 0.2963 since 3,318,)
    """

    EVENTS: ClassVar[bool] = True

    warning_level: float = 3.0
    drift_level: float = 4.0
    warm_up: int = 30
    min_errors: int = 20
    _n: int = field(default=0, init=False, repr=False)
    _errors: float = field(default=0.0, init=False, repr=False)
    _best: list[float] = field(default_factory=lambda: [math.inf, 0.0], init=False, repr=False)
    """The smallest rate and deviation together, and the deviation of it."""
    _warned: list[float] = field(default_factory=lambda: [-1.0, 0.0], init=False, repr=False)
    """After how many values, and errors, the warning began; -1 where there is none."""

    def __post_init__(self) -> None:
        if not 0 < self.warning_level < self.drift_level or self.warm_up < 2:
            raise ConfigError(
                "expected 0 < warning_level < drift_level and a warm_up of at least 2, got "
                f"{self.warning_level}, {self.drift_level} and {self.warm_up}."
            )

    def reset(self) -> None:
        """Forget all values, but not how many they were."""
        self.status = "stable"
        self._n, self._errors = 0, 0.0
        self._best, self._warned = [math.inf, 0.0], [-1.0, 0.0]

    def _n_since(self) -> int:
        return self._n

    def _take(self, value: float) -> Change | None:
        n = self._n = self._n + 1
        errors = self._errors = self._errors + value
        if n <= self.warm_up or errors < self.min_errors:
            return None
        rate = errors / n
        deviation = math.sqrt(rate * (1 - rate) / n)
        if rate + deviation <= self._best[0]:
            self._best = [rate + deviation, deviation]
        above = rate + deviation - (self._best[0] - self._best[1])
        if above <= self.warning_level * self._best[1]:
            self.status, self._warned = "stable", [-1.0, 0.0]
            return None
        if self.status != "warning":
            self.status, self._warned = "warning", [n - 1.0, errors - value]
        return self._change() if above > self.drift_level * self._best[1] else None

    def _scan(self, values: Values) -> tuple[int, Change | None]:
        n = np.arange(self._n, self._n + values.size + 1, dtype=np.float64)
        errors = np.cumsum(np.concatenate([[self._errors], values]))
        judged = (n > self.warm_up) & (errors >= self.min_errors)
        judged[0] = False
        best, deviations, above = self._levels(n, errors, judged)
        alarms = judged & (above > self.drift_level * deviations)
        warned = judged & (above > self.warning_level * deviations)
        last = int(np.argmax(alarms)) if alarms.any() else values.size
        calm = np.flatnonzero(~warned[1 : last + 1])
        if not warned[last]:
            self.status, self._warned = "stable", [-1.0, 0.0]
        elif calm.size or self.status != "warning":
            start = int(calm[-1]) + 1 if calm.size else 0
            self.status, self._warned = "warning", [float(n[start]), float(errors[start])]
        self._n, self._errors, self._best = (
            int(n[last]),
            float(errors[last]),
            [float(best[last]), float(deviations[last])],
        )
        return last, self._change() if alarms[last] else None

    def _levels(self, n: Values, errors: Values, judged: npt.NDArray[np.bool_]) -> tuple[Values, Values, Values]:
        """At each value: the best level so far, its deviation, and how far the present level is above its rate."""
        with np.errstate(divide="ignore", invalid="ignore"):
            rates = errors / n
            spreads = np.sqrt(rates * (1 - rates) / n)
        levels = np.where(judged, rates + spreads, math.inf)
        levels[0], spreads[0] = self._best
        best = np.minimum.accumulate(levels)
        places = np.maximum.accumulate(np.where(levels <= best, np.arange(n.size), 0))
        deviations = spreads[places]
        with np.errstate(invalid="ignore"):
            return best, deviations, levels - (best - deviations)

    def _change(self) -> Change:
        began, errors = int(self._warned[0]), self._warned[1]
        return Change(
            began=began + 1,
            before=errors / began if began else math.nan,
            after=(self._errors - errors) / (self._n - began),
        )
