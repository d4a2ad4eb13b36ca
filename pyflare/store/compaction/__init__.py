"""Journals into parts, by whoever comes by. See docs/concepts/architecture.md.

`gather` takes what is sealed, `commit` makes parts of it, `traces` keeps each
span and each trace's row single, `merge` makes few large parts of many small.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from pyflare.store.catalog import load_catalog
from pyflare.store.change import Change, OnStep, exclusive, ignore_step, sweep
from pyflare.store.compaction.commit import add_gathered
from pyflare.store.compaction.gather import BATCH_BYTES, gather
from pyflare.store.compaction.merge import merge_small
from pyflare.store.migrate import check_version, migrate

__all__ = ["CompactionResult", "compact"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactionResult:
    """What a compaction did."""

    done: bool
    """Whether it ran to its end."""
    reason: str | None = None
    """Why it did not run, or None."""
    rows: dict[str, int] = field(default_factory=dict)
    """Rows that went from journals into parts, by table."""
    segments: int = 0
    """Segments whose records are in parts now."""
    commits: int = 0
    merged_parts: int = 0
    """Small parts that larger ones took the place of."""


def compact(
    root: Path,
    *,
    merge: bool = True,
    max_bytes: int = BATCH_BYTES,
    now_ns: int | None = None,
    on_step: OnStep | None = None,
) -> CompactionResult:
    """Move what is sealed in the journals of a folder into parts.

    Safe to kill at any moment, and to call at any time from anywhere: if
    another process is at it, this one returns at once and says so.

    Args:
        root: The folder.
        merge: Whether to make large parts of small ones as well.
        max_bytes: Journal taken in by one commit, in bytes; bounds the memory needed.
        now_ns: The present, in unix nanoseconds.
        on_step: Told of each step, for tests of crashes.

    Raises:
        StoreNotFoundError: There is no PyFlare folder at `root`.
        SchemaVersionError: The folder is of a newer PyFlare.
        OSError: The folder cannot be written. Nothing is lost by it.
    """
    check_version(root)
    with exclusive(root) as held:
        if not held:
            return CompactionResult(done=False, reason=f"another process is compacting {root}")
        migrate(root)
        present_ns = time.time_ns() if now_ns is None else now_ns
        return _compact(root, merge=merge, max_bytes=max_bytes, now_ns=present_ns, on_step=on_step or ignore_step)


def _compact(root: Path, *, merge: bool, max_bytes: int, now_ns: int, on_step: OnStep) -> CompactionResult:
    rows: Counter[str] = Counter()
    segments = commits = merged_parts = 0
    sweep(root, load_catalog(root))
    more = True
    while more:
        change = Change(root, on_step=on_step)
        gathered = gather(root, change.base, max_bytes=max_bytes, now_ns=now_ns)
        more = gathered.is_full
        if gathered.taken:
            rows += add_gathered(change, gathered)
            segments += sum(len(take.segments) for take in gathered.taken)
            change.commit()
            commits += 1
    if merge:
        change = Change(root, on_step=on_step)
        merged_parts = merge_small(change, now_ns=now_ns)
        change.commit()
    return CompactionResult(done=True, rows=dict(rows), segments=segments, commits=commits, merged_parts=merged_parts)
