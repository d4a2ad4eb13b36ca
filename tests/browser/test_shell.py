"""What stands around every screen: navigation, palette, help, theme, settings."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import press
from tests.browser.viewers import Viewer
from tests.browser.watch import Windows

pytestmark = pytest.mark.browser

SCREENS = {
    "Overview": ("g o", "/"),
    "Traces": ("g t", "/traces"),
    "Sessions": ("g s", "/sessions"),
    "Compare": ("g c", "/compare"),
    "SQL": ("g q", "/sql"),
    "Annotate": ("g a", "/annotate"),
}


@pytest.mark.parametrize("title", SCREENS)
def test_navigation_by_mouse(page: Page, rich: Viewer, title: str):
    """Every screen is a click away, and its link says that it is the current one."""
    page.goto(rich.url)
    link = page.get_by_role("navigation", name="Screens").get_by_role("link", name=title)
    link.click()
    expect(page).to_have_url(re.compile(rf"^{re.escape(rich.url + SCREENS[title][1])}/?(\?.*)?$"))
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    expect(link).to_have_attribute("aria-current", "page")
    expect(page).to_have_title(f"{title} · PyFlare")


@pytest.mark.parametrize("title", SCREENS)
def test_navigation_by_keys(page: Page, rich: Viewer, title: str):
    """Two keys go to every screen."""
    page.goto(f"{rich.url}/traces" if title == "Overview" else rich.url)
    expect(page.get_by_role("navigation", name="Screens")).to_be_visible()
    press(page, SCREENS[title][0])
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


def test_palette(page: Page, rich: Viewer):
    """The palette finds screens by their names and traces by their ids, without the mouse."""
    page.goto(rich.url)
    expect(page.get_by_role("navigation", name="Screens")).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("sess")
    expect(page.get_by_role("option", selected=True)).to_contain_text("Sessions")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Sessions")).to_be_visible()
    trace_id = rich.get("/traces", limit="1")["traces"][0]["trace_id"]
    page.keyboard.press("Control+k")
    page.keyboard.type(trace_id)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/traces/{trace_id}"))


def test_help(page: Page, rich: Viewer):
    """A question mark lists the keys that work here; Escape closes the list."""
    page.goto(rich.url)
    expect(page.get_by_role("navigation", name="Screens")).to_be_visible()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard")
    expect(dialog.get_by_text("Command palette")).to_be_visible()
    expect(dialog.get_by_text("Go to", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_theme(page: Page, rich: Viewer):
    """The theme is the system's until it is changed, and then stays."""
    page.goto(rich.url)
    before = background(page)
    page.get_by_role("button", name="Change to the dark theme").click()
    expect(page.get_by_role("button", name="Change to the light theme")).to_be_visible()
    page.wait_for_function("(before) => getComputedStyle(document.body).backgroundColor !== before", arg=before)
    page.reload()
    expect(page.get_by_role("button", name="Change to the light theme")).to_be_visible()


def test_theme_of_the_system(windows: Windows, rich: Viewer):
    """Where the system is dark, so is the viewer."""
    page = windows.new(color_scheme="dark").context.new_page()
    page.goto(rich.url)
    expect(page.get_by_role("button", name="Change to the light theme")).to_be_visible()
    red, green, blue = (int(part) for part in re.findall(r"\d+", background(page))[:3])
    assert red + green + blue < 200


def test_time_zone(page: Page, rich: Viewer):
    """Times are shown in the zone chosen in the settings."""
    page.goto(f"{rich.url}/traces")
    expect(page.get_by_role("navigation", name="Screens")).to_be_visible()
    page.keyboard.press("Control+,")
    dialog = page.get_by_role("dialog", name="Settings")
    dialog.get_by_label("Time zone").select_option("Europe/Berlin")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.reload()
    expect(page.get_by_role("navigation", name="Screens")).to_be_visible()
    page.keyboard.press("Control+,")
    expect(dialog.get_by_label("Time zone")).to_have_value("Europe/Berlin")


def test_unknown_address(page: Page, rich: Viewer):
    """An address that leads nowhere says so, and leads back."""
    page.goto(f"{rich.url}/nothing/here")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    page.get_by_role("link", name="Go to the overview").click()
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))
