"""The costs: what the screen says is what the API says, and what has no price is never nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.acting import drag_over, is_wider_than_the_window, search_of, tab_to
from tests.browser.axe import faults
from tests.browser.viewers import Viewer, viewing

pytestmark = pytest.mark.browser

TELEPHONE = {"width": 390, "height": 844}
UNPRICED = """
import sys

import pyflare

budgets = [pyflare.Budget(name="a few calls", limit_calls=2, window="month", by="user", on_exceeded="stop")]
pyflare.init(service="house", path=sys.argv[1], budgets=budgets)
for _ in range(3):
    with pyflare.context(user="ann"), pyflare.span("ask", kind="llm"):
        pyflare.update(provider="nobody", model="house-llm-of-nobody", input_tokens=1000, output_tokens=100)
"""


@pytest.fixture(scope="module")
def unpriced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viewer]:
    """A viewer of a folder with three calls that have no price, and a budget of two calls."""
    folder = tmp_path_factory.mktemp("unpriced") / ".pyflare"
    subprocess.run([sys.executable, "-c", UNPRICED, str(folder)], check=True, capture_output=True)
    with viewing(folder) as viewer:
        yield viewer


def opened(page: Page, viewer: Viewer, search: str = "") -> Page:
    page.goto(f"{viewer.url}/costs{search}")
    expect(page.get_by_role("heading", level=1, name="Costs")).to_be_visible()
    expect(page.get_by_role("region", name="Budgets")).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    return page


def number(page: Page, label: str) -> Locator:
    """A number among the tiles, with all that stands around it."""
    tiles = page.get_by_role("region", name="Numbers")
    return tiles.locator("div").filter(has=page.get_by_role("heading", name=label, exact=True)).last


def spend(page: Page) -> Locator:
    return page.get_by_role("slider", name="Spend over time")


def test_numbers(page: Page, rich: Viewer):
    """The tiles say what the API says; with a day of history there is no forecast, and it says why."""
    opened(page, rich)
    found = rich.get("/costs")
    expect(number(page, "Cost")).to_contain_text(f"${found['total_cost_usd']:.3f}".rstrip("0"))
    expect(number(page, "Calls")).to_contain_text(f"{found['total_requests'] / 1000:.3g}k")
    expect(number(page, "Unpriced calls")).to_contain_text(str(found["unpriced_requests"]))
    expect(page.get_by_text("Too little history for a forecast")).to_be_visible()
    expect(page.get_by_text(re.compile("needs 14 observed days"))).to_be_visible()


def test_dearest_model(page: Page, rich: Viewer):
    """A click on a value leads to its traces."""
    opened(page, rich)
    dearest = rich.get("/costs/breakdown", dimension="model")["breakdown"][0]["value"]
    models = page.get_by_role("region", name="Cost by model")
    expect(models.get_by_role("row").nth(1)).to_contain_text(dearest)
    models.get_by_role("link", name=dearest, exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Traces")).to_be_visible()
    assert search_of(page)["filter"] == f"model = {dearest}"


def test_other_dimension(page: Page, rich: Viewer):
    """A table can be of another dimension; the browser remembers it."""
    opened(page, rich)
    page.get_by_role("region", name="Cost by user").get_by_role("button", name="Users").click()
    page.get_by_role("menuitemcheckbox", name="Providers").click()
    expect(page.get_by_role("region", name="Cost by provider").get_by_role("link", name="openai")).to_be_visible()
    page.reload()
    expect(page.get_by_role("region", name="Cost by provider")).to_be_visible()


def test_brush(page: Page, rich: Viewer):
    """What is dragged over in the chart is the range of every screen."""
    opened(page, rich)
    before = number(page, "Cost").text_content() or ""
    drag_over(page, spend(page), 0.3, 0.7)
    expect(page).to_have_url(re.compile("start=.*end="))
    expect(number(page, "Cost")).not_to_have_text(before)
    chosen = search_of(page)
    within = rich.get("/costs", start_time=chosen["start"], end_time=chosen["end"])
    expect(number(page, "Cost")).to_contain_text(f"${within['total_cost_usd']:.3f}".rstrip("0"))


def test_keys(page: Page, rich: Viewer):
    """Without a mouse, arrows read the chart out, with Shift they choose, and Enter takes it."""
    opened(page, rich)
    tab_to(page, spend(page))
    page.keyboard.press("ArrowRight")
    expect(spend(page)).to_have_attribute("aria-valuetext", re.compile(r"gpt-4o \$"))
    for _ in range(9):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("start=.*end="))


def test_unpriced(page: Page, unpriced: Viewer):
    """Where nothing is priced no sum is zero, and the screen says which models lack a price and what to do."""
    opened(page, unpriced)
    expect(number(page, "Cost")).to_contain_text("no call has a price")
    expect(page.get_by_role("region", name="Numbers")).not_to_contain_text("$0")
    without = page.get_by_role("region", name="Calls without a price")
    expect(without).to_contain_text("3 calls have no price")
    expect(without).to_contain_text("pyflare cost reprice")
    expect(without.get_by_role("link", name="house-llm-of-nobody")).to_be_visible()
    budget = page.get_by_role("region", name="Budgets").get_by_role("listitem")
    expect(budget).to_contain_text("3 calls of 2 calls")
    expect(budget).to_contain_text("opens again")


@pytest.mark.parametrize("folder", ["rich", "unpriced", "empty"])
def test_accessible(page: Page, request: pytest.FixtureRequest, folder: str):
    """Axe finds nothing serious, in neither theme, nor on a telephone, with much and with nothing to show."""
    opened(page, request.getfixturevalue(folder))
    found = {"light": faults(page)}
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    found["dark"] = faults(page)
    page.set_viewport_size(TELEPHONE)
    expect(page.get_by_role("button", name="Navigation")).to_be_attached()
    found["small"] = faults(page)
    assert found == {"light": [], "dark": [], "small": []}
    assert not is_wider_than_the_window(page)


def test_empty(page: Page, empty: Viewer):
    """With nothing to show, the screen says so."""
    opened(page, empty)
    expect(page.get_by_role("heading", name="Nothing has been spent yet")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_nothing_found(page: Page, rich: Viewer):
    """Where the filter finds nothing, the screen offers a way out."""
    opened(page, rich, "?filter=model+%3D+nothing-like-it")
    expect(page.get_by_role("heading", name="No calls here")).to_be_visible()
    page.get_by_role("button", name="Take the filter away").click()
    expect(spend(page)).to_be_visible()
