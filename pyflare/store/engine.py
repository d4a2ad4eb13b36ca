"""DuckDB over one folder: its parts and its live journals as one set of views.

Each query runs on a session of its own, a cursor whose temporary views show one
snapshot, so threads neither wait for one another nor see a mixture. Nothing here
waits for a writer.
"""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import duckdb

from pyflare.store.live import LiveFolder
from pyflare.store.overlay import TraceOverlay
from pyflare.store.pinned import Build, Frozen, pinned
from pyflare.store.session import Head, Parameters, Session
from pyflare.store.sharing import Shared
from pyflare.store.snapshot import Snapshot
from pyflare.store.statements import check_readable, explained, explaining

if TYPE_CHECKING:
    import pyarrow as pa

_ATTEMPTS: Final = 5
"""Runs of one query while compactions delete parts under it."""
_LATE_MATERIALIZATION_ROWS: Final = 10_000
"""Up to this LIMIT DuckDB sorts by key first and fetches the other columns of only those rows."""
_Result = TypeVar("_Result")
_READS_TRACES: Final = re.compile(r"\btraces\b|\bquery(_table)?\b", re.IGNORECASE)


_Seen = tuple[Snapshot, TraceOverlay | None]
Ask = Callable[[str, Parameters], list[dict[str, Any]]]
"""Runs one query of few rows, for plain values by column name."""


class Engine:
    """Runs SQL over one folder. Safe for threads."""

    def __init__(self, root: Path, *, settings: Mapping[str, str] | None = None) -> None:
        """Open a folder.

        Args:
            root: The folder.
            settings: Settings of DuckDB beside ours, such as `memory_limit`: the SQL of their values by name.
        """
        self.root = root.resolve()
        self._connection = _connect(self.root, settings or {})
        self._live = LiveFolder(self.root)
        self._snapshots = Shared(self._latest)
        self._overlaid = Shared(self._latest_overlaid)
        self._known: tuple[Snapshot, TraceOverlay] | None = None
        self._idle: deque[Session] = deque()
        self._busy: set[Session] = set()

    def snapshot(self) -> Snapshot:
        """The folder as it is now.

        Raises:
            CorruptError: The catalogue is damaged.
            StoreError: The folder changes too fast to be read.
        """
        return self._snapshots.get()

    def _latest(self) -> Snapshot:
        """Look at the folder. A look that was broken off may have taken in half of a journal: the next begins anew."""
        try:
            return self._live.snapshot()
        except BaseException:
            self._live = LiveFolder(self.root)
            raise

    def query(self, query: str, parameters: Parameters = None) -> pa.Table:
        """Run what a user wrote.

        Raises:
            QueryError: It does more than read, or DuckDB cannot answer it.
            CorruptError: A file of the folder cannot be read.
        """
        with self._session() as session:
            check_readable(session.cursor, query)
        return self.run(lambda *_: (query, parameters), traces=_READS_TRACES.search(query) is not None)

    def head(self, query: str, parameters: Parameters, *, rows: int, size_bytes: int) -> Head:
        """Run what a user wrote, no further than it takes for the first rows.

        Types that no other program reads (intervals, unions, bit strings, …) come as text.

        Args:
            query: A statement that reads.
            parameters: Values for `?` as a sequence, or for `$name` as a mapping.
            rows: Rows at most.
            size_bytes: What they may take in memory.

        Raises:
            QueryError: It does more than read, DuckDB cannot answer it, or the rows take more.
            CorruptError: A file of the folder cannot be read.
        """
        with self._session() as session:
            check_readable(session.cursor, query)
        traces = _READS_TRACES.search(query) is not None
        return self._repeated(
            lambda session, _, __: session.head(query, parameters, rows=rows, size_bytes=size_bytes), traces=traces
        )

    def interrupt(self) -> None:
        """End the queries that run now: they raise QueryError. From any thread."""
        for session in [*self._busy]:
            session.cursor.interrupt()

    def run(self, build: Build, *, traces: bool) -> pa.Table:
        """Run a query that is made for its snapshot; again, where a compaction took a part away meanwhile.

        Args:
            build: Makes the query.
            traces: Whether it may read `traces`, which costs a summary of the live spans.

        Raises:
            QueryError: DuckDB cannot answer it.
            CorruptError: A file of the folder cannot be read.
        """
        return self._repeated(lambda session, snapshot, overlay: session.run(*build(snapshot, overlay)), traces=traces)

    def rows(self, build: Build, *, traces: bool) -> list[dict[str, Any]]:
        """Run a query of few rows as `run` does, for plain values by column name: without Arrow.

        Raises:
            QueryError: DuckDB cannot answer it.
            CorruptError: A file of the folder cannot be read.
        """
        return self._repeated(lambda session, snapshot, overlay: session.rows(*build(snapshot, overlay)), traces=traces)

    def several(self, read: Callable[[Ask, Snapshot, TraceOverlay | None], _Result], *, traces: bool) -> _Result:
        """Run several queries of few rows over the folder as it is at one moment; all again, as `run` does.

        Raises:
            QueryError: DuckDB cannot answer one.
            CorruptError: A file of the folder cannot be read.
        """
        return self._repeated(lambda session, *seen: read(session.rows, *seen), traces=traces)

    def _repeated(self, read: Callable[[Session, Snapshot, TraceOverlay | None], _Result], *, traces: bool) -> _Result:
        """Read from a session, again where a compaction took a part away meanwhile."""

        def shown(seen: _Seen) -> _Result:
            snapshot, overlay = seen
            with self._session() as session:
                session.show(self.root, snapshot, overlay)
                return read(session, snapshot, overlay)

        return self._persistently(lambda: self._look(traces=traces), shown)

    def _persistently(self, look: Callable[[], _Seen], work: Callable[[_Seen], _Result]) -> _Result:
        attempt = 1
        while True:
            seen = look()
            try:
                return work(seen)
            except duckdb.Error as error:
                superseded = isinstance(error, duckdb.IOException) and self.snapshot().catalog is not seen[0].catalog
                if not superseded or attempt == _ATTEMPTS:
                    raise explained(error) from error
            attempt += 1

    def _look(self, *, traces: bool) -> _Seen:
        """The folder as it is now, and what its journals change in `traces` where that is wanted."""
        return self._overlaid.get() if traces else (self.snapshot(), None)

    def _latest_overlaid(self) -> _Seen:
        """Look at the folder, and work out what its journals change. By one thread at a time, for all who wait."""

        def overlaid(seen: _Seen) -> _Seen:
            with self._session() as session:
                return seen[0], self._overlay(session, seen[0])

        return self._persistently(lambda: (self.snapshot(), None), overlaid)

    @contextmanager
    def stream(self, build: Build, *, traces: bool) -> Iterator[pa.RecordBatchReader]:
        """Run a query as `run` does, and give its rows piece by piece, for as long as the context lasts.

        It is not run again where a compaction takes a part away half-way.

        Raises:
            QueryError: DuckDB cannot answer it.
            CorruptError: A file of the folder cannot be read, or is gone by now.
        """
        snapshot, overlay = self._look(traces=traces)
        with self._session() as session, explaining():
            session.show(self.root, snapshot, overlay)
            with session.stream(*build(snapshot, overlay)) as reader:
                yield reader

    @contextmanager
    def frozen(self) -> Iterator[Frozen]:
        """The folder as it is now, for several queries that must not see what changes in between.

        Raises:
            CorruptError: The catalogue is damaged.
        """
        with pinned(self.root, self.snapshot) as pin, self._session() as session:
            yield Frozen(pin, session, self._overlay(session, pin.snapshot))

    def _overlay(self, session: Session, snapshot: Snapshot) -> TraceOverlay | None:
        if "spans" not in snapshot.live:
            return None
        made = self._known
        if made is None or made[0] is not snapshot:
            from pyflare.store.live_traces import trace_overlay

            session.show(self.root, snapshot, None)
            made = self._known = (snapshot, trace_overlay(self.root, snapshot, session.run_over))
        return made[1]

    @contextmanager
    def _session(self) -> Iterator[Session]:
        try:
            session = self._idle.pop()
        except IndexError:
            session = Session(self._connection.cursor())
        self._busy.add(session)
        try:
            yield session
        finally:
            self._busy.discard(session)
            self._idle.append(session)

    def close(self) -> None:
        """Let go of the folder. Queries that still run end in an error."""
        while self._idle:
            self._idle.pop().cursor.close()
        self._connection.close()


def _connect(root: Path, settings: Mapping[str, str]) -> duckdb.DuckDBPyConnection:
    """An in-memory database that reads the files below `root`, and nothing else ever after."""
    connection = duckdb.connect(":memory:", config={"python_enable_replacements": False})
    folder = f"{root}/".replace("'", "''")
    spill = f"{tempfile.gettempdir()}/pyflare-{os.getpid()}-{secrets.token_hex(4)}".replace("'", "''")
    for setting in (
        "TimeZone = 'UTC'",
        "parquet_metadata_cache = true",
        f"late_materialization_max_rows = {_LATE_MATERIALIZATION_ROWS}",
        "autoload_known_extensions = false",
        f"temp_directory = '{spill}'",
        *(f"{name} = {value}" for name, value in settings.items()),
        f"allowed_directories = ['{folder}']",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET GLOBAL {setting}")  # of every cursor, not of this one alone
    return connection
