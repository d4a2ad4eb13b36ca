"""What holds for every screen: no faults of accessibility, addresses that can be sent, small windows."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import is_wider_than_the_window
from tests.browser.axe import faults
from tests.browser.screens import KEYS, addresses
from tests.browser.viewers import Viewer

pytestmark = pytest.mark.browser

TELEPHONE = {"width": 390, "height": 844}
SCREENS = (
    "overview",
    "traces",
    "traces-filtered",
    "trace",
    "trace-chat",
    "sessions",
    "session",
    "compare",
    "compare-traces",
    "compare-groups",
    "costs",
    "costs-filtered",
    "drift",
    "drift-monitor",
    "drift-column",
    "sql",
    "sql-result",
    "annotate",
    "palette",
    "help",
    "nowhere",
)


@pytest.fixture(scope="module")
def where(rich: Viewer) -> dict[str, str]:
    """The address of each screen."""
    return addresses(rich)


@pytest.fixture(scope="module")
def where_empty(empty: Viewer) -> dict[str, str]:
    return addresses(empty)


def shown(page: Page, viewer: Viewer, name: str, path: str) -> Page:
    """Open a screen and wait until it has come to rest."""
    page.goto(viewer.url + path)
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    if name in KEYS:
        page.keyboard.press(KEYS[name])
        page.get_by_role("dialog").wait_for()
    return page


def test_all_screens_are_here(where: dict[str, str]):
    """No screen is left out of these tests."""
    assert set(where) == set(SCREENS)


@pytest.mark.parametrize("name", SCREENS)
def test_accessible(page: Page, rich: Viewer, where: dict[str, str], name: str):
    """Axe finds nothing serious, in neither theme, nor on a telephone, where nothing is scrolled sideways."""
    shown(page, rich, name, where[name])
    found = {"light": faults(page)}
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    found["dark"] = faults(page)
    page.set_viewport_size(TELEPHONE)
    expect(page.get_by_role("button", name="Navigation")).to_be_attached()
    found["small"] = faults(page)
    assert found == {"light": [], "dark": [], "small": []}
    assert not is_wider_than_the_window(page)


@pytest.mark.parametrize("name", ["overview", "traces", "sessions", "compare", "costs", "drift", "sql", "annotate"])
def test_empty_folder(page: Page, empty: Viewer, where_empty: dict[str, str], name: str):
    """With nothing to show, every screen says so, and axe finds nothing serious."""
    shown(page, empty, name, where_empty[name])
    assert faults(page) == []
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("name", [name for name in SCREENS if name not in KEYS])
def test_address(page: Page, rich: Viewer, where: dict[str, str], name: str):
    """Whoever gets the address of a screen sees what its sender sees."""
    shown(page, rich, name, where[name])
    other = page.context.new_page()
    shown(other, rich, name, page.url.removeprefix(rich.url))
    assert settled(other) == settled(page)


def settled(page: Page) -> str:
    """The text on screen, without what goes with the time."""
    return str(
        page.get_by_role("main").evaluate(
            """(main) => main.innerText
                .replace(/\\d+[smhd] ago|just now/g, "ago")
                .replace(/in [\\d.,]+ (ms|s|µs)/g, "in a while")"""
        )
    )
