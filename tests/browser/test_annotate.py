"""Judging traces by keys."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import press
from tests.browser.viewers import Viewer

pytestmark = pytest.mark.browser


def test_queue_by_keys(page: Page, own: Viewer):
    """A key judges the trace and goes on to the next; the judgement stands in the API."""
    traces = own.get("/traces", limit="3")["traces"]
    page.goto(f"{own.url}/annotate")
    queue = page.get_by_role("list", name="Queue")
    expect(queue.get_by_role("listitem").first.get_by_role("button")).to_have_attribute("aria-current", "true")
    press(page, "4")
    expect(queue.get_by_role("listitem").nth(1).get_by_role("button")).to_have_attribute("aria-current", "true")
    press(page, "2")
    expect(page.get_by_role("progressbar", name="Scored")).to_have_attribute("aria-valuenow", "2")
    expect_scores(page, own, {traces[0]["trace_id"]: 4, traces[1]["trace_id"]: 2})


def test_undo(page: Page, own: Viewer):
    """The last judgement can be taken back by a key."""
    (trace,) = own.get("/traces", limit="1")["traces"]
    page.goto(f"{own.url}/annotate")
    expect(page.get_by_role("list", name="Queue")).to_be_visible()
    press(page, "5")
    expect(page.get_by_role("progressbar", name="Scored")).to_have_attribute("aria-valuenow", "1")
    expect_scores(page, own, {trace["trace_id"]: 5})
    press(page, "u")
    expect(page.get_by_role("progressbar", name="Scored")).to_have_attribute("aria-valuenow", "0")
    expect_scores(page, own, {trace["trace_id"]: None})


def test_note(page: Page, own: Viewer):
    """A note can be written before judging, and is kept with the judgement."""
    page.goto(f"{own.url}/annotate")
    expect(page.get_by_role("list", name="Queue")).to_be_visible()
    press(page, "n")
    page.keyboard.type("It did not say when.")
    page.keyboard.press("Escape")
    press(page, "1")
    expect(page.get_by_role("progressbar", name="Scored")).to_have_attribute("aria-valuenow", "1")
    page.wait_for_function("fetch('/api/v1/scores').then((r) => r.json()).then((all) => all.scores.length === 1)")
    (score,) = own.get("/scores")["scores"]
    assert (score["name"], score["value"], score["comment"]) == ("quality", 1, "It did not say when.")


def test_rows_of_the_list(page: Page, own: Viewer):
    """Rows can be judged where they stand; the table shows the score."""
    (trace,) = own.get("/traces", limit="1")["traces"]
    page.goto(f"{own.url}/traces")
    expect(page.locator("[data-index='0']")).to_be_visible()
    press(page, "a j 3")
    expect(page.locator(f"[id*='{trace['trace_id']}']")).to_contain_text(re.compile("quality.*3"))
    expect_scores(page, own, {trace["trace_id"]: 3})
    press(page, "u")
    expect_scores(page, own, {trace["trace_id"]: None})


def expect_scores(page: Page, viewer: Viewer, expected: dict[str, float | None]) -> None:
    """Wait until the API has the scores named `quality` of some traces."""
    for trace_id, value in expected.items():
        page.wait_for_function(
            """([trace, value]) => fetch(`/api/v1/traces/${trace}`)
                .then((response) => response.json())
                .then(({ scores }) => (scores.quality ?? null) === value)""",
            arg=[trace_id, value],
        )
