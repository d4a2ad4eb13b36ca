"""Sharing a trace as a file of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import faults
from tests.browser.traced import tracing
from tests.browser.viewers import Viewer
from tests.browser.watch import Windows

pytestmark = pytest.mark.browser


@pytest.fixture
def trace(rich: Viewer) -> dict[str, Any]:
    """A trace with a picture in it."""
    found: list[dict[str, Any]] = rich.get("/traces", filter='input ~ "app crashes" and status = ok', limit="1")[
        "traces"
    ]
    return found[0]


def saved(page: Page, viewer: Viewer, trace: dict[str, Any], kind: str, folder: Path) -> Path:
    """Download a trace from its screen."""
    page.goto(f"{viewer.url}/traces/{trace['trace_id']}")
    page.get_by_role("button", name="Share").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name=kind, exact=True).click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def test_page_of_its_own(page: Page, rich: Viewer, trace: dict[str, Any], tmp_path: Path, windows: Windows):
    """The file opens without a server and without a network, and shows the trace."""
    file = saved(page, rich, trace, "A page of its own (HTML)", tmp_path)
    watch = windows.new(offline=True)
    other = watch.context.new_page()
    other.goto(file.as_uri())
    expect(other.get_by_text("lookup_order").first).to_be_visible()
    expect(other.get_by_text("The app crashes when I open my invoices.").first).to_be_visible()
    assert [url for url in watch.requested if not url.startswith(("file:", "data:", "blob:"))] == []
    assert faults(other) == []


def test_redacted(page: Page, own: Viewer, tmp_path: Path):
    """On request, secrets and personal data are hidden in the file; the rest is there."""
    with tracing(own.folder) as program:
        asked = program.do("ask write to ada.lovelace@example.org about the parcel")
    plain = saved(page, own, {"trace_id": asked.trace_id}, "A page of its own (HTML)", tmp_path)
    assert "ada.lovelace" in plain.read_text(encoding="utf-8")
    redacted = saved(page, own, {"trace_id": asked.trace_id}, "The same, secrets and personal data hidden", tmp_path)
    assert "ada.lovelace" not in redacted.read_text(encoding="utf-8")
    page.goto(redacted.as_uri())
    expect(page.get_by_text("about the parcel").first).to_be_visible()


def test_other_formats(page: Page, rich: Viewer, trace: dict[str, Any], tmp_path: Path):
    """The same trace as Markdown for people, as JSON and as OTLP for programs."""
    assert "lookup_order" in saved(page, rich, trace, "Markdown", tmp_path).read_text(encoding="utf-8")
    json.loads(saved(page, rich, trace, "JSON", tmp_path).read_text(encoding="utf-8"))
    assert "resourceSpans" in saved(page, rich, trace, "OTLP", tmp_path).read_text(encoding="utf-8")
