"""The layers of the package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.architecture.tree import ROOT


def test_layers() -> None:
    """A module imports only from the layers below its own, and only the store opens the engines."""
    lint_imports = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run(
        [lint_imports, "--no-logo", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT), "COLUMNS": "120"},
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
