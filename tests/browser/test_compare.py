"""Comparing two traces, and two groups of them."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.acting import press, search_of
from tests.browser.viewers import Viewer

pytestmark = pytest.mark.browser


def two(viewer: Viewer) -> tuple[str, str]:
    """Two answers to different questions."""
    traces = viewer.get("/traces", filter="name = answer and span_count = 6 and status = ok", limit="50")["traces"]
    other = next(trace for trace in traces if trace["input_preview"] != traces[0]["input_preview"])
    return traces[0]["trace_id"], other["trace_id"]


def pairs(page: Page) -> Locator:
    return page.get_by_role("tree", name="Spans of both traces").get_by_role("treeitem")


def test_two_traces(page: Page, rich: Viewer):
    """Two traces stand side by side: what they amount to, their spans in pairs, and how the texts differ."""
    a, b = two(rich)
    page.goto(f"{rich.url}/compare?a={a}&b={b}")
    expect(pairs(page)).not_to_have_count(0)
    expect(page.get_by_role("list", name="Differences in total")).to_contain_text("Duration")
    expect(page.get_by_role("tabpanel")).to_be_visible()
    first = page.get_by_role("treeitem", selected=True).get_attribute("id")
    press(page, "n")
    expect(page.get_by_role("treeitem", selected=True)).not_to_have_attribute("id", first or "")
    page.get_by_role("radio", name="Unified").click()
    expect(page.get_by_role("radio", name="Unified")).to_be_checked()


def test_choosing_two_traces(page: Page, rich: Viewer):
    """Without an address, both are chosen from the latest, or found by a filter."""
    page.goto(f"{rich.url}/compare")
    expect(page.get_by_role("heading", name="Choose two traces")).to_be_visible()
    for side, text in {"A": "status = error", "B": "status = ok"}.items():
        page.get_by_role("button", name=re.compile(f"^Trace {side}")).click()
        page.get_by_role("searchbox", name="Trace id, or a filter").fill(text)
        expect(page.get_by_text("What was found")).to_be_visible()
        found = page.get_by_role("listitem").filter(has=page.get_by_role("img", name=text.rpartition(" ")[2]))
        found.get_by_role("button").first.click()
    expect(pairs(page)).not_to_have_count(0)
    before = search_of(page)
    page.get_by_role("button", name="Swap A and B").click()
    expect(page).to_have_url(re.compile(f"a={before['b']}"))


def test_groups(page: Page, rich: Viewer):
    """What is peculiar to slow answers is found: the release and the topic that the traffic has it from."""
    page.goto(
        f"{rich.url}/compare/groups?a={quote('name = answer and latency > 4s')}&b={quote('name = answer and latency < 4s')}"
    )
    cards = page.get_by_role("article")
    expect(cards.first).to_be_visible()
    names = [card.get_by_role("heading").inner_text() for card in cards.all()]
    assert any("topic" in name for name in names[:6]), names
    topic = next(card for card in cards.all() if "topic" in card.get_by_role("heading").inner_text())
    expect(topic).to_have_attribute("data-significant", "true")
    expect(topic).to_contain_text("refunds")
    refunds = topic.get_by_role("listitem").filter(has_text="refunds")
    refunds.get_by_role("link", name=re.compile("^A")).click()
    expect(page).to_have_url(re.compile(r"/traces\?.*filter="))
    expect(page.locator("[data-index='0']")).to_be_visible()


def test_chosen_rows_against_the_rest(page: Page, rich: Viewer):
    """Rows chosen in the list are compared with all others in one step."""
    page.goto(f"{rich.url}/traces?filter=status+%3D+error")
    expect(page.locator("[data-index='0']")).to_be_visible()
    page.get_by_role("checkbox", name=re.compile("^Select all")).check()
    page.get_by_role("button", name="Against the rest").click()
    expect(page).to_have_url(re.compile("/compare/groups"))
    expect(page.get_by_role("article").first).to_be_visible()
