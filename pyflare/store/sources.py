"""Where the rows of a table lie in one snapshot, as queries over its stored columns."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

from pyflare.schema.sql import empty_sql, parts_sql
from pyflare.schema.tables import TABLES
from pyflare.store.catalog import Part
from pyflare.store.snapshot import Snapshot


def live_name(table: str) -> str:
    """The name under which a session registers the live rows of a table."""
    return f"_live_{table}"


def parts_source(
    root: Path,
    snapshot: Snapshot,
    table: str,
    *,
    since_ns: int | None = None,
    until_ns: int | None = None,
    without: Container[Part] = (),
) -> str:
    """The rows that parts hold; empty where there are no parts.

    Args:
        root: The folder.
        snapshot: The moment.
        table: The table's name.
        since_ns: Leave out parts whose rows are all older, in unix nanoseconds.
        until_ns: Leave out parts whose rows are all younger.
        without: Parts to leave out.
    """
    files: dict[int, list[str]] = {}
    for part in snapshot.catalog.parts_of(table):
        too_old = since_ns is not None and part.max_time_ns < since_ns
        too_young = until_ns is not None and part.min_time_ns > until_ns
        if not too_old and not too_young and part not in without:
            files.setdefault(part.schema_version, []).append(str(part.path(root)))
    return parts_sql(TABLES[table], files) if files else ""


def live_source(snapshot: Snapshot, table: str) -> str:
    """The rows that only journals hold; empty where there are none."""
    return f"SELECT * FROM {live_name(table)}" if table in snapshot.live else ""


def joined(table: str, *sources: str) -> str:
    """Several sources of a table as one."""
    return "\nUNION ALL ".join(source for source in sources if source) or empty_sql(TABLES[table])
