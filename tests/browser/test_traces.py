"""The list of traces: scrolling, filtering, facets, columns, views, by mouse and by keys."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.acting import drag_over, press, search_of, tab_to
from tests.browser.viewers import Viewer

pytestmark = pytest.mark.browser


def opened(page: Page, viewer: Viewer, search: str = "") -> Page:
    page.goto(f"{viewer.url}/traces{search}")
    expect(rows(page).first).to_be_visible()
    return page


def table(page: Page, of: str = "Traces") -> Locator:
    return page.get_by_role("grid", name=of)


def rows(page: Page) -> Locator:
    """Rows that show data: the first rowgroup holds the headings."""
    return page.get_by_role("grid").locator("[role=row][data-index]")


def total(page: Page) -> Locator:
    return page.get_by_role("status").filter(has_text=re.compile(r"traces?$|spans?$"))


def write_filter(page: Page, text: str) -> Locator:
    """Begin to write a filter, by keys alone."""
    press(page, "/")
    field = page.get_by_role("textbox", name="Filter")
    expect(field).to_be_focused()
    page.keyboard.type(text)
    return field


def test_rows(page: Page, rich: Viewer):
    """The newest traces come first, with what one wants to know about them."""
    opened(page, rich)
    newest = rich.get("/traces", limit="1")["traces"][0]
    expect(rows(page).first).to_contain_text(newest["operation_name"])
    expect(total(page)).to_have_text(f"{rich.get('/info')['traces']} traces")


def test_end_by_key(page: Page, rich: Viewer):
    """End goes to the last row that is loaded, and Home back to the first."""
    opened(page, rich)
    table(page).focus()
    page.keyboard.press("End")
    expect(page.locator("[data-active]")).not_to_have_attribute("data-index", "0")
    page.keyboard.press("Home")
    expect(page.locator("[data-active]")).to_have_attribute("data-index", "0")


def test_scrolling_to_the_end(page: Page, rich: Viewer):
    """One can scroll through all there are; only those on screen are drawn."""
    opened(page, rich)
    count = rich.get("/info")["traces"]
    page.wait_for_function(
        """(last) => {
            const grid = document.querySelector("[role=grid]");
            grid.scrollTop = grid.scrollHeight;
            return grid.querySelector(`[data-index="${last}"]`) !== null;
        }""",
        arg=count - 1,
    )
    expect(page.locator(f"[data-index='{count - 1}']")).to_be_visible()
    assert rows(page).count() < 100


def test_filter_with_completion(page: Page, rich: Viewer):
    """While one writes, the viewer knows fields, operators and the values that are there."""
    opened(page, rich)
    field = write_filter(page, "mod")
    options = page.get_by_role("listbox", name="Ways to go on")
    expect(options.get_by_role("option").first).to_contain_text("model")
    page.keyboard.press("Tab")
    expect(field).to_have_value(re.compile(r"^model"))
    page.keyboard.type("= gpt-4o-m" if field.input_value().endswith(" ") else " = gpt-4o-m")
    expect(options.get_by_role("option").first).to_contain_text("gpt-4o-mini")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("filter=model"))
    found = rich.get("/traces", filter="model = gpt-4o-mini", count="true", limit="1")["total"]
    expect(total(page)).to_have_text(f"{found} traces")


def test_filter_with_a_mistake(page: Page, rich: Viewer):
    """A field that is not known is marked, and what was probably meant is offered."""
    opened(page, rich)
    write_filter(page, "modle = gpt-4o")
    problem = page.get_by_role("alert")
    expect(problem).to_contain_text("modle")
    problem.get_by_role("button", name="Use").click()
    expect(page.get_by_role("textbox", name="Filter")).to_have_value("model = gpt-4o")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("filter=model"))


def test_text_search(page: Page, rich: Viewer):
    """A word alone is looked for in what went in and what came out."""
    opened(page, rich)
    write_filter(page, "warranty")
    page.keyboard.press("Enter")
    found = rich.get("/traces", filter="warranty", count="true", limit="1")["total"]
    assert 0 < found < rich.get("/info")["traces"]
    expect(total(page)).to_have_text(f"{found} traces")


def test_facets(page: Page, rich: Viewer):
    """A click on a facet's value filters by it; the button beside it excludes it; another click takes it back."""
    opened(page, rich)
    everything = total(page).inner_text()
    facets = page.get_by_role("complementary", name="Facets")
    facets.get_by_role("button", name="error", exact=True).click()
    failed = rich.get("/traces", filter="status = error", count="true", limit="1")["total"]
    expect(total(page)).to_have_text(f"{failed} traces")
    facets.get_by_role("button", name="error", exact=True).click()
    expect(total(page)).to_have_text(everything)
    value = facets.get_by_role("listitem").filter(has=page.get_by_role("button", name="tickets", exact=True))
    value.hover()
    value.get_by_role("button", name="Exclude tickets").click()
    left = rich.get("/traces", filter="service != tickets", count="true", limit="1")["total"]
    expect(total(page)).to_have_text(f"{left} traces")


def test_exclude_by_clicking_a_value(page: Page, rich: Viewer):
    """Any value of a row can be filtered by or excluded where it stands."""
    opened(page, rich)
    page.locator("[data-field=model][data-value=gpt-4o]").first.click()
    page.get_by_role("menuitem", name="model ≠ gpt-4o").click()
    expect(page).to_have_url(re.compile(r"filter=.*gpt-4o"))
    expect(page.locator("[data-field=model][data-value=gpt-4o]")).to_have_count(0)


def test_row_by_keys(page: Page, rich: Viewer):
    """Down, filter by a value of the row, preview, open: without the mouse."""
    opened(page, rich)
    press(page, "j j")
    expect(page.locator("[data-active]")).to_have_attribute("data-index", "1")
    press(page, "f")
    menu = page.get_by_role("menu")
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    press(page, "p")
    expect(page.get_by_role("complementary", name="Preview")).to_contain_text("Input")
    press(page, "p")
    press(page, "k Enter")
    newest = rich.get("/traces", limit="1")["traces"][0]
    expect(page).to_have_url(re.compile(newest["trace_id"]))


def test_columns(page: Page, rich: Viewer):
    """Columns can be chosen, and stay chosen."""
    opened(page, rich)
    expect(page.get_by_role("columnheader", name="Environment")).to_have_count(0)
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("menuitemcheckbox", name="Environment").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("columnheader", name="Environment")).to_have_count(1)
    page.reload()
    expect(page.get_by_role("columnheader", name="Environment")).to_have_count(1)


def test_sorting(page: Page, rich: Viewer):
    """A click on a heading sorts: the slowest first."""
    opened(page, rich)
    page.get_by_role("columnheader", name="Duration").get_by_role("button").click()
    slowest = rich.get("/traces", order_by="-duration_ms", limit="1")["traces"][0]
    expect(rows(page).first).to_have_attribute("id", re.compile(slowest["trace_id"]))
    expect(page.get_by_role("columnheader", name="Duration")).to_have_attribute("aria-sort", "descending")


def test_saved_view(page: Page, own: Viewer):
    """A view saved under a name is there for everyone who opens the folder."""
    opened(page, own, "?filter=status+%3D+error")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="Save this view").click()
    page.get_by_role("textbox", name="Name").fill("What failed")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.goto(f"{own.url}/traces")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="What failed").click()
    expect(page).to_have_url(re.compile("filter=status"))
    assert [view["name"] for view in own.get("/views")["views"]] == ["What failed"]


def test_histogram(page: Page, rich: Viewer):
    """What is dragged over in the histogram is the range."""
    opened(page, rich)
    everything = total(page).inner_text()
    drag_over(page, page.get_by_role("slider", name=re.compile("^Count over time")), 0.3, 0.6)
    expect(page).to_have_url(re.compile("start=.*end="))
    expect(total(page)).not_to_have_text(everything)
    chosen = search_of(page)
    found = rich.get("/traces", start_time=chosen["start"], end_time=chosen["end"], count="true", limit="1")["total"]
    expect(total(page)).to_have_text(f"{found} traces")


def test_histogram_by_keys(page: Page, rich: Viewer):
    """The same without a mouse."""
    opened(page, rich)
    tab_to(page, page.get_by_role("slider", name=re.compile("^Count over time")))
    press(page, "ArrowRight ArrowRight Shift+ArrowRight Shift+ArrowRight Enter")
    expect(page).to_have_url(re.compile("start=.*end="))


def test_spans(page: Page, rich: Viewer):
    """Spans of all traces can be listed like traces."""
    opened(page, rich)
    page.get_by_role("radio", name="Spans").click()
    expect(table(page, "Spans")).to_be_visible()
    expect(total(page)).to_have_text(re.compile("spans$"))
    rows(page).first.get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/traces/[0-9a-f]{32}\?.*span=[0-9a-f]{16}"))


def test_two_chosen_rows(page: Page, rich: Viewer):
    """Two rows chosen by keys can be compared."""
    opened(page, rich)
    press(page, "j x j x")
    bar = page.get_by_role("region", name="Chosen rows")
    expect(bar).to_contain_text("2 chosen")
    bar.get_by_role("button", name="Compare").click()
    expect(page).to_have_url(re.compile(r"/compare\?.*a=[0-9a-f]{32}.*b=[0-9a-f]{32}"))
