"""The SQL of every view for one snapshot."""

from __future__ import annotations

from pathlib import Path

from pyflare.schema.sql import RELATIONS, view_sql
from pyflare.schema.tables import TABLES
from pyflare.store.overlay import TraceOverlay, traces_source
from pyflare.store.snapshot import Snapshot
from pyflare.store.sources import joined, live_source, parts_source


def table_sql(root: Path, snapshot: Snapshot, overlay: TraceOverlay | None, name: str) -> str:
    """The query behind the view of a name.

    Args:
        root: The folder.
        snapshot: The moment to show.
        overlay: What the journals change in `traces`, or None to leave that out.
        name: One of `schema.sql.VIEW_NAMES`.
    """
    if name in RELATIONS:
        return RELATIONS[name]
    if name == "traces":
        return view_sql(TABLES[name], joined(name, *traces_source(root, snapshot, overlay)))
    return view_sql(TABLES[name], joined(name, parts_source(root, snapshot, name), live_source(snapshot, name)))
