"""What people do with a keyboard and a mouse, where Playwright has no word for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlparse

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

TABS: Final = 120
"""After so many tabs nobody looks further."""


def press(page: Page, keys: str) -> None:
    """Press keys one after the other: `g t`."""
    for key in keys.split():
        page.keyboard.press(key)


def tab_to(page: Page, target: Locator, *, key: str = "Tab") -> None:
    """Press Tab until an element has the focus, as one must who has no mouse. AssertionError where it never has."""
    target.wait_for()
    for _ in range(TABS):
        if target.evaluate("(node) => node === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{target} is not reached within {TABS} tabs")


def search_of(page: Page) -> dict[str, str]:
    """The search parameters of the page's address."""
    return {name: values[0] for name, values in parse_qs(urlparse(page.url).query).items()}


def drag_over(page: Page, target: Locator, start: float, end: float) -> None:
    """Drag from one share of an element's width to another, in the middle of its height."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * start, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * (start + end) / 2, y, steps=4)
    page.mouse.move(box["x"] + box["width"] * end, y, steps=4)
    page.mouse.up()


def is_wider_than_the_window(page: Page) -> bool:
    """Whether one would have to scroll sideways to see the whole page."""
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))
