"""A server that ends while one looks."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.viewers import Viewer

pytestmark = pytest.mark.browser


def test_server_that_ends(page: Page, own: Viewer, watch):
    """When the server is gone the viewer says so, keeps what it shows, and goes on when it is back."""
    watch.allow("ERR_|50[234]|WebSocket")
    page.goto(f"{own.url}/traces?live=1")
    row = page.locator("[data-index='0']")
    expect(row).to_be_visible()
    own.kill()
    alert = page.get_by_role("alert").filter(has_text="does not answer")
    expect(alert).to_be_visible()
    expect(row).to_be_visible()
    own.start()
    expect(alert).to_be_hidden()
    page.get_by_role("navigation", name="Screens").get_by_role("link", name="Overview").click()
    expect(page.get_by_role("region", name="Numbers")).to_be_visible()
