"""Start a compaction in a child process when a busy writer has sealed enough."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from pyflare.tracing.guard import guard

_COMMAND: Final = ("-m", "pyflare.store.compaction")


def compact_when_full(root: Path, threshold_bytes: int) -> Callable[[int], None]:
    """A callback for a journal: told the bytes of each sealed segment, it compacts every `threshold_bytes`.

    The child process does the work, so the traced program's memory and interpreter lock
    are left alone. Where the extra "local" is not installed nothing is started: whoever
    reads the folder later compacts it.
    """
    waiting_bytes = 0
    running: subprocess.Popen[bytes] | None = None

    def start() -> None:
        nonlocal running
        try:
            if running is not None and running.poll() is None:
                return
            running = subprocess.Popen(
                [sys.executable, *_COMMAND, str(root)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except Exception as error:
            guard.fault("start a compaction", error)

    def sealed(size_bytes: int) -> None:
        nonlocal waiting_bytes
        waiting_bytes += size_bytes
        if waiting_bytes < threshold_bytes:
            return
        waiting_bytes = 0
        if find_spec("pyarrow") is not None and find_spec("duckdb") is not None:
            threading.Thread(target=start, name="pyflare-compaction", daemon=True).start()

    return sealed
