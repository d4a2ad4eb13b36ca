"""Deleting what has lost its meaning, and showing plain DuckDB what has one."""

from __future__ import annotations

import re
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from pyflare.schema.sql import parts_sql, views_sql
from pyflare.schema.tables import TABLES
from pyflare.store.catalog import CATALOG_NAME, COUNTERS_NAME, Catalog, segment_key
from pyflare.store.journal.format import WRITER_ID
from pyflare.store.journal.reader import WriterJournal, list_writers, parse_segment
from pyflare.store.journal.shipped import is_shipped, load_positions, remember_shipper
from pyflare.store.journal.writer import write_atomically
from pyflare.store.parts import paths_by_version

VIEWS_NAME: Final = "views.sql"
LEFTOVER_S: Final = 3600.0
"""Age at which a file still without its name is nobody's."""
_UNNAMED: Final = re.compile(rf"\.(?:.+\.[0-9]+-[0-9a-f]{{6}}|{WRITER_ID.pattern}(?:-[0-9a-f]{{8}})?)")


def sweep(root: Path, catalog: Catalog) -> None:
    """Delete the files that mean nothing, or no longer do, and make `views.sql` show the catalogue.

    These are superseded parts, parts and carry segments of commits that never
    happened, temporary files, contained segments that no destination waits for,
    and closed journals. The caller holds the lock. Raises OSError.
    """
    _write_views(root, catalog)
    named = {table: {part.name for part in catalog.parts_of(table)} for table in TABLES}
    for table, names in named.items():
        for path in _files(root / table):
            if path.name not in names:
                path.unlink(missing_ok=True)
    for path in root.glob(f".{CATALOG_NAME}.*"):
        path.unlink(missing_ok=True)
    _sweep_leftovers(root)
    for journal in list_writers(root):
        _sweep_journal(journal, catalog)


def _sweep_leftovers(root: Path) -> None:
    """Delete what processes left that were killed between making a file or a journal and giving it its name."""
    latest_s = time.time() - LEFTOVER_S
    for folder in (root, root / "journal"):
        for path in folder.glob(".*"):
            if not _UNNAMED.fullmatch(path.name):
                continue
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < latest_s:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()


def _write_views(root: Path, catalog: Catalog) -> None:
    """Make `views.sql` show the catalogue's parts to plain DuckDB, where it does not yet."""
    absolute = root.resolve()
    sources = {
        name: parts_sql(table, paths_by_version(absolute, catalog.parts_of(name))) for name, table in TABLES.items()
    }
    script = views_sql(sources).encode()
    path = root / VIEWS_NAME
    if not path.exists() or path.read_bytes() != script:
        write_atomically(path, script)


def _sweep_journal(journal: WriterJournal, catalog: Catalog) -> None:
    directory, info = journal.directory, journal.info
    if segment_key(info.writer_id, COUNTERS_NAME) in catalog.contained:
        remember_shipper(directory.parent.parent, info.writer_id, info.destinations)
        shutil.rmtree(directory, ignore_errors=True)
        return
    positions = load_positions(directory, info.destinations)
    for path in _files(directory):
        segment = parse_segment(path)
        if segment is None or catalog.counts(info.writer_id, segment):
            continue
        if is_shipped(segment.name, info.destinations, positions):
            path.unlink(missing_ok=True)


def _files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if not path.is_dir()]
    except FileNotFoundError:
        return []
