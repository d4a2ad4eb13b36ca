"""Run a small traced program in a process of its own, as a user would."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

from tests.tracing.recorded import Recorded

ROOT = Path(__file__).parents[2]
_PRELUDE = """
import tests.offline; tests.offline.block()
import sys, os
import pyflare
folder = sys.argv[1]
"""
INIT = 'pyflare.init(service="test", path=folder, compaction="off")\n'


def run(folder: Path, source: str, *, init: bool = True, timeout_s: float = 60, **options: Any) -> Result:
    """Run `source` with `pyflare` imported and, if asked, `init` called for the folder."""
    program = _PRELUDE + (INIT if init else "") + textwrap.dedent(source)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
        **options,
    )
    return Result(done, Recorded(folder))


class Result:
    """What the program printed, how it ended, and what it recorded."""

    def __init__(self, done: subprocess.CompletedProcess[str], recorded: Recorded) -> None:
        self.returncode = done.returncode
        self.stdout = done.stdout
        self.stderr = done.stderr
        self.recorded = recorded

    def check(self) -> Recorded:
        """The program has ended well and PyFlare has kept quiet."""
        assert (self.returncode, self.stderr) == (0, "")
        return self.recorded
