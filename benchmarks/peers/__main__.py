"""`python -m benchmarks.peers`: every scenario and every library's best test, as the table of the documentation."""

from __future__ import annotations

import sys
from typing import Final

from benchmarks.drift_peers import scores_of
from benchmarks.peers.environments import LIBRARIES, OURS
from benchmarks.peers.power import Comparison, Found, compare
from benchmarks.peers.scenarios import SCENARIOS, Scenario

_HEAD: Final = """\
| What has moved | rows | PyFlare | best default of the others | PyFlare's best test | best of all their tests |
| --- | --- | --- | --- | --- | --- |"""


def main() -> None:
    """Score whatever has not been scored, and print the table in Markdown."""
    quick = "--quick" in sys.argv
    scores = {library: scores_of(library, quick=quick) for library in (OURS, *LIBRARIES)}
    print(_HEAD)
    for scenario in SCENARIOS:
        print(_line(scenario, compare(scores, scenario.name)))


def _line(scenario: Scenario, found: Comparison) -> str:
    world = scenario.world
    rows = (
        f"{world.n_current:,}"
        if world.n_current == world.n_reference
        else f"{world.n_reference:,} / {world.n_current:,}"
    )
    cells = (
        scenario.name,
        rows,
        f"{found.ours.power:.0%}",
        _cell(found.best_default),
        _own(found.ours_chosen),
        _cell(found.best_chosen),
    )
    return f"| {' | '.join(cells)} |"


def _own(found: Found) -> str:
    return f"{found.power:.0%}" if found.is_default else f"{found.power:.0%} ({found.test})"


def _cell(found: Found | None) -> str:
    return str(found) if found else "none has one"


if __name__ == "__main__":
    main()
