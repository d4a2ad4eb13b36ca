"""Structural time series by the Kalman filter: a level, a slope and a season that may each move.

The model (Harvey 1989, chapter 2; Durbin and Koopman 2012, chapter 3) with noise
of variance s², and each component's own noise as a ratio to it:

    y_t     = level_t + season_t + e_t              e ~ N(0, s²)
    level_t = level_{t-1} + slope_{t-1} + a         a ~ N(0, q_level s²)
    slope_t = damping * slope_{t-1} + b             b ~ N(0, q_slope s²)
    season: one rotation per harmonic of the period, each with noise q_season s²

With all ratios 0 it is least squares on a constant, a line and the harmonics.
Nothing is assumed of where components begin (a diffuse prior), and a missing
observation only lets them move on: both are in the variances that come out.
All combinations of the ratios are run at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_DIFFUSE: Final = 1e7
"""Variance of what nothing is known of, in units of the noise, for series with a scale of about 1."""
_STILL_DIFFUSE: Final = 1e4
"""A prediction of so large a variance says nothing yet, and does not count in the likelihood."""
_LEVEL_RATIOS: Final = (0.0, 0.003, 0.03, 0.3, 3.0, 100.0)
_SLOPE_RATIOS: Final = (0.0, 0.0003, 0.01)
_SEASON_RATIOS: Final = (0.0, 0.003)
_HARMONICS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """What a model consists of, beside its level."""

    slope: bool = False
    damping: float = 1.0
    """How much of the slope is left after each step."""
    period: int | None = None
    """Steps in a season; None without one."""

    @property
    def name(self) -> str:
        """In words."""
        words = ["level"]
        if self.slope:
            words.append("trend" if self.damping == 1.0 else "damped trend")
        if self.period is not None:
            words.append(f"season of {self.period}")
        return " + ".join(words)


@dataclass(frozen=True, slots=True)
class Model:
    """The matrices of a model, for every combination of its ratios."""

    transition: Floats
    """Shape `(d, d)`."""
    observed: Floats
    """Shape `(d,)`: how a state shows."""
    noise: Floats
    """Shape `(g, d)`: variances of the components' own noise, per combination."""

    @classmethod
    def of(cls, components: Components) -> Model:
        """Put a model together."""
        blocks, observed = [np.ones((1, 1))], [1.0]
        ratios: list[tuple[float, ...]] = [_LEVEL_RATIOS]
        if components.slope:
            blocks = [np.array([[1.0, 1.0], [0.0, components.damping]])]
            observed, ratios = [1.0, 0.0], [_LEVEL_RATIOS, _SLOPE_RATIOS]
        widths = [1] * len(ratios)
        if components.period is not None:
            turns = [_rotation(2 * np.pi * k / components.period) for k in _harmonics(components.period)]
            blocks += turns
            observed += [1.0, 0.0] * len(turns)
            ratios.append(_SEASON_RATIOS)
            widths.append(2 * len(turns))
        noise = [np.repeat(combination, widths) for combination in product(*ratios)]
        return cls(_block_diagonal(blocks), np.array(observed), np.array(noise))


@dataclass(frozen=True, slots=True)
class Filtered:
    """What is known after each observation, for every combination of ratios."""

    model: Model
    state: Floats
    """Shape `(n, g, d)`."""
    variance: Floats
    """Shape `(n, g, d, d)`, in units of the noise."""
    noise: Floats
    """Shape `(n, g)`: the noise's variance as estimated so far; nan where it cannot be."""
    freedom: npt.NDArray[np.int64]
    """Shape `(n, g)`: degrees of freedom of that."""
    likelihood: Floats
    """Shape `(n, g)`: concentrated log-likelihood so far."""

    def weights(self, origin: int) -> Floats:
        """How likely each combination of ratios is after the observation at `origin`; they sum to 1."""
        likelihood = self.likelihood[origin]
        known = np.exp(np.nan_to_num(likelihood - np.nanmax(likelihood), nan=-np.inf))
        whole: Floats = known / known.sum()
        return whole


def run(values: Floats, model: Model) -> Filtered:
    """Filter a series.

    Args:
        values: Shape `(n,)`, with a scale of about 1. nan where there is no observation.
        model: Of `g` combinations and `d` states.
    """
    (g, d), n = model.noise.shape, len(values)
    state, variance = np.zeros((g, d)), np.repeat(np.eye(d)[None] * _DIFFUSE, g, axis=0)
    squares, logs, counts = np.zeros(g), np.zeros(g), np.zeros(g, np.int64)
    states, variances = np.empty((n, g, d)), np.empty((n, g, d, d))
    noises, freedoms, likelihoods = np.empty((n, g)), np.empty((n, g), np.int64), np.empty((n, g))
    own = model.noise[:, :, None] * np.eye(d)
    for t, value in enumerate(values):
        if t:
            state = state @ model.transition.T
            variance = model.transition @ variance @ model.transition.T + own
        if not np.isnan(value):
            gain = variance @ model.observed
            spread = gain @ model.observed + 1.0
            error = value - state @ model.observed
            state = state + gain * (error / spread)[:, None]
            variance = variance - gain[:, :, None] * gain[:, None, :] / spread[:, None, None]
            counted = spread < _STILL_DIFFUSE
            squares += np.where(counted, error**2 / spread, 0.0)
            logs += np.where(counted, np.log(spread), 0.0)
            counts += counted
        states[t], variances[t], freedoms[t] = state, variance, counts
        with np.errstate(divide="ignore", invalid="ignore"):
            noises[t] = np.where(counts > 0, squares / counts, np.nan)
            likelihoods[t] = np.where(counts > 0, -0.5 * (counts * np.log(np.maximum(noises[t], 1e-12)) + logs), np.nan)
    return Filtered(model, states, variances, noises, freedoms, likelihoods)


@dataclass(frozen=True, slots=True)
class Ahead:
    """Means and standard deviations of the steps ahead, and of their running totals. Shape `(h,)` each."""

    mean: Floats
    deviation: Floats
    total: Floats
    total_deviation: Floats
    freedom: int
    """Degrees of freedom of the deviations."""


def ahead(filtered: Filtered, origin: int, horizon: int) -> Ahead:
    """Look ahead from the observation at `origin`: the combinations of ratios together, each as likely as it is."""
    model, state, variance = filtered.model, filtered.state[origin], filtered.variance[origin]
    shows, row = np.empty((horizon, state.shape[1])), model.observed
    for h in range(horizon):
        row = row @ model.transition
        shows[h] = row
    reach = np.vstack([model.observed, shows[:-1]])
    """How noise that comes in at one step shows that many steps later."""
    weights, noise = filtered.weights(origin), filtered.noise[origin]
    mean, deviation = _mixed(shows, reach, np.ones(horizon), state, variance, model.noise, weights, noise)
    sums, reaches = np.cumsum(shows, axis=0), np.cumsum(reach, axis=0)
    steps = np.arange(1.0, horizon + 1)
    total, total_deviation = _mixed(sums, reaches, steps, state, variance, model.noise, weights, noise)
    freedom = int(filtered.freedom[origin, int(np.argmax(weights))])
    return Ahead(mean=mean, deviation=deviation, total=total, total_deviation=total_deviation, freedom=freedom)


def _mixed(
    shows: Floats,
    reach: Floats,
    single: Floats,
    state: Floats,
    variance: Floats,
    own: Floats,
    weights: Floats,
    noise: Floats,
) -> tuple[Floats, Floats]:
    """Mean and standard deviation of a mixture: what each expects, and how far they are apart. Shape `(h,)` each."""
    means = shows @ state.T
    spreads = single[:, None] + np.cumsum(reach**2 @ own.T, axis=0) + np.einsum("hd,gde,he->hg", shows, variance, shows)
    mean = means @ weights
    return mean, np.sqrt((spreads * noise + (means - mean[:, None]) ** 2) @ weights)


def _harmonics(period: int) -> range:
    return range(1, min((period - 1) // 2, _HARMONICS) + 1)


def _rotation(angle: float) -> Floats:
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def _block_diagonal(blocks: list[Floats]) -> Floats:
    size = sum(len(block) for block in blocks)
    whole, at = np.zeros((size, size)), 0
    for block in blocks:
        whole[at : at + len(block), at : at + len(block)] = block
        at += len(block)
    return whole
