"""Faults of accessibility, as axe-core finds them."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from playwright.sync_api import Page

GRAVE: Final = ("serious", "critical")
COME_TO_REST: Final = """async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    await Promise.allSettled(document.getAnimations()
        .filter((one) => one.effect.getComputedTiming().iterations !== Infinity)
        .map((one) => one.finished));
}"""
"""Colours that are on their way to others have no contrast to speak of."""


def faults(page: Page) -> list[str]:
    """The serious and critical faults of what is on screen, one line for each node."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    page.evaluate(COME_TO_REST)
    violations: list[dict[str, Any]] = page.evaluate("axe.run().then((found) => found.violations)")
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:160]}: {_first_line(node)}"
        for violation in violations
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]


def _first_line(node: dict[str, Any]) -> str:
    lines = [line.strip() for line in node.get("failureSummary", "").splitlines()]
    return "; ".join(lines[1:3])
