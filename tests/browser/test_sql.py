"""SQL: writing it, running it, and what comes of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.acting import tab_to
from tests.browser.viewers import Viewer

pytestmark = pytest.mark.browser


def editor(page: Page) -> Locator:
    return page.locator(".cm-content")


def results(page: Page) -> Locator:
    return page.get_by_role("grid")


def written(page: Page, viewer: Viewer, sql: str) -> Page:
    page.goto(f"{viewer.url}/sql")
    editor(page).click()
    page.keyboard.insert_text(sql)
    return page


def test_running(page: Page, rich: Viewer):
    """A statement is run by keys, and its rows are shown."""
    written(page, rich, "SELECT service_name, count(*) AS traces FROM traces GROUP BY ALL ORDER BY traces DESC")
    page.keyboard.press("Control+Enter")
    expect(results(page)).to_contain_text("assistant")
    expect(page.get_by_role("status").filter(has_text="rows in")).to_contain_text("3 rows")


def test_completion(page: Page, rich: Viewer):
    """The editor knows the tables and their columns."""
    page.goto(f"{rich.url}/sql")
    editor(page).click()
    page.keyboard.type("SELECT model_i", delay=15)
    page.get_by_role("option", name=re.compile("^model_id")).first.click()
    expect(editor(page)).to_contain_text("model_id")


def test_mistake(page: Page, rich: Viewer, watch: Any):
    """A statement that is wrong is refused with a reason, and the place is marked."""
    watch.allow("400")
    written(page, rich, "SELECT modle_id FROM spans")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("alert")).to_contain_text("modle_id")
    expect(page.locator(".cm-lintRange-error")).to_have_text("modle_id")


def test_writing_is_refused(page: Page, rich: Viewer, watch: Any):
    """Nothing can be changed by a statement."""
    watch.allow("40[03]")
    written(page, rich, "DROP TABLE spans")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert rich.get("/info")["spans"] > 0


def test_chart(page: Page, rich: Viewer):
    """A result over time can be drawn."""
    written(page, rich, "SELECT time_bucket(INTERVAL 1 HOUR, start_time) AS hour, count(*) AS n FROM traces GROUP BY 1")
    page.get_by_role("button", name="Run").click()
    page.get_by_role("radio", name="Chart").click()
    expect(page.get_by_role("main").locator("canvas")).to_be_visible()
    expect(page).to_have_url(re.compile("view=chart"))


def test_link_to_a_trace(page: Page, rich: Viewer):
    """Ids in a result lead to their screens."""
    written(page, rich, "SELECT trace_id, duration_ns FROM traces ORDER BY duration_ns DESC LIMIT 5")
    page.keyboard.press("Control+Enter")
    results(page).get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("/traces/[0-9a-f]{32}"))
    expect(page.get_by_role("treeitem").first).to_be_visible()


def test_address(page: Page, rich: Viewer):
    """The address holds the statement; a browser that has never run it asks first."""
    written(page, rich, "SELECT 41 + 1 AS answer")
    page.keyboard.press("Control+Enter")
    expect(results(page)).to_contain_text("42")
    expect(page).to_have_url(re.compile("q="))
    page.evaluate("localStorage.clear()")
    page.reload()
    page.get_by_role("button", name="Run it").click()
    expect(results(page)).to_contain_text("42")


def test_example(page: Page, rich: Viewer):
    """Who has no question finds some to begin with, which every folder can answer."""
    page.goto(f"{rich.url}/sql")
    examples = page.get_by_role("region", name="Examples").get_by_role("button")
    expect(examples.first).to_be_visible()
    expect(examples.first).to_be_visible()
    count = examples.count()
    assert count > 5
    for number in range(count):
        page.goto(f"{rich.url}/sql")
        examples.nth(number).click()
        expect(page.get_by_role("status").filter(has_text=re.compile("rows? in"))).to_be_visible()


def test_leaving_the_editor(page: Page, rich: Viewer):
    """The editor does not trap the keyboard: after Escape, Tab goes on."""
    page.goto(f"{rich.url}/sql")
    editor(page).click()
    page.keyboard.press("Escape")
    tab_to(page, page.get_by_role("button", name="Slowest models"))
    page.keyboard.press("Enter")
    expect(results(page)).to_be_visible()
