"""Keeping a folder within the time that its owner wants to look back."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from pyflare.store.catalog import load_catalog
from pyflare.store.compaction import compact_held
from pyflare.store.deletion import WAIT_S
from pyflare.store.expiry import cutoff_ns, expire
from pyflare.store.lock import exclusive_or_error
from pyflare.store.migrate import check_version


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionResult:
    """What was let go."""

    before_unix_ns: int
    """Rows older than this went."""
    rows: dict[str, int]
    """Rows dropped, by table; vectors that have moved to the vector store under `vectors`."""
    freed_bytes: int
    """By how much the parts shrank."""


def apply_retention(root: Path, keep: str, *, wait_s: float = WAIT_S, now_ns: int | None = None) -> RetentionResult:
    """Drop all rows older than `keep`, whole parts where possible.

    Args:
        root: The folder.
        keep: How long rows are kept, such as "30d", "12h" or "4w".
        wait_s: How long to wait for a compaction that is under way.
        now_ns: The present, in unix nanoseconds.

    Raises:
        DataError: `keep` is not a duration.
        StoreNotFoundError: There is no PyFlare folder at `root`.
        StoreError: Another process was changing the folder all the time.
        MissingExtraError: There are vectors in the folder, and LanceDB is not installed.
    """
    present_ns = time.time_ns() if now_ns is None else now_ns
    before_ns = cutoff_ns(keep, now_ns=present_ns)
    check_version(root)
    with exclusive_or_error(root, wait_s=wait_s):
        compact_held(root, now_ns=present_ns)
        size_bytes = _size(root)
        rows = expire(root, before_ns=before_ns)
        return RetentionResult(before_unix_ns=before_ns, rows=dict(rows), freed_bytes=size_bytes - _size(root))


def _size(root: Path) -> int:
    return sum(part.size_bytes for part in load_catalog(root).all_parts())
