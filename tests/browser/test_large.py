"""Much to look at: a million spans, and a trace of a hundred thousand. How fast that is, `benchmarks.viewer` says."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from benchmarks import million
from tests.browser import folders
from tests.browser.acting import press
from tests.browser.viewers import Viewer, viewing

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

SPANS = 100_000


@pytest.fixture(scope="module")
def large() -> Iterator[Viewer]:
    """A viewer of a million spans."""
    with viewing(million.folder()) as viewer:
        yield viewer


@pytest.fixture(scope="module")
def deep(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viewer]:
    """A viewer of one trace of a hundred thousand spans."""
    with viewing(folders.deep(tmp_path_factory.mktemp("deep"), spans=SPANS)) as viewer:
        yield viewer


def test_overview_of_a_million_spans(page: Page, large: Viewer):
    """The overview shows them, and narrows to one model of them."""
    page.goto(large.url)
    expect(page.get_by_role("region", name="Numbers")).to_contain_text("143k")
    page.get_by_role("region", name="Models").get_by_role("button", name="medium", exact=True).click()
    expect(page).to_have_url(re.compile("filter=model"))
    expect(page.get_by_role("region", name="Numbers")).not_to_contain_text("143k")


def test_list_of_a_million_spans(page: Page, large: Viewer):
    """The list finds the few prompts that hold a rare word."""
    page.goto(f"{large.url}/traces?filter={million.RARE_WORD}")
    expect(page.locator("[data-index='0']")).to_be_visible(timeout=60_000)  # it looks through all texts
    found = large.get("/traces", filter=million.RARE_WORD, count="true", limit="1")["total"]
    expect(page.locator("[role=row][data-index]")).to_have_count(found)


def test_trace_of_a_hundred_thousand_spans(page: Page, deep: Viewer):
    """It opens, goes to its end, is searched, folded and zoomed; only what is on screen is drawn."""
    (trace,) = deep.get("/traces")["traces"]
    assert trace["span_count"] == SPANS
    page.goto(f"{deep.url}/traces/{trace['trace_id']}")
    items = page.get_by_role("treeitem")
    expect(items.first).to_be_visible()
    page.get_by_role("tree").focus()
    press(page, "End")
    expect(page.get_by_role("treeitem", selected=True)).to_be_visible()
    assert items.count() < 200
    press(page, "Home e")
    expect(page.get_by_role("treeitem", selected=True)).to_have_attribute("aria-label", re.compile("error$"))
    press(page, "/")
    page.keyboard.type("retriever 7")
    expect(page.get_by_role("status").filter(has_text="found")).to_have_text(re.compile("^[1-9].*found$"))
    press(page, "Escape + 0 Home ArrowLeft")
    expect(items).to_have_count(1)
