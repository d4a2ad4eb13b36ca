"""Deletions that had to wait for a running process, done bit by bit as its records come into parts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from pyflare.store import vectors
from pyflare.store.change import Change, OnStep, ignore_step
from pyflare.store.pending import pending_segments, rows_of, still_waiting
from pyflare.store.removal import Removal
from pyflare.store.scratch import scratch


def finish_deletions(root: Path, *, on_step: OnStep = ignore_step) -> Counter[str]:
    """Delete what has come into parts since the deletions in the catalogue were asked for.

    The caller holds the lock.

    Returns:
        Rows deleted, by table.

    Raises:
        OSError: The folder cannot be written; the next compaction tries again.
    """
    change = Change(root, on_step=on_step)
    rows: Counter[str] = Counter()
    if not change.base.deletions:
        return rows
    pending = pending_segments(root, change.base)
    live = rows_of(item for item in pending if item.counts)
    remaining = []
    with scratch() as connection:
        for deletion in change.base.deletions:
            removal = Removal(connection, change, deletion)
            rows += removal.apply(live)
            rows["vectors"] += vectors.remove(root, removal.traces, removal.predictions)
            waiting = still_waiting(pending, deletion.waiting, deletion.requested_unix_ns)
            if waiting:
                remaining.append(removal.later(live, waiting))
    change.delete_later(remaining)
    change.commit()
    return +rows
