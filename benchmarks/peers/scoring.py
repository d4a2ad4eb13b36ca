"""`python -m benchmarks.peers.scoring LIBRARY`: in its own environment, what a library's tests say of every sample."""

from __future__ import annotations

import argparse
import importlib
import json
import math
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from benchmarks.peers.scenarios import SCENARIOS, Array, Kind, moved, usual

Score = Callable[[Array, Array], float]
"""Of a reference and a current sample; the larger, the more it speaks for drift."""
USUAL_REPEATS: Final[Mapping[Kind, int]] = {"numbers": 500, "categories": 500, "vectors": 120}
MOVED_REPEATS: Final[Mapping[Kind, int]] = {"numbers": 300, "categories": 300, "vectors": 80}
QUICK: Final = 10
"""What part of the repeats quick runs take."""
PATIENCE_S: Final = 60.0
"""After which a slow test gets no more samples of one kind."""


def score_all(
    tests: Callable[[Kind], Mapping[str, Score]], *, kinds: Sequence[Kind], quick: bool
) -> dict[str, dict[str, dict[str, list[float]]]]:
    """By scenario and test the scores of samples without drift (`usual`) and with it (`moved`)."""
    part, patience_s = (QUICK, PATIENCE_S / QUICK) if quick else (1, PATIENCE_S)
    without: dict[tuple[str, str], list[float]] = {}
    found: dict[str, dict[str, dict[str, list[float]]]] = {}
    for scenario in (scenario for scenario in SCENARIOS if scenario.world.kind in kinds):
        world, rows = scenario.world, found.setdefault(scenario.name, {})
        for name, test in tests(world.kind).items():
            if (world.name, name) not in without:
                pairs = usual(world, USUAL_REPEATS[world.kind] // part)
                without[world.name, name] = _scores(test, pairs, patience_s)
            pairs = moved(scenario, MOVED_REPEATS[world.kind] // part)
            rows[name] = {"usual": without[world.name, name], "moved": _scores(test, pairs, patience_s)}
    return found


def _scores(test: Score, pairs: Iterable[tuple[Array, Array]], patience_s: float) -> list[float]:
    started_s, scores = time.process_time(), list[float]()
    for reference, current in pairs:
        scores.append(_score(test, reference, current))
        if time.process_time() - started_s > patience_s:
            break
    return scores


def _score(test: Score, reference: Array, current: Array) -> float:
    """NaN where a library cannot compare the samples: it finds nothing in them."""
    try:
        return float(test(reference, current))
    except Exception:
        return math.nan


def main() -> None:
    """Score, and print it as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.scoring", description=__doc__)
    parser.add_argument("library")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--kinds", nargs="*", default=["numbers", "categories", "vectors"])
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    tests = importlib.import_module(f"benchmarks.peers.{options.library}").tests
    print(json.dumps(score_all(tests, kinds=options.kinds, quick=options.quick)))


if __name__ == "__main__":
    main()
