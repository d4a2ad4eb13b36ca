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
from pyflare.store.change import Change, OnStep, ignore_step
from pyflare.store.compaction.commit import add_gathered
from pyflare.store.compaction.gather import BATCH_BYTES, gather
from pyflare.store.compaction.merge import merge_small
from pyflare.store.compaction.summing_up import sum_up_older
from pyflare.store.deferred import finish_deletions
from pyflare.store.expiry import cutoff_ns, expire
from pyflare.store.lock import exclusive
from pyflare.store.migrate import check_version, migrate
from pyflare.store.sweep import sweep
from pyflare.store.vectors import move_if_many

__all__ = ["CompactionResult", "compact", "compact_held"]


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
    keep: str | None = None,
    merge: bool = True,
    max_bytes: int = BATCH_BYTES,
    now_ns: int | None = None,
    on_step: OnStep = ignore_step,
) -> CompactionResult:
    """Move what is sealed in the journals of a folder into parts.

    Safe to kill at any moment, and to call at any time from anywhere: if
    another process is at it, this one returns at once and says so.

    Args:
        root: The folder.
        keep: How long rows are kept, such as "30d"; older ones are dropped. For ever if left out.
        merge: Whether to make large parts of small ones as well.
        max_bytes: Journal taken in by one commit, in bytes; bounds the memory needed.
        now_ns: The present, in unix nanoseconds.
        on_step: Told of each step, for tests of crashes.

    Raises:
        DataError: `keep` is not a duration.
        StoreNotFoundError: There is no PyFlare folder at `root`.
        SchemaVersionError: The folder is of a newer PyFlare.
        OSError: The folder cannot be written. Nothing is lost by it.
    """
    present_ns = time.time_ns() if now_ns is None else now_ns
    before_ns = None if keep is None else cutoff_ns(keep, now_ns=present_ns)
    check_version(root)
    with exclusive(root) as held:
        if not held:
            return CompactionResult(done=False, reason=f"another process is compacting {root}")
        result = compact_held(root, merge=merge, max_bytes=max_bytes, now_ns=present_ns, on_step=on_step)
        if before_ns is not None:
            expire(root, before_ns=before_ns, on_step=on_step)
        return result


def compact_held(
    root: Path,
    *,
    merge: bool = True,
    max_bytes: int = BATCH_BYTES,
    now_ns: int,
    on_step: OnStep = ignore_step,
) -> CompactionResult:
    """As `compact`, by one who holds the lock already. Raises SchemaVersionError and OSError."""
    migrate(root)
    sum_up_older(root, on_step=on_step)
    sweep(root, load_catalog(root))
    rows: Counter[str] = Counter()
    segments = commits = 0
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
    finish_deletions(root, on_step=on_step)
    merged_parts = _merge(root, now_ns=now_ns, on_step=on_step) if merge else 0
    move_if_many(root)
    return CompactionResult(done=True, rows=dict(rows), segments=segments, commits=commits, merged_parts=merged_parts)


def _merge(root: Path, *, now_ns: int, on_step: OnStep) -> int:
    """Merge small parts until none need it. Returns how many parts went into others."""
    merged = 0
    while True:
        change = Change(root, on_step=on_step)
        parts = merge_small(change, now_ns=now_ns)
        if not parts:
            return merged
        change.commit()
        merged += parts
