"""What lies in the journals of a folder and is in no part yet, or has not been passed on."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyflare.errors import StoreError
from pyflare.store.catalog import load_catalog
from pyflare.store.journal.reader import list_writers

LOOK_EVERY_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How far compactions, or destinations where nothing is kept, are behind the writers."""

    size_bytes: int = 0
    lag_s: float = 0.0
    """Age of the oldest segment that waits, in seconds; 0 where none does."""


def measure(root: Path, *, now_s: float) -> Backlog:
    """Look at the folder at `root`; `now_s` is the present in unix seconds. Raises OSError."""
    catalog = load_catalog(root)
    size_bytes, oldest_s = 0, now_s
    for journal in list_writers(root):
        for segment in journal.segments():
            if not catalog.counts(journal.info.writer_id, segment):
                continue
            try:
                status = segment.path.stat()
            except FileNotFoundError:  # compacted meanwhile
                continue
            size_bytes += status.st_size
            oldest_s = min(oldest_s, status.st_mtime)
    return Backlog(size_bytes=size_bytes, lag_s=now_s - oldest_s)


class BacklogWatch:
    """Looks at the backlog of a folder once a second, in a thread of its own."""

    def __init__(self, root: Path) -> None:
        self.now = Backlog()
        """The backlog when it was last looked at."""
        self._root = root
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pyflare-backlog", daemon=True)

    def start(self) -> None:
        """Start looking."""
        self._thread.start()

    def look(self) -> None:
        """Look now. Where the folder cannot be read at the moment, the last look counts."""
        try:
            self.now = measure(self._root, now_s=time.time())
        except (OSError, StoreError):
            return

    def _run(self) -> None:
        while not self._over.wait(LOOK_EVERY_S):
            self.look()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
