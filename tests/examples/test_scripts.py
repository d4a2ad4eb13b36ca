"""Every example runs as it stands: in an empty folder, offline, with warnings as errors, and loses nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pyflare.store.journal.reader import list_writers

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(path for path in (ROOT / "examples").glob("*.py") if path.name != "__init__.py")
OFFLINE = "import tests.offline\n\ntests.offline.block()\n"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_example_runs_and_loses_nothing(script: Path, tmp_path: Path) -> None:
    """It ends well, prints something, and its folder reports no losses."""
    site, folder = tmp_path / "site", tmp_path / "work"
    site.mkdir()
    folder.mkdir()
    (site / "sitecustomize.py").write_text(OFFLINE)  # for the processes that an example starts, too
    ran = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(site), str(ROOT)))},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip()
    assert not ran.stderr
    journals = list_writers(folder / ".pyflare")
    assert journals
    assert all(not journal.losses() for journal in journals)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_example_is_short(script: Path) -> None:
    """An example is at most 60 lines, and its docstring says how to run it."""
    text = script.read_text()
    assert text.count("\n") <= 60
    assert f"python examples/{script.name}" in text
