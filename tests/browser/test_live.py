"""What a program traces while one looks."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.traced import Program, tracing
from tests.browser.viewers import Viewer

pytestmark = pytest.mark.browser

SOON_S = 1.0
"""Within which what another process wrote must be on screen."""


@pytest.fixture
def program(own: Viewer) -> Iterator[Program]:
    """A program that traces into the folder that is looked at."""
    with tracing(own.folder) as program:
        yield program


def followed(page: Page, viewer: Viewer) -> None:
    page.goto(f"{viewer.url}/traces?live=1")
    expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()
    expect(page.locator("[data-index='0']")).to_be_visible()


def test_live_tail(page: Page, own: Viewer, program: Program):
    """A trace of another process is on screen within a second, without the page asking for it."""
    followed(page, own)
    program.do("ask warm-up")
    expect(page.get_by_role("grid")).to_contain_text("warm-up")
    delays_s = []
    for number in range(5):
        done = program.do(f"ask question-{number}")
        page.wait_for_function(f"() => document.body.innerText.includes('question-{number}')", polling="raf")
        delays_s.append(time.time() - done.at_unix_ns / 1e9)
    assert sorted(delays_s)[2] < SOON_S, delays_s


def test_running_trace(page: Page, own: Viewer, program: Program):
    """A trace that still runs is listed as such, and changes by itself when it ends."""
    followed(page, own)
    begun = program.do("begin long-work")
    row = page.locator(f"[id*='{begun.trace_id}']")
    expect(row.get_by_role("img", name="Running")).to_be_visible()
    program.do("end")
    expect(row.get_by_role("img", name="Running")).to_have_count(0)


def test_running_trace_while_open(page: Page, own: Viewer, program: Program):
    """A trace that is open grows while it runs, and completes."""
    begun = program.do("begin long-work")
    page.goto(f"{own.url}/traces/{begun.trace_id}")
    header = page.get_by_role("main").locator("header").first
    expect(header).to_contain_text("running")
    expect(page.get_by_role("treeitem")).to_have_count(2)
    program.do("more")
    expect(page.get_by_role("treeitem")).to_have_count(3)
    program.do("end")
    expect(header).not_to_contain_text("running")


def test_follow_by_key(page: Page, own: Viewer):
    """One key follows what arrives, and stops following."""
    page.goto(f"{own.url}/traces")
    expect(page.locator("[data-index='0']")).to_be_visible()
    page.keyboard.press("l")
    expect(page).to_have_url(re.compile("live=1"))
    expect(page.get_by_role("button", name="Live")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("l")
    expect(page).not_to_have_url(re.compile("live=1"))


def test_first_trace(page: Page, own_empty: Viewer):
    """Who looks at an empty folder is told what to do, and sees the first trace when it comes."""
    page.goto(own_empty.url)
    expect(page.get_by_role("heading", name="Nothing is traced yet")).to_be_visible()
    with tracing(own_empty.folder) as program:
        program.do("ask anything")
        expect(page.get_by_role("region", name="Numbers")).to_be_visible()
