"""One trace: tree and timeline, keys, and the chosen span."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.acting import drag_over, press, search_of, tab_to
from tests.browser.viewers import Viewer

pytestmark = pytest.mark.browser


def trace_like(viewer: Viewer, filter_text: str) -> dict[str, Any]:
    """The newest trace that meets a filter."""
    found: list[dict[str, Any]] = viewer.get("/traces", filter=filter_text, limit="1")["traces"]
    return found[0]


def opened(page: Page, viewer: Viewer, trace: dict[str, Any], search: str = "") -> Page:
    page.goto(f"{viewer.url}/traces/{trace['trace_id']}{search}")
    expect(items(page).first).to_be_visible()
    return page


def items(page: Page) -> Locator:
    return page.get_by_role("treeitem")


def item(page: Page, name: str) -> Locator:
    return page.get_by_role("treeitem", name=re.compile(rf"^{re.escape(name)},"))


def chosen(page: Page) -> Locator:
    return page.get_by_role("treeitem", selected=True)


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("tab", name=re.compile(rf"^{name}"))


@pytest.fixture
def answer(rich: Viewer) -> dict[str, Any]:
    """A trace that went well: an agent that retrieved, planned, called a tool and wrote."""
    return trace_like(rich, "name = answer and status = ok and span_count = 6")


@pytest.fixture
def failed(rich: Viewer) -> dict[str, Any]:
    """A trace in which the model did not answer."""
    return trace_like(rich, "name = answer and error = RateLimitError")


def test_tree(page: Page, rich: Viewer, answer: dict[str, Any]):
    """All spans are in the tree, under their parents, in the order of their start."""
    opened(page, rich, answer)
    expect(items(page)).to_have_count(6)
    assert [item.get_attribute("aria-level") for item in items(page).all()] == ["1", "2", "3", "2", "2", "2"]
    expect(page.get_by_role("heading", level=1, name="answer")).to_be_visible()


def test_collapsing_by_mouse(page: Page, rich: Viewer, answer: dict[str, Any]):
    """A click on the arrow hides what is below, and says how much that is."""
    opened(page, rich, answer)
    item(page, "retrieve").locator("[data-toggle]").click()
    expect(items(page)).to_have_count(5)
    expect(item(page, "retrieve")).to_contain_text("+1")
    item(page, "retrieve").locator("[data-toggle]").click()
    expect(items(page)).to_have_count(6)


def test_tree_by_keys(page: Page, rich: Viewer, answer: dict[str, Any]):
    """Arrows move through the tree, fold and unfold it; Enter goes on to the span."""
    opened(page, rich, answer)
    tab_to(page, page.get_by_role("tree"))
    press(page, "Home ArrowDown")
    expect(chosen(page)).to_have_attribute("aria-label", re.compile("^retrieve"))
    press(page, "ArrowLeft")
    expect(items(page)).to_have_count(5)
    press(page, "ArrowRight ArrowRight")
    expect(chosen(page)).to_have_attribute("aria-label", re.compile("^embed question"))
    press(page, "End Enter")
    expect(page.get_by_role("tabpanel")).to_be_focused()


def test_jumping(page: Page, rich: Viewer, failed: dict[str, Any]):
    """One key jumps to the next error, another to the next call of a model."""
    opened(page, rich, failed)
    press(page, "m")
    expect(chosen(page)).to_have_attribute("aria-label", re.compile("^chat plan"))
    press(page, "e")
    expect(chosen(page)).to_have_attribute("aria-label", re.compile("error$"))
    expect(page.get_by_role("tabpanel")).to_contain_text("RateLimitError")
    expect(page.get_by_role("tabpanel")).to_contain_text("shop/agent.py")


def test_search(page: Page, rich: Viewer, answer: dict[str, Any]):
    """The search finds spans by what they hold, and goes from one to the next."""
    opened(page, rich, answer)
    press(page, "/")
    page.keyboard.type("shipped")
    expect(page.get_by_role("status").filter(has_text="found")).to_have_text(re.compile(r"^[1-9]\d* found"))
    page.keyboard.press("Enter")
    expect(chosen(page)).to_have_attribute("aria-label", re.compile("lookup_order|^chat"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("tree")).to_be_focused()


def test_zoom(page: Page, rich: Viewer, answer: dict[str, Any]):
    """Keys zoom into the timeline and back; so does dragging over the map above it."""
    opened(page, rich, answer)
    whole = page.get_by_role("button", name="Whole trace")
    expect(whole).to_be_disabled()
    press(page, "+")
    expect(whole).to_be_enabled()
    press(page, "0")
    expect(whole).to_be_disabled()
    drag_over(page, page.get_by_role("slider", name="Map of the whole trace"), 0.2, 0.5)
    expect(whole).to_be_enabled()


def test_critical_path(page: Page, rich: Viewer, answer: dict[str, Any]):
    """The critical path can be shown, and where the money went."""
    opened(page, rich, answer)
    press(page, "c")
    expect(page.get_by_role("button", name="Critical path")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("radio", name="Cost").click()
    expect(item(page, "chat plan")).to_contain_text("$")


def test_chat(page: Page, rich: Viewer, answer: dict[str, Any]):
    """The chosen call reads as a conversation: roles, tool calls with their results, the answer as Markdown."""
    opened(page, rich, answer)
    items(page).last.click()
    expect(page.get_by_role("heading", level=2, name=re.compile("^chat "))).to_be_visible()
    panel = page.get_by_role("tabpanel")
    messages = panel.get_by_role("article")
    roles = [message.locator("header strong").inner_text() for message in messages.all()]
    assert roles[0] == "system"
    assert roles[-1] == "assistant"
    call = messages.filter(has_text="lookup_order").locator("details").first
    expect(call).to_contain_text("Result")
    expect(call).to_contain_text("shipped")
    expect(messages.last).to_contain_text("answer")


def test_tabs(page: Page, rich: Viewer, answer: dict[str, Any]):
    """What a span holds is one tab away: content, attributes, events, usage, scores, all of it as JSON."""
    opened(page, rich, answer)
    items(page).last.click()
    for name, text in {
        "Input": "role",
        "Attributes": "temperature",
        "Usage": "tokens",
        "JSON": '"span_id"',
    }.items():
        tab(page, name).click()
        expect(page.get_by_role("tabpanel")).to_contain_text(text)
    tab(page, "JSON").focus()
    page.keyboard.press("ArrowLeft")
    expect(tab(page, "Scores")).to_have_attribute("aria-selected", "true")


def test_documents(page: Page, rich: Viewer, answer: dict[str, Any]):
    """What a retriever gave is listed with its scores."""
    opened(page, rich, answer)
    item(page, "retrieve").click()
    documents = page.get_by_role("region", name="Documents")
    expect(documents.get_by_role("heading", name="4 documents")).to_be_visible()
    expect(documents).to_contain_text("section 1")


def test_copy(page: Page, rich: Viewer, answer: dict[str, Any]):
    """A span can be taken along as Markdown, JSON, curl and Python."""
    opened(page, rich, answer)
    items(page).last.click()
    for label, holds in {
        "Markdown": "**",
        "JSON": '"span_id"',
        "curl, without keys": "curl ",
        "Python, without keys": "import ",
    }.items():
        page.get_by_role("button", name="Copy the span as…").click()
        page.get_by_role("menuitem", name=label, exact=True).click()
        page.wait_for_function("async (holds) => (await navigator.clipboard.readText()).includes(holds)", arg=holds)


def test_score(page: Page, own: Viewer):
    """A trace can be judged where it is read."""
    trace = trace_like(own, "name = answer")
    opened(page, own, trace)
    page.get_by_role("button", name="Score", exact=True).click()
    page.get_by_role("textbox", name="Name").fill("helpful")
    page.get_by_role("textbox", name="Score").fill("0.8")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main").locator("header").first).to_contain_text("helpful 0.8")
    assert own.get(f"/traces/{trace['trace_id']}")["scores"] == {"helpful": 0.8}


def test_address_of_a_span(page: Page, rich: Viewer, answer: dict[str, Any]):
    """The address names the chosen span: whoever gets it sees the same."""
    opened(page, rich, answer)
    item(page, "retrieve").click()
    expect(page).to_have_url(re.compile("span="))
    other = page.context.new_page()
    other.goto(page.url)
    expect(chosen(other)).to_have_attribute("aria-label", re.compile("^retrieve"))


def test_address_of_a_span_on_a_telephone(page: Page, rich: Viewer, answer: dict[str, Any]):
    """Where there is room for one of them, the address of a span shows the span; closing it shows the tree."""
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, rich, answer, f"?span={answer['root_span_id']}")
    expect(page.get_by_role("tabpanel")).to_be_visible()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("tabpanel")).to_have_count(0)
    item(page, "retrieve").click()
    expect(page.get_by_role("tabpanel")).to_be_visible()


def test_scope_is_kept(page: Page, rich: Viewer, answer: dict[str, Any]):
    """From a filtered list into a trace and back, the filter stays."""
    page.goto(f"{rich.url}/traces?filter=name+%3D+answer")
    page.locator("[data-index='0']").get_by_role("link").click()
    expect(items(page).first).to_be_visible()
    page.go_back()
    expect(page.locator("[data-index='0']")).to_be_visible()
    assert search_of(page)["filter"] == "name = answer"


def test_unknown_trace(page: Page, rich: Viewer, watch: Any):
    """A trace that is not there is an error that says so."""
    watch.allow("404")
    page.goto(f"{rich.url}/traces/{'0' * 31}1")
    expect(page.get_by_role("alert")).to_contain_text("could not be loaded")
