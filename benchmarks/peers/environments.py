"""An environment for each library, made with pip when it is first asked for and kept in the temporary directory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.installing import ROOT, pip

FOLDER: Final = Path(tempfile.gettempdir()) / "pyflare-bench-peers"
OURS: Final = "ours"
LIBRARIES: Final = {
    "evidently": ("evidently==0.7.*", "pandas<3"),
    "nannyml": ("nannyml==0.13.*", "pandas<3", "statsmodels"),
    "alibi": ("alibi-detect==0.13.*", "tensorflow-cpu>=2.16,<2.19", "tf-keras<2.19", "tensorflow_probability<0.26"),
    "frouros": ("frouros==0.9.*",),
}
"""What pip installs: the library, and what it fails to ask for itself. Some four gigabytes together."""
_ALONE: Final = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "NML_DISABLE_USAGE_LOGGING": "1",
    "PYTHONPATH": str(ROOT),
}
"""One thread each, and no reports home."""


def python_of(library: str) -> Path:
    """The interpreter of a library's environment. Raises RuntimeError where pip cannot make it."""
    if library == OURS:
        return Path(sys.executable)
    environment = FOLDER / library
    python, finished = environment / "bin" / "python", environment / "finished"
    if not finished.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True)
        pip(python, "install", *LIBRARIES[library])
        finished.touch()
    return python


def run(library: str, module: str, arguments: Sequence[str] = ()) -> Any:
    """What `benchmarks.peers.<module>` says in a library's environment. Raises RuntimeError with its last words."""
    command = [str(python_of(library)), "-m", f"benchmarks.peers.{module}", library, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | _ALONE, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        raise RuntimeError(f"{library}: {done.stderr.strip()[-1000:]}")
    return json.loads(done.stdout.splitlines()[-1])
