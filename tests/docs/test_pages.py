"""The reference pages say what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_is_current(page: Path) -> None:
    """A page made from code is as the code makes it now."""
    assert page.read_text(encoding="utf-8") == PAGES[page](), "run: python -m tests.docs.pages"
