"""One DuckDB cursor whose views show one snapshot."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import duckdb

from pyflare.errors import QueryError
from pyflare.schema.sql import VIEW_NAMES, quote
from pyflare.store.overlay import HIDDEN_TRACES, LIVE_TRACES, TraceOverlay
from pyflare.store.snapshot import Snapshot
from pyflare.store.sources import live_name
from pyflare.store.views import table_sql

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_ROWS: Final = 8192

_Result = TypeVar("_Result")
_FOREIGN: Final = re.compile(r"\b(?:INTERVAL|UNION|BIT|VARIANT|BIGNUM|TIME WITH TIME ZONE|GEOMETRY|TIME_NS)\b")
"""Types of DuckDB that Arrow has no common type for."""

_VIEWS: Final = frozenset(VIEW_NAMES)
_WORD: Final = re.compile(r"\w+")
_NAMES_NOTHING: Final = re.compile(
    r"\b(?:query|query_table|show|pragma|information_schema|duckdb_\w+|pg_\w+|sqlite_\w+)\b", re.IGNORECASE
)
"""Ways to read what a statement does not name."""

Parameters = Sequence[Any] | Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The first rows of a query."""

    rows: pa.Table
    types: tuple[str, ...]
    """Of the columns, in DuckDB's words."""


class Session:
    """A cursor with temporary views, used by one thread at a time."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self.cursor = cursor
        self._shown: tuple[Path, Snapshot, TraceOverlay | None] | None = None
        self._current: set[str] = set()
        """Views that show what is shown now."""
        self._views: dict[str, str] = {}
        """What each view that was ever made shows."""
        self._broken: dict[str, duckdb.Error] = {}
        self._tables: dict[str, pa.Table] = {}

    def show(self, root: Path, snapshot: Snapshot, overlay: TraceOverlay | None) -> None:
        """Point the session at a snapshot. Views are made for the queries that read them."""
        if self._shown != (root, snapshot, overlay):
            self._shown = None
            self._register(_tables(snapshot, overlay))
            self._broken.clear()
            self._current.clear()
            self._shown = (root, snapshot, overlay)

    def _prepare(self, query: str) -> None:
        """Make the views that a query may read, where they do not show the snapshot yet.

        A view whose parts cannot be read is left out: the others can be queried all the same.
        """
        assert self._shown is not None
        wanted = {*VIEW_NAMES} if _NAMES_NOTHING.search(query) else _named(query)
        for name in reversed(VIEW_NAMES):  # each comes after those it reads
            if name in wanted and name not in self._current:
                wanted |= _named(table_sql(*self._shown, name))
        for name in VIEW_NAMES:
            if name in wanted and name not in self._current:
                sql = table_sql(*self._shown, name)
                if self._views.get(name) != sql:
                    self._create(name, sql)
                self._current.add(name)

    def _create(self, name: str, query: str) -> None:
        try:
            self.cursor.execute(f"CREATE OR REPLACE TEMP VIEW {quote(name)} AS {query}")
            self._views[name] = query
        except (duckdb.IOException, duckdb.InvalidInputException, duckdb.CatalogException) as error:
            self._broken[name] = error
            self.cursor.execute(f"DROP VIEW IF EXISTS {quote(name)}")
            self._views.pop(name, None)

    @contextmanager
    def _blame(self) -> Iterator[None]:
        """Where a view is missed that could not be made, say why it could not."""
        try:
            yield
        except duckdb.CatalogException as error:
            missed = (cause for name, cause in self._broken.items() if f"Table with name {name} " in str(error))
            raise next(missed, error) from None

    def _register(self, tables: Mapping[str, pa.Table]) -> None:
        for name, table in tables.items():
            if self._tables.get(name) is not table:
                self.cursor.register(name, table)
        for name in self._tables.keys() - tables.keys():
            self.cursor.unregister(name)
        self._tables = {**tables}

    def run(self, query: str, parameters: Parameters = None) -> pa.Table:
        """Run one query over the views. Raises duckdb.Error."""
        self._prepare(query)
        with self._blame():
            return self._interruptible(lambda: self.cursor.sql(query, params=parameters).to_arrow_table())

    def rows(self, query: str, parameters: Parameters = None) -> list[dict[str, Any]]:
        """The few rows of one query over the views, as plain values: without Arrow. Raises duckdb.Error."""

        def fetch() -> list[dict[str, Any]]:
            found = self.cursor.execute(query, parameters)  # a relation would be planned twice
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

        self._prepare(query)
        with self._blame():
            return self._interruptible(fetch)

    def _interruptible(self, work: Callable[[], _Result]) -> _Result:
        """Do what DuckDB does not always: let Ctrl-C end a query. Signals only ever come to the main thread."""
        if threading.current_thread() is not threading.main_thread():
            return work()
        with ThreadPoolExecutor(1) as beside:
            result = beside.submit(work)
            try:
                return result.result()
            except KeyboardInterrupt:
                self.cursor.interrupt()
                raise

    def head(self, query: str, parameters: Parameters, *, rows: int, size_bytes: int) -> Head:
        """The first rows of a query over the views, run no further than it takes. Raises duckdb.Error.

        Raises:
            QueryError: They take more than `size_bytes`.
        """
        self._prepare(query)
        with self._blame():
            relation = self.cursor.sql(query, params=parameters)
            types = tuple(map(str, relation.types))
            with _as_text_where_foreign(relation, types).to_arrow_reader(_BATCH_ROWS) as reader:
                return Head(rows=_first(reader, rows, size_bytes), types=types)

    def stream(self, query: str, parameters: Parameters = None) -> pa.RecordBatchReader:
        """Run one query over the views, piece by piece. The session is busy until the reader is closed."""
        self._prepare(query)
        with self._blame():
            return self.cursor.sql(query, params=parameters).to_arrow_reader(_BATCH_ROWS)

    def run_over(self, query: str, tables: Mapping[str, pa.Table]) -> pa.Table:
        """Run one query over the views and over tables registered for it alone. Raises duckdb.Error."""
        for name, table in tables.items():
            self.cursor.register(name, table)
        try:
            return self.run(query)
        finally:
            for name in tables:
                self.cursor.unregister(name)


def _named(query: str) -> set[str]:
    """The views that a query may read: those whose name is a word of it."""
    return {word for word in map(str.lower, _WORD.findall(query)) if word in _VIEWS}


def _as_text_where_foreign(relation: duckdb.DuckDBPyRelation, types: Sequence[str]) -> duckdb.DuckDBPyRelation:
    if not any(map(_FOREIGN.search, types)):
        return relation
    names = zip(relation.columns, types, strict=True)
    return relation.project(
        ", ".join(
            f"CAST(#{at} AS VARCHAR) AS {quote(name)}" if _FOREIGN.search(type) else f"#{at} AS {quote(name)}"
            for at, (name, type) in enumerate(names, start=1)
        )
    )


def _first(reader: pa.RecordBatchReader, rows: int, size_bytes: int) -> pa.Table:
    import pyarrow as pa

    batches: list[pa.RecordBatch] = []
    left, size = rows, 0
    while left > 0 and (batch := next(reader, None)) is not None:
        batches.append(batch.slice(0, left))
        left -= batch.num_rows
        size += batch.nbytes
        if size > size_bytes:
            raise QueryError(
                f"expected a result of {size_bytes:,} bytes at most; it is larger. "
                "Hint: select fewer columns or rows, or cut texts with left(text, 1000)."
            )
    return pa.Table.from_batches(batches, schema=reader.schema)


def _tables(snapshot: Snapshot, overlay: TraceOverlay | None) -> dict[str, pa.Table]:
    tables = {live_name(name): table for name, table in snapshot.live.items()}
    if overlay is not None:
        tables |= {LIVE_TRACES: overlay.rows, HIDDEN_TRACES: overlay.hidden}
    return tables
