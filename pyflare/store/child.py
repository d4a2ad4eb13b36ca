"""Run a compaction in a process of its own, beside a program that writes or reads."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_COMMAND: Final = ("-m", "pyflare.store.compactor")
WORTH_COMPACTING_BYTES: Final = 16 << 20
"""Journals up to this size are read as fast as parts are opened: a reader leaves them be."""


def can_compact() -> bool:
    """Whether the extra "local" is installed, which a compaction needs."""
    return find_spec("pyarrow") is not None and find_spec("duckdb") is not None


def start_compaction(
    root: Path, *, keep: str | None = None, on_fault: Callable[[Exception], None] | None = None
) -> threading.Thread:
    """Start a compaction of `root`; the thread returned only waits for it.

    It goes on when this process ends. The child does the work, so this program's
    memory and interpreter lock are left alone; if another process is compacting, it
    ends at once.

    Args:
        root: The folder.
        keep: How long rows are kept, such as "30d"; for ever if left out.
        on_fault: Told why the child could not be started.
    """
    command = [sys.executable, *_COMMAND, str(root), *([] if keep is None else [keep])]

    def run() -> None:
        try:
            subprocess.run(
                command,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except Exception as error:
            if on_fault is not None:
                on_fault(error)

    thread = threading.Thread(target=run, name="pyflare-compaction", daemon=True)
    thread.start()
    return thread


def journal_bytes(root: Path) -> int:
    """Bytes of all journals in a folder."""
    return sum(
        os.stat(os.path.join(folder, name)).st_size
        for folder, _, names in os.walk(root / "journal")
        for name in names
        if name.endswith(".seg") and os.path.exists(os.path.join(folder, name))
    )


def compact_if_worth(root: Path) -> threading.Thread | None:
    """Start a compaction where journals have grown large and the folder can be written."""
    try:
        if os.access(root, os.W_OK) and journal_bytes(root) >= WORTH_COMPACTING_BYTES:
            return start_compaction(root)
    except OSError:  # another process deletes what is looked at
        return None
    return None
