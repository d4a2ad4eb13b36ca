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


def compact_when_full(root: Path, threshold_bytes: int, *, keep: str | None) -> Callable[[int], None]:
    """A callback for a journal: told the bytes of each sealed segment, it compacts every `threshold_bytes`.

    Rows older than `keep`, such as "30d", are dropped on the way; None keeps them for ever.

    The child process does the work, so the traced program's memory and interpreter lock
    are left alone. Where the extra "local" is not installed nothing is started: whoever
    reads the folder later compacts it.
    """
    command = [sys.executable, *_COMMAND, str(root), *([] if keep is None else [keep])]
    waiting_bytes = 0
    waiter: threading.Thread | None = None

    def compact() -> None:
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
            guard.fault("run a compaction", error)

    def sealed(size_bytes: int) -> None:
        nonlocal waiting_bytes, waiter
        waiting_bytes += size_bytes
        # In a forked child the parent's thread counts as ended.
        if waiting_bytes < threshold_bytes or (waiter is not None and waiter.is_alive()):
            return
        waiting_bytes = 0
        if find_spec("pyarrow") is not None and find_spec("duckdb") is not None:
            waiter = threading.Thread(target=compact, name="pyflare-compaction", daemon=True)
            waiter.start()

    return sealed
