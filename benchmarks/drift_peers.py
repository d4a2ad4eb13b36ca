"""Drift beside four other libraries: how much is found at one true rate of false alarms, and how fast."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final, cast

from benchmarks.peers.environments import FOLDER, LIBRARIES, OURS, run
from benchmarks.peers.power import Comparison, Scores, compare
from benchmarks.peers.scenarios import SCENARIOS, Kind
from benchmarks.row import BenchRow

KINDS: Final[tuple[Kind, ...]] = ("numbers", "categories", "vectors")
NOISE: Final = 0.05
"""Two powers this close cannot be told apart: each is a share of 300 samples, beyond a limit found from 500."""
ROWS: Final = 100_000
SPEED_BAR: Final = 50.0


def rows(*, quick: bool = False) -> list[BenchRow]:
    """The lines of the table; the environments are made where they are missing."""
    scores = {library: scores_of(library, quick=quick) for library in (OURS, *LIBRARIES)}
    found = {scenario: compare(scores, scenario.name) for scenario in SCENARIOS}
    of_kind = {kind: [one for scenario, one in found.items() if scenario.world.kind == kind] for kind in KINDS}
    return [
        *(row for kind, comparisons in of_kind.items() for row in _power_rows(kind, comparisons)),
        _speed_row(ROWS // 10 if quick else ROWS),
    ]


def scores_of(library: str, *, quick: bool = False) -> Scores:
    """What a library's tests say of all samples. Kept beside its environment; ours are always new."""
    kept = kept_scores(library, quick=quick)
    if library == OURS or not kept.exists():
        scores = run(library, "scoring", ["--quick"] if quick else [])
        FOLDER.mkdir(exist_ok=True)
        kept.write_text(json.dumps(scores))
    return cast(Scores, json.loads(kept.read_text()))


def kept_scores(library: str, *, quick: bool) -> Path:
    """Where they are kept."""
    return FOLDER / f"{library}{'-quick' if quick else ''}.json"


def _power_rows(kind: Kind, comparisons: list[Comparison]) -> Iterator[BenchRow]:
    """What is found where nobody chooses a test, and where somebody does who knows what has moved."""
    leads = {
        "by default, against the best default": {one.scenario: one.lead for one in comparisons},
        "by the best test, against the best of all tests": {one.scenario: one.lead_chosen for one in comparisons},
    }
    for how, lead in leads.items():
        worst = min(lead, key=lead.__getitem__)
        yield BenchRow(
            what=f"drift of {kind} found at 5 % of false alarms {how} of {', '.join(LIBRARIES)}",
            bar="at least as often in every scenario",
            measured=f"{100 * lead[worst]:+.0f} points",
            ok=lead[worst] > -NOISE,
            beside=f"least in: {worst}; {len(comparisons)} scenarios",
        )


def _speed_row(count: int) -> BenchRow:
    theirs, ours = (run(library, "speed", [str(count)]) for library in ("evidently", OURS))
    ratio = theirs["cpu_s"] / ours["cpu_s"]
    return BenchRow(
        what=f"30 columns of {count:,} rows on each side, against Evidently",
        bar=f"≥ {SPEED_BAR:.0f}× faster",
        measured=f"{ratio:.0f}×",
        ok=ratio >= SPEED_BAR,
        beside=f"{ours['cpu_s']:.2f} s against {theirs['cpu_s']:.1f} s of CPU time",
    )
