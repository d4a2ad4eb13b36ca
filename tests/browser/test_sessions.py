"""Sessions: the list, and one as the conversation it was."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import press
from tests.browser.viewers import Viewer

pytestmark = pytest.mark.browser


@pytest.fixture
def longest(rich: Viewer) -> dict[str, Any]:
    """The session with the most turns."""
    sessions: list[dict[str, Any]] = rich.get("/sessions", limit="100")["sessions"]
    return max(sessions, key=lambda session: session["trace_count"])


def test_list(page: Page, rich: Viewer):
    """The sessions are listed, the last active first; a click opens one."""
    page.goto(f"{rich.url}/sessions")
    first = rich.get("/sessions", limit="1")["sessions"][0]
    link = page.get_by_role("region", name="Sessions").get_by_role("link").first
    expect(link).to_have_attribute("href", re.compile(f"/sessions/{first['session_id']}"))
    link.click()
    expect(page).to_have_url(re.compile(f"/sessions/{first['session_id']}"))
    expect(page.get_by_role("article", name="Turn 1")).to_be_visible()


def test_list_by_keys(page: Page, rich: Viewer):
    """The same without a mouse, and back."""
    page.goto(f"{rich.url}/sessions")
    expect(page.get_by_role("region", name="Sessions").get_by_role("link").first).to_be_visible()
    press(page, "j j Enter")
    expect(page.get_by_role("article", name="Turn 1")).to_be_visible()
    press(page, "Escape")
    expect(page.get_by_role("region", name="Sessions")).to_be_visible()


def test_conversation(page: Page, rich: Viewer, longest: dict[str, Any]):
    """Every turn says what was asked, what was done and what was answered, and leads to its trace."""
    turns = rich.get(f"/sessions/{longest['session_id']}")["turns"]
    page.goto(f"{rich.url}/sessions/{longest['session_id']}")
    for number, turn in enumerate(turns[:3], start=1):
        article = page.get_by_role("article", name=f"Turn {number}")
        article.scroll_into_view_if_needed()
        question = next(message for message in turn["messages"] if message["role"] == "user")
        expect(article).to_contain_text(question["parts"][0]["text"])
        expect(article).to_contain_text("lookup_order")
    page.get_by_role("article", name="Turn 2").get_by_role("link", name="Trace").click()
    expect(page).to_have_url(re.compile(turns[1]["trace"]["trace_id"]))


def test_conversation_by_keys(page: Page, rich: Viewer, longest: dict[str, Any]):
    """From turn to turn by keys, and into the trace of one."""
    turns = rich.get(f"/sessions/{longest['session_id']}")["turns"]
    page.goto(f"{rich.url}/sessions/{longest['session_id']}")
    expect(page.get_by_role("article", name="Turn 1")).to_be_visible()
    press(page, "j Enter")
    expect(page).to_have_url(re.compile(turns[1]["trace"]["trace_id"]))
