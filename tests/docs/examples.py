"""Find the Python examples of a Markdown page, and run them as a reader would: in order, in an empty folder, offline."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
_BLOCK: Final = re.compile(r"^(?P<indent> *)```python *\n(?P<code>.*?)^(?P=indent)```", re.MULTILINE | re.DOTALL)


def program(page: Path) -> str:
    """The page's examples as one program, each on the lines that it has on the page."""
    text = page.read_text(encoding="utf-8")
    lines = [""] * (text.count("\n") + 1)
    for block in _BLOCK.finditer(text):
        first = text.count("\n", 0, block.start("code"))
        for number, line in enumerate(block["code"].splitlines(), start=first):
            lines[number] = line.removeprefix(block["indent"])
    return "\n".join(lines)


def run(source: str, *, name: str, directory: Path) -> subprocess.CompletedProcess[str]:
    """Run a program in `directory`, offline, with warnings as errors."""
    (directory / name).write_text(source, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", _RUNNER, name],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


_RUNNER: Final = """
import runpy, sys
from tests.offline import block
block()
runpy.run_path(sys.argv[1], run_name="__main__")
"""
