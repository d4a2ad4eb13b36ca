"""From scores to power: how often each test finds what was planted, at one true rate of false alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.peers.environments import OURS

LEVEL: Final = 0.05
DEFAULT: Final = "default"
Scores = Mapping[str, Mapping[str, Mapping[str, Sequence[float]]]]
"""By scenario, test, and `usual` or `moved`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How often one test found what was planted."""

    library: str
    test: str
    power: float

    @property
    def is_default(self) -> bool:
        """Whether it is what the library does where nothing is chosen."""
        return self.test == DEFAULT

    def __str__(self) -> str:
        return f"{self.power:.0%} ({self.library}, {self.test})"


def power(usual: Sequence[float], moved: Sequence[float], *, level: float = LEVEL) -> float:
    """The share of moved samples beyond what only `level` of the usual ones exceed.

    Of samples exactly there as many count as bring the false alarms to `level`: no test loses by having ties.
    """
    without, planted = (np.nan_to_num(np.asarray(scores), nan=-np.inf) for scores in (usual, moved))
    limit = np.sort(without)[::-1][int(level * without.size)]
    above, at = float((without > limit).mean()), float((without == limit).mean())
    return float((planted > limit).mean() + (level - above) / at * (planted == limit).mean())


def powers(scores: Mapping[str, Scores], scenario: str) -> list[Found]:
    """Every test of every library in one scenario, the most powerful first."""
    found = [
        Found(library=library, test=test, power=power(of["usual"], of["moved"]))
        for library, scenarios in scores.items()
        for test, of in scenarios.get(scenario, {}).items()
    ]
    return sorted(found, key=lambda one: -one.power)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One scenario: ours beside the best of the others."""

    scenario: str
    ours: Found
    ours_chosen: Found
    """The best of our tests, as somebody would choose who knows what has moved."""
    best_default: Found | None
    """The best of what other libraries do where nothing is chosen."""
    best_chosen: Found
    """The best of all their tests, chosen likewise."""

    @property
    def lead(self) -> float:
        """How much more often ours finds it than the best default; than the best of all where there is no default."""
        return self.ours.power - (self.best_default or self.best_chosen).power

    @property
    def lead_chosen(self) -> float:
        """The same of the best test of all of ours, over the best of all of theirs."""
        return self.ours_chosen.power - self.best_chosen.power


def compare(scores: Mapping[str, Scores], scenario: str) -> Comparison:
    """Our default beside the others'."""
    found = powers(scores, scenario)
    own = [one for one in found if one.library == OURS]
    others = [one for one in found if one.library != OURS]
    return Comparison(
        scenario=scenario,
        ours=next(one for one in own if one.is_default),
        ours_chosen=own[0],
        best_default=next((one for one in others if one.is_default), None),
        best_chosen=others[0],
    )
