"""The overview: what it says is what the API says, and what is chosen in it is chosen everywhere."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.acting import drag_over, press, search_of, tab_to
from tests.browser.viewers import Viewer

pytestmark = pytest.mark.browser


def opened(page: Page, viewer: Viewer, search: str = "") -> Page:
    page.goto(f"{viewer.url}/{search}")
    expect(page.get_by_role("slider", name="Requests over time")).to_be_visible()
    expect(model(page, "gpt-4o")).to_be_visible()
    return page


def number(page: Page, label: str) -> Locator:
    """A number among the tiles, with all that stands around it."""
    tiles = page.get_by_role("region", name="Numbers")
    return tiles.locator("div").filter(has=page.get_by_role("heading", name=label, exact=True)).last


def requests(page: Page) -> str:
    return number(page, "Requests").text_content() or ""


def model(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name="Models").get_by_role("button", name=name, exact=True)


def test_numbers(page: Page, rich: Viewer):
    """The tiles say what the API says, and nothing is left to be loaded."""
    opened(page, rich)
    totals = rich.get("/metrics")["values"]
    expect(number(page, "Requests")).to_contain_text(str(int(totals["requests"])))
    expect(number(page, "Error rate")).to_contain_text("%")
    expect(number(page, "Cost")).to_contain_text("$")
    expect(page.get_by_role("slider")).to_have_count(4)
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)


def test_brush(page: Page, rich: Viewer):
    """What is dragged over in a chart is the range of every chart and of every screen."""
    opened(page, rich)
    before = requests(page)
    drag_over(page, page.get_by_role("slider", name="Latency over time"), 0.4, 0.6)
    expect(page).to_have_url(re.compile("start=.*end="))
    expect(number(page, "Requests")).not_to_have_text(before)
    chosen = search_of(page)
    totals = rich.get("/metrics", start_time=chosen["start"], end_time=chosen["end"])["values"]
    expect(number(page, "Requests")).to_contain_text(str(int(totals["requests"])))
    press(page, "g t")
    expect(page.get_by_role("heading", level=1, name="Traces")).to_be_visible()
    assert {name: search_of(page)[name] for name in ("start", "end")} == chosen
    page.go_back()
    page.go_back()
    expect(number(page, "Requests")).to_have_text(before)


def test_brush_by_keys(page: Page, rich: Viewer):
    """Without a mouse, arrows with Shift choose a range and Enter takes it."""
    opened(page, rich)
    tab_to(page, page.get_by_role("slider", name="Requests over time"))
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    for _ in range(30):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("start=.*end="))


def test_top_model(page: Page, rich: Viewer):
    """A click on a model narrows everything to it; the chip that says so takes it back."""
    opened(page, rich)
    before = requests(page)
    model(page, "gpt-4o").click()
    expect(page).to_have_url(re.compile("filter="))
    expect(number(page, "Requests")).not_to_have_text(before)
    totals = rich.get("/metrics", filter="model = gpt-4o")["values"]
    expect(number(page, "Requests")).to_contain_text(str(int(totals["requests"])))
    page.get_by_role("button", name="Clear the filter").click()
    expect(number(page, "Requests")).to_have_text(before)


def test_leave_out_by_keys(page: Page, rich: Viewer):
    """A value can be left out without a mouse."""
    opened(page, rich)
    tab_to(page, page.get_by_role("region", name="Models").get_by_role("button", name="Leave out gpt-4o", exact=True))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"filter=model\+!%3D\+gpt-4o|filter=model\+%21%3D\+gpt-4o"))
    expect(model(page, "gpt-4o")).to_have_count(0)


def test_rank(page: Page, rich: Viewer):
    """Values are ranked by what is chosen."""
    opened(page, rich)
    page.get_by_role("radio", name="Cost").click()
    dearest = rich.get("/breakdown", dimension="model", order_by="cost_usd", limit="6")["rows"][0]["value"]
    first = page.get_by_role("region", name="Models").get_by_role("row").nth(1)
    expect(first).to_contain_text(str(dearest))


def test_nothing_found(page: Page, rich: Viewer):
    """Where the filter finds nothing, the screen says so and offers a way out."""
    page.goto(f"{rich.url}/?filter=model+%3D+nothing-like-it")
    expect(page.get_by_role("heading", name="No traces here")).to_be_visible()
    page.get_by_role("button", name="Take the filter away").click()
    expect(page.get_by_role("slider", name="Requests over time")).to_be_visible()


def test_service(page: Page, rich: Viewer):
    """The service chosen at the top narrows every screen."""
    opened(page, rich)
    page.get_by_role("button", name="Service and environment").click()
    page.get_by_role("menuitemcheckbox", name="tickets").click()
    totals = rich.get("/metrics", service="tickets")["values"]
    expect(number(page, "Requests")).to_contain_text(str(int(totals["requests"])))
