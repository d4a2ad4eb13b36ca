"""DuckDB over one folder: its parts and its live journals as one set of views.

Each query runs on a session of its own, a cursor whose temporary views show one
snapshot, so threads neither wait for one another nor see a mixture. Nothing here
waits for a writer.
"""

from __future__ import annotations

import os
import secrets
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from pyflare.schema.sql import VIEW_NAMES, quote
from pyflare.store.live import LiveFolder, Snapshot
from pyflare.store.statements import check_readable, explained
from pyflare.store.views import live_name, table_sql

_ATTEMPTS: Final = 5
"""Runs of one query while compactions delete parts under it."""
LATE_MATERIALIZATION_ROWS: Final = 10_000
"""Up to this LIMIT DuckDB sorts by key first and fetches the other columns of only those rows."""

Parameters = Sequence[Any] | Mapping[str, Any] | None


class Engine:
    """Runs SQL over one folder. Safe for threads."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._connection = _connect(self.root)
        self._folder = LiveFolder(self.root)
        self._refreshing = threading.Lock()
        self._idle: deque[_Session] = deque()

    def snapshot(self) -> Snapshot:
        """The folder as it is now. Raises CorruptError and StoreError."""
        with self._refreshing:
            return self._folder.snapshot()

    def query(self, query: str, parameters: Parameters = None) -> pa.Table:
        """Run what a user wrote.

        Raises:
            QueryError: It is no query, or DuckDB cannot answer it.
            CorruptError: A file of the folder cannot be read.
        """
        with self._session() as session:
            check_readable(session.cursor, query)
        return self.run(lambda _: (query, parameters))

    def run(self, build: Callable[[Snapshot], tuple[str, Parameters]]) -> pa.Table:
        """Run a query that is made for the snapshot it runs on; again, where a compaction took a part away meanwhile.

        Raises:
            QueryError: DuckDB cannot answer it.
            CorruptError: A file of the folder cannot be read.
        """
        attempt = 1
        while True:
            snapshot = self.snapshot()
            query, parameters = build(snapshot)
            try:
                with self._session() as session:
                    session.show(self.root, snapshot)
                    return session.cursor.sql(query, params=parameters).to_arrow_table()
            except duckdb.Error as error:
                superseded = isinstance(error, duckdb.IOException) and self.snapshot().catalog is not snapshot.catalog
                if not superseded or attempt == _ATTEMPTS:
                    raise explained(error) from error
            attempt += 1

    @contextmanager
    def _session(self) -> Iterator[_Session]:
        try:
            session = self._idle.pop()
        except IndexError:
            session = _Session(self._connection.cursor())
        try:
            yield session
        finally:
            self._idle.append(session)

    def close(self) -> None:
        """Let go of the folder. Queries that still run end in an error."""
        while self._idle:
            self._idle.pop().cursor.close()
        self._connection.close()


class _Session:
    """A cursor, and the snapshot that its views show."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self.cursor = cursor
        self._snapshot: Snapshot | None = None
        self._views: dict[str, str] = {}
        self._live: dict[str, pa.Table] = {}

    def show(self, root: Path, snapshot: Snapshot) -> None:
        """Point the views at a snapshot, doing only what differs from the one before."""
        if snapshot is self._snapshot:
            return
        self._snapshot = None
        self._register(snapshot.live)
        for name in VIEW_NAMES:
            query = table_sql(root, snapshot, name)
            if self._views.get(name) != query:
                self.cursor.execute(f"CREATE OR REPLACE TEMP VIEW {quote(name)} AS {query}")
                self._views[name] = query
        self._snapshot = snapshot

    def _register(self, live: Mapping[str, pa.Table]) -> None:
        for name, table in live.items():
            if self._live.get(name) is not table:
                self.cursor.register(live_name(name), table)
        for name in self._live.keys() - live.keys():
            self.cursor.unregister(live_name(name))
        self._live = {**live}


def _connect(root: Path) -> duckdb.DuckDBPyConnection:
    """An in-memory database that reads the files below `root`, and nothing else ever after."""
    connection = duckdb.connect(":memory:", config={"python_enable_replacements": False})
    folder = f"{root}/".replace("'", "''")
    spill = f"{tempfile.gettempdir()}/pyflare-{os.getpid()}-{secrets.token_hex(4)}".replace("'", "''")
    for setting in (
        "TimeZone = 'UTC'",
        "parquet_metadata_cache = true",
        f"late_materialization_max_rows = {LATE_MATERIALIZATION_ROWS}",
        "autoload_known_extensions = false",
        f"temp_directory = '{spill}'",
        f"allowed_directories = ['{folder}']",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")
    return connection
