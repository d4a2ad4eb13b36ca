"""Deleting what belongs to a trace, a session or a user, bytes and all."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyflare.errors import DataError
from pyflare.store import vectors
from pyflare.store.catalog import Catalog, Deletion
from pyflare.store.change import Change
from pyflare.store.compaction import compact_held
from pyflare.store.lock import exclusive_or_error
from pyflare.store.migrate import check_version
from pyflare.store.pending import PendingSegment, pending_segments, rows_of, waiting_for
from pyflare.store.removal import Removal
from pyflare.store.scratch import scratch

WAIT_S: Final = 60.0
"""How long a change that somebody asked for waits for a compaction that is under way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """A segment that holds rows to be deleted, or names their traces, and cannot be touched yet."""

    writer_id: str
    segment: str
    reason: str
    """`open`: its process may still write to it; `unshipped`: an OTLP destination waits for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionResult:
    """What a deletion did."""

    rows: dict[str, int]
    """Rows deleted, by table; vectors that have moved to the vector store under `vectors`."""
    freed_bytes: int
    """By how much the parts shrank."""
    held_back: tuple[HeldBack, ...]
    """What remains for now. Later compactions delete it: nothing more need be asked."""


def delete(
    root: Path,
    *,
    trace_id: str | None = None,
    session_id: str | None = None,
    user_id: str | None = None,
    wait_s: float = WAIT_S,
    now_ns: int | None = None,
) -> DeletionResult:
    """Delete all rows of one trace, of one session or of one user, from every table.

    A trace in which the session or user appears goes whole, with its scores,
    logs, predictions, their labels, embeddings, and payloads that nothing else
    refers to. What drift monitors found, and alerts, are about many traces: they
    stay and no longer name it. Rows that begin after the call are not meant.

    Args:
        root: The folder.
        trace_id: 32 hex digits.
        session_id: A session.
        user_id: A user. Give exactly one of the three.
        wait_s: How long to wait for a compaction that is under way.
        now_ns: The present, in unix nanoseconds.

    Raises:
        DataError: None or several of the three are given.
        StoreNotFoundError: There is no PyFlare folder at `root`.
        StoreError: Another process was changing the folder all the time.
        MissingExtraError: There are vectors in the folder, and LanceDB is not installed.
    """
    given = {"trace_id": trace_id, "session_id": session_id, "user_id": user_id}
    asked = {column: value for column, value in given.items() if value is not None}
    if len(asked) != 1:
        raise DataError(f"expected exactly one of trace_id, session_id and user_id; got {', '.join(asked) or 'none'}.")
    ((column, value),) = asked.items()
    requested_ns = time.time_ns() if now_ns is None else now_ns
    check_version(root)
    with exclusive_or_error(root, wait_s=wait_s):
        compact_held(root, merge=False, now_ns=requested_ns)
        return _delete(root, Deletion(column=column, value=value, requested_unix_ns=requested_ns, waiting={}))


def _delete(root: Path, deletion: Deletion) -> DeletionResult:
    change = Change(root)
    pending = pending_segments(root, change.base)
    live = rows_of(item for item in pending if item.counts)
    waiting = waiting_for(pending)
    with scratch() as connection:
        removal = Removal(connection, change, deletion)
        held_back = tuple(_held_back(removal, pending))
        rows = removal.apply(live)
        rows["vectors"] = vectors.remove(root, removal.traces, removal.predictions)
        if waiting:
            change.delete_later([*change.base.deletions, removal.later(live, waiting)])
    after = change.commit()
    return DeletionResult(rows=dict(+rows), freed_bytes=_size(change.base) - _size(after), held_back=held_back)


def _held_back(removal: Removal, pending: Iterable[PendingSegment]) -> Iterable[HeldBack]:
    for item in pending:
        if removal.matches(item.rows()):
            yield HeldBack(
                writer_id=item.journal.info.writer_id,
                segment=item.segment.name,
                reason="open" if item.counts and item.journal.info.keep else "unshipped",
            )


def _size(catalog: Catalog) -> int:
    return sum(part.size_bytes for part in catalog.all_parts())
