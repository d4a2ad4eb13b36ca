"""Compact in a child process whenever a busy writer has sealed enough."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from pyflare.store.child import can_compact, start_compaction
from pyflare.tracing.guard import guard


def compact_when_full(root: Path, threshold_bytes: int, *, keep: str | None) -> Callable[[int], None]:
    """A callback for a journal: told the bytes of each sealed segment, it compacts every `threshold_bytes`.

    Rows older than `keep`, such as "30d", are dropped on the way; None keeps them for ever.
    Where the extra "local" is not installed nothing is started: whoever reads the folder
    later compacts it.
    """
    waiting_bytes = 0
    waiter: threading.Thread | None = None

    def failed(error: Exception) -> None:
        guard.fault("run a compaction", error)

    def sealed(size_bytes: int) -> None:
        nonlocal waiting_bytes, waiter
        waiting_bytes += size_bytes
        # In a forked child the parent's thread counts as ended.
        if waiting_bytes < threshold_bytes or (waiter is not None and waiter.is_alive()):
            return
        waiting_bytes = 0
        try:
            if can_compact():
                waiter = start_compaction(root, keep=keep, on_fault=failed)
        except Exception as error:  # no thread can be started, such as at the interpreter's end
            guard.fault("start a compaction", error)

    return sealed
