"""Folders, viewers and pages of the browser tests. Real ones: nothing is replaced."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import chromium, folders
from tests.browser.viewers import Viewer, viewing
from tests.browser.watch import TIMEOUT_MS, Watch, Windows

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


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


@pytest.fixture(scope="session")
def little(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of little traffic, to be copied."""
    return folders.rich(tmp_path_factory.mktemp("little"), conversations=40)


@pytest.fixture
def own(little: Path, windows: Windows, tmp_path: Path) -> Iterator[Viewer]:
    """A viewer of a little traffic that is the test's own: to write to, and to stop."""
    folder = tmp_path / ".pyflare"
    shutil.copytree(little, folder)
    with viewing(folder) as viewer:
        yield viewer
        windows.close()


@pytest.fixture
def own_empty(windows: Windows, tmp_path: Path) -> Iterator[Viewer]:
    """A viewer of an empty folder that is the test's own."""
    with viewing(folders.empty(tmp_path)) as viewer:
        yield viewer
        windows.close()


@pytest.fixture
def windows(browser: Browser) -> Iterator[Windows]:
    """Windows of browsers as they are right after their installation; nothing may go wrong in them."""
    windows = Windows(browser)
    yield windows
    windows.close()
    windows.check()


@pytest.fixture
def watch(windows: Windows) -> Watch:
    """One of them, and what goes wrong in it."""
    return windows.new()


@pytest.fixture
def page(watch: Watch) -> Page:
    """A tab of it."""
    return watch.context.new_page()
