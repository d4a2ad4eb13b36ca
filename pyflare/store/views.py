"""The SQL of each table for one snapshot: its parts, what is live of it, and both as one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pyflare.schema.sql import RELATIONS, empty_sql, parts_sql, view_sql
from pyflare.schema.tables import TABLES
from pyflare.store.catalog import Part
from pyflare.store.live import Snapshot


def live_name(table: str) -> str:
    """The name under which a session registers the live rows of a table."""
    return f"_live_{table}"


def source_sql(root: Path, snapshot: Snapshot, table: str) -> str:
    """The stored columns of all of a table's rows."""
    sources = [source for source in (parts_source(root, snapshot, table), live_source(snapshot, table)) if source]
    return "\nUNION ALL ".join(sources) or empty_sql(TABLES[table])


def parts_source(root: Path, snapshot: Snapshot, table: str) -> str:
    """The stored columns of the rows that parts hold; empty where there are no parts."""
    parts = snapshot.catalog.parts_of(table)
    return parts_sql(TABLES[table], _by_schema_version(root, parts)) if parts else ""


def live_source(snapshot: Snapshot, table: str) -> str:
    """The stored columns of the rows that only journals hold; empty where there are none."""
    return f"SELECT * FROM {live_name(table)}" if table in snapshot.live else ""


def table_sql(root: Path, snapshot: Snapshot, name: str) -> str:
    """The query behind the view of a name."""
    return RELATIONS.get(name) or view_sql(TABLES[name], source_sql(root, snapshot, name))


def _by_schema_version(root: Path, parts: Iterable[Part]) -> dict[int, list[str]]:
    files: dict[int, list[str]] = {}
    for part in parts:
        files.setdefault(part.schema_version, []).append(str(part.path(root)))
    return files
