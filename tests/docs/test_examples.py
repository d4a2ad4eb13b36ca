"""Every Python example of the documentation runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.examples import ROOT, program, run

PAGES = [
    page
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    if "```python" in page.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_examples_run(page: Path, tmp_path: Path) -> None:
    """The examples of a page run from top to bottom, in an empty folder and offline."""
    finished = run(program(page), name=f"example_{page.stem}.py", directory=tmp_path)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "Traceback" not in finished.stderr, finished.stderr


def test_an_example_that_fails_is_found(tmp_path: Path) -> None:
    """A failing example fails with the number of its line on the page."""
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n```python\nx = 1\n```\n\n- in a list:\n\n  ```python\n  assert x == 2\n  ```\n")
    finished = run(program(page), name="page.py", directory=tmp_path)
    assert finished.returncode == 1
    assert "line 10" in finished.stderr
