"""Folders to look at, made by the means that users have."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from pyflare.store.journal.writer import prepare_folder
from pyflare.workspace import Workspace
from tests.browser import traffic
from tests.workspace.drift_rows import drift_rows, write_drift

SEED = 7


def rich(root: Path, *, conversations: int = 300) -> Path:
    """A day of an assistant's traffic that ends now, imported from a file, and of drift monitors beside it."""
    file = root / "traffic.jsonl"
    with file.open("w", encoding="utf-8") as lines:
        for request in traffic.day(seed=SEED, end_unix_ns=time.time_ns(), conversations=conversations):
            lines.write(json.dumps(request) + "\n")
    folder = root / ".pyflare"
    run("import", str(file), "--path", str(folder))
    with Workspace(folder, compact=False) as workspace:
        latest = workspace.sql("SELECT trace_id FROM traces ORDER BY start_time DESC LIMIT 5")["trace_id"]
    write_drift(folder, drift_rows(end_ns=time.time_ns(), trace_ids=latest.to_pylist()))
    return folder


def empty(root: Path) -> Path:
    """A folder that nothing has been written to."""
    folder = root / ".pyflare"
    prepare_folder(folder)
    return folder


def deep(root: Path, *, spans: int) -> Path:
    """One trace of many spans, traced by a program."""
    folder = root / ".pyflare"
    subprocess.run([sys.executable, "-m", "tests.browser.deep", str(folder), str(spans)], check=True)
    return folder


def run(*arguments: str) -> None:
    """Run `pyflare`."""
    subprocess.run([sys.executable, "-m", "pyflare.cli", *arguments], check=True, stdout=subprocess.DEVNULL)
