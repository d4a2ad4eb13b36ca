"""Letting go of what is older than it should be kept."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final

import duckdb

from pyflare.config.kinds import duration_s
from pyflare.errors import DataError
from pyflare.schema.tables import TABLES
from pyflare.store import vectors
from pyflare.store.change import Change, OnStep, ignore_step
from pyflare.store.journal.reader import list_writers
from pyflare.store.mentions import forget_traces
from pyflare.store.pending import pending_segments, rows_of
from pyflare.store.removal import remove_payloads, remove_rows
from pyflare.store.scratch import fetch, parts_source, scratch

_TRACE_END: Final = "epoch_ns(start_time) + coalesce(duration_ns, 0)"
_EXPIRED_TRACE: Final = f"{_TRACE_END} < $before"


def cutoff_ns(keep: str, *, now_ns: int) -> int:
    """The moment, in unix nanoseconds, before which rows go.

    Raises:
        DataError: `keep` is not a duration.
    """
    try:
        return now_ns - round(duration_s(keep) * 1e9)
    except ValueError:
        raise DataError(f'keep: expected how long to keep rows, such as "30d", "12h" or "4w"; got {keep!r}.') from None


def expire(root: Path, *, before_ns: int, on_step: OnStep = ignore_step) -> Counter[str]:
    """Drop the rows of every table that are older than a moment. The caller holds the lock.

    A trace's row stays until its last span goes, a payload until no span refers to it. Younger rows that name a trace
    which goes, as those of drift do, name it no longer.

    Args:
        root: The folder.
        before_ns: Unix nanoseconds.
        on_step: Told of each step, for tests of crashes.

    Returns:
        Rows dropped, by table.

    Raises:
        OSError: The folder cannot be written; nothing is dropped.
    """
    change = Change(root, on_step=on_step)
    rows: Counter[str] = Counter()
    if all(part.min_time_ns >= before_ns for part in change.base.all_parts()):
        rows["vectors"] = vectors.expire(root, before_ns=before_ns)
        return +rows
    with scratch() as connection:
        for table in TABLES:
            if table != "payloads":
                rows[table] = _expire_table(connection, change, table, before_ns)
        rows["payloads"] = _expire_payloads(connection, change, before_ns)
        _forget_expired(connection, change, before_ns)
    rows["vectors"] = vectors.expire(root, before_ns=before_ns)
    change.commit()
    return +rows


def _expire_table(connection: duckdb.DuckDBPyConnection, change: Change, table: str, before_ns: int) -> int:
    dropped = 0
    if table != "traces":
        for part in change.parts_of(table):
            if part.max_time_ns < before_ns:
                change.remove(part)
                dropped += part.rows
    if all(part.min_time_ns >= before_ns for part in change.parts_of(table)):
        return dropped
    where = _EXPIRED_TRACE if table == "traces" else f"epoch_ns({TABLES[table].time_column}) < $before"
    return dropped + remove_rows(connection, change, table, where, {"before": before_ns})


def _expire_payloads(connection: duckdb.DuckDBPyConnection, change: Change, before_ns: int) -> int:
    """Old payloads that no span refers to. A running process may refer again to what it has stored."""
    journals = [journal for journal in list_writers(change.root) if journal.alive]
    started_ns = (journal.info.started_unix_ns for journal in journals)
    source = parts_source(change.root, "payloads", change.parts_of("payloads"))
    query = f"SELECT content_id FROM ({source}) WHERE epoch_ns(timestamp) < $before"
    candidates = fetch(connection, query, {"before": min(before_ns, *started_ns, before_ns)})
    live = rows_of(item for item in pending_segments(change.root, change.base) if item.counts)
    return remove_payloads(connection, change, candidates, live)


def _forget_expired(connection: duckdb.DuckDBPyConnection, change: Change, before_ns: int) -> None:
    """Take the traces that go with the change out of the rows that stay and name them."""
    parts = tuple(part for part in change.base.parts_of("traces") if part.min_time_ns < before_ns)
    query = f"SELECT trace_id FROM ({parts_source(change.root, 'traces', parts)}) WHERE {_TRACE_END} < {before_ns}"
    connection.execute(f"CREATE TEMP VIEW deleted_traces AS {query}")
    forget_traces(connection, change)
