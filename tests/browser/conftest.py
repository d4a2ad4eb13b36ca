"""Folders, viewers and pages of the browser tests. Real ones: nothing is replaced."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.browser import chromium, folders
from tests.browser.viewers import Viewer, viewing
from tests.browser.watch import Watch

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TIMEOUT_MS: Final = 15_000
"""How long a page may take to become what is expected: generous, for machines that do much else."""
FRESH: Final[dict[str, Any]] = {
    "viewport": {"width": 1440, "height": 900},
    "locale": "en-GB",
    "timezone_id": "UTC",
    "color_scheme": "light",
    "reduced_motion": "reduce",
}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    path = chromium.executable()
    if path is None:
        (pytest.fail if "CI" in os.environ else pytest.skip)(
            "there is no Chromium here; on Debian: apt-get install chromium"
        )
    from playwright.sync_api import expect

    expect.set_options(timeout=TIMEOUT_MS)
    with chromium.launched(path) as browser:
        yield browser


@pytest.fixture(scope="session")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viewer]:
    """A viewer of a day of traffic. Tests that write take `own`."""
    with viewing(folders.rich(tmp_path_factory.mktemp("rich"))) as viewer:
        yield viewer


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viewer]:
    """A viewer of a folder that holds nothing."""
    with viewing(folders.empty(tmp_path_factory.mktemp("empty"))) as viewer:
        yield viewer


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Viewer]:
    """A viewer of a little traffic that is the test's own: to write to, and to stop."""
    with viewing(folders.rich(tmp_path, conversations=40)) as viewer:
        yield viewer


@pytest.fixture
def own_empty(tmp_path: Path) -> Iterator[Viewer]:
    """A viewer of an empty folder that is the test's own."""
    with viewing(folders.empty(tmp_path)) as viewer:
        yield viewer


@pytest.fixture
def new_watch(browser: Browser) -> Iterator[Callable[..., Watch]]:
    """Make contexts whose pages are watched; at the end, nothing may have gone wrong in them."""
    watches: list[Watch] = []

    def new(**options: Any) -> Watch:
        context = browser.new_context(**FRESH | options)
        context.set_default_timeout(TIMEOUT_MS)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        watches.append(Watch(context))
        return watches[-1]

    yield new
    for watch in watches:
        watch.context.close()
        watch.check()


@pytest.fixture
def watch(new_watch: Callable[..., Watch]) -> Watch:
    """A browser as it is right after its installation, and what goes wrong in it."""
    return new_watch()


@pytest.fixture
def page(watch: Watch) -> Page:
    """A tab of it."""
    return watch.context.new_page()
