"""Tables of a folder as files, all of one moment."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.errors import DataError
from pyflare.interchange import tabular
from pyflare.interchange.formats import BINARY, OTLP, SUFFIXES, ExportFormat, export_format
from pyflare.interchange.otlp import SIGNALS
from pyflare.interchange.otlp.files import write_requests
from pyflare.interchange.targets import whole, writing
from pyflare.schema.arrow import arrow_schema
from pyflare.schema.tables import EMBEDDINGS, PAYLOADS, SCHEMA_VERSION, SPANS, TABLES
from pyflare.store import vectors
from pyflare.store.database import DatabaseWriter
from pyflare.store.filters import filters_of
from pyflare.store.parts import SCHEMA_VERSION_KEY, conform
from pyflare.workspace import Workspace
from pyflare.workspace.frozen import FrozenWorkspace

TABLE_KEY: Final = b"pyflare.table"
"""Says in the metadata of Parquet and Arrow files which table they hold."""

Progress = Callable[[str, int, int | None], None]
"""Told a table, how many of its rows are written by now, and of how many, where that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportResult:
    """What was written."""

    rows: dict[str, int]
    """Rows by table."""
    files: tuple[Path, ...]
    """None where it went to standard output."""


def export(
    workspace: Workspace,
    target: Path | None = None,
    *,
    format: ExportFormat | None = None,
    tables: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    filters: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> ExportResult:
    """Write tables of a folder to files, as they are at this moment, whatever is written meanwhile.

    Args:
        workspace: The folder.
        target: A file; or a directory, which gets a file for each table; or None for standard output.
        format: What to write. The file's name says it where it is left out; a directory gets Parquet.
        tables: Which tables. Where left out: all that a directory or a DuckDB file can hold, else spans.
        columns: The columns to write, of one table. As they are stored where left out.
        filters: As `Workspace.stream` takes them. Without `tables`, tables that lack one of them are left out;
            of payloads those are written that the spans refer to.
        progress: Told how it goes.

    Raises:
        DataError: The tables do not go together with the format, or the file's name says none.
        QueryError: There is no such table, column or filter.
        OSError: The file cannot be written. None of it is there then.
    """
    job = _plan(target, format, tables, columns, dict(filters or {}))
    if job.filters and EMBEDDINGS.name in (tables or ()) and vectors.has_vectors(workspace.path):
        raise DataError("expected no filters for embeddings: some are in LanceDB. Hint: export all of them.")
    with workspace.frozen() as frozen:
        return _Export(frozen, job, progress or _ignore, workspace.path).run()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """What is to be written, checked."""

    target: Path | None
    is_directory: bool
    format: ExportFormat
    tables: tuple[str, ...]
    columns: tuple[str, ...] | None
    filters: dict[str, Any]
    skips_empty: bool
    """Whether tables without rows get no file: those that nobody asked for by name."""


def _plan(
    target: Path | None,
    format: ExportFormat | None,
    tables: Sequence[str] | None,
    columns: Sequence[str] | None,
    filters: dict[str, Any],
) -> _Job:
    is_directory = _is_directory(target, tables)
    named = None if target is None or is_directory or format else export_format(target)
    chosen = format or named or (ExportFormat.PARQUET if is_directory else ExportFormat.JSONL)
    holds_many = is_directory or chosen in (ExportFormat.DUCKDB, ExportFormat.OTLP_JSON)
    wanted = tuple(tables) if tables else _default_tables(chosen, filters, many=holds_many)
    _check(wanted, chosen, columns, target, many=holds_many)
    return _Job(
        target=target,
        is_directory=is_directory,
        format=chosen,
        tables=wanted,
        columns=None if columns is None else tuple(columns),
        filters=filters,
        skips_empty=not tables,
    )


def _is_directory(target: Path | None, tables: Sequence[str] | None) -> bool:
    """Whether a target holds a file for each table: it is a directory, or has a name without an ending."""
    if target is None:
        return False
    return target.is_dir() or (not target.suffix and len(tables or ()) != 1)


def _default_tables(format: ExportFormat, filters: Mapping[str, Any], *, many: bool) -> tuple[str, ...]:
    if not many:
        return (SPANS.name,)
    candidates = SIGNALS if format in OTLP else TABLES
    chosen = [table for table in candidates if filters.keys() <= filters_of(table).keys()] or [SPANS.name]
    if SPANS.name in chosen and PAYLOADS.name in candidates and PAYLOADS.name not in chosen:
        chosen.append(PAYLOADS.name)  # what is too large to stand in the spans
    return tuple(chosen)


def _check(
    tables: Sequence[str], format: ExportFormat, columns: Sequence[str] | None, target: Path | None, *, many: bool
) -> None:
    for table in tables:
        if table not in TABLES and Path(table).suffix:
            raise DataError(
                f"expected the name of a table, got the file {table}. Hint: a file goes after -o: -o {table}."
            )
        filters_of(table)  # raises where there is no such table
    if len(tables) > 1 and not many:
        raise DataError(f"expected one table for a file of {format}, got {len(tables)}. Hint: -o DIRECTORY holds many.")
    if format in OTLP and (others := [table for table in tables if table not in SIGNALS]):
        raise DataError(f"{format} holds {', '.join(SIGNALS)}; got {', '.join(others)}. Hint: parquet holds any table.")
    if columns is not None and (len(tables) > 1 or format in OTLP or format is ExportFormat.DUCKDB):
        raise DataError("columns can be chosen of one table, in jsonl, json, csv, parquet and arrow.")
    if target is None and format is ExportFormat.DUCKDB:
        raise DataError("expected a file for duckdb. Hint: -o traces.duckdb")
    if target is None and format in BINARY and sys.stdout.isatty():
        raise DataError(f"expected a file or a pipe for {format}, got a terminal. Hint: -o rows{SUFFIXES[format]}")


class _Export:
    """One export under way."""

    def __init__(self, frozen: FrozenWorkspace, job: _Job, progress: Progress, root: Path) -> None:
        self._frozen = frozen
        self._root = root
        self._job = job
        self._progress = progress
        self._rows: dict[str, int] = {}

    def run(self) -> ExportResult:
        job = self._job
        if job.target is None:
            self._write(job.tables, sys.stdout.buffer)
            sys.stdout.buffer.flush()
            files: list[Path] = []
        elif job.is_directory and job.format is not ExportFormat.DUCKDB:
            files = self._write_directory(job.target)
        else:
            files = [job.target / f"pyflare{SUFFIXES[job.format]}" if job.is_directory else job.target]
            self._write_file(job.tables, files[0])
        return ExportResult(rows=self._rows, files=tuple(files))

    def _write_directory(self, target: Path) -> list[Path]:
        target.mkdir(parents=True, exist_ok=True)
        files = []
        for table in self._job.tables:
            path = target / f"{table}{SUFFIXES[self._job.format]}"
            if self._job.skips_empty and table != "traces" and not self._count(table):
                path.unlink(missing_ok=True)  # of an earlier export
                continue
            files.append(path)
            self._write_file((table,), path)
        return files

    def _write_file(self, tables: Sequence[str], path: Path) -> None:
        if self._job.format is ExportFormat.DUCKDB:
            with whole(path) as unfinished, DatabaseWriter(unfinished) as database:
                for table in tables:
                    with self._stored(table) as (batches, schema):
                        database.add(TABLES[table], batches, schema)
            return
        with writing(path) as file:
            self._write(tables, file)

    def _write(self, tables: Sequence[str], file: BinaryIO) -> None:
        for table in tables:
            if self._job.columns is not None:
                with self._frozen.stream(table, columns=self._job.columns, filters=self._job.filters) as reader:
                    tabular.write(self._counted(table, reader), reader.schema, _tabular(self._job.format), file)
                continue
            with self._stored(table) as (batches, schema):
                if self._job.format in OTLP:
                    write_requests(table, batches, self._job.format, file)
                else:
                    tabular.write(batches, schema, _tabular(self._job.format), file)

    @contextmanager
    def _stored(self, table: str) -> Iterator[tuple[Iterator[pa.RecordBatch], pa.Schema]]:
        """The rows of a table with exactly its stored columns, and a schema that says which table it is."""
        named = {TABLE_KEY: table.encode(), SCHEMA_VERSION_KEY.encode(): str(SCHEMA_VERSION).encode()}
        schema = arrow_schema(TABLES[table]).with_metadata(named)
        with self._open(table) as reader:
            batches = self._with_moved(reader) if table == EMBEDDINGS.name else reader
            yield self._conformed(table, batches, schema), schema

    def _with_moved(self, staged: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Embeddings, and those in LanceDB, where filters do not reach; each once, though it moves meanwhile."""
        seen: list[pa.Array] = []
        for batch in staged:
            seen.append(batch["embedding_id"])
            yield batch
        if not self._job.filters:
            known = pa.chunked_array(seen, pa.string())
            for batch in vectors.moved_rows(self._root):
                yield batch.filter(pc.invert(pc.is_in(batch["embedding_id"], value_set=known.combine_chunks())))

    def _count(self, table: str) -> int:
        moved = vectors.count_moved(self._root) if table == EMBEDDINGS.name and not self._job.filters else 0
        return self._frozen.rows(table) + moved

    def _open(self, table: str) -> AbstractContextManager[pa.RecordBatchReader]:
        filters = self._job.filters
        if table == PAYLOADS.name and self._job.skips_empty and filters.keys() <= filters_of(SPANS.name).keys():
            return self._frozen.payloads_of(filters) if filters else self._frozen.stream(table)
        return self._frozen.stream(table, filters=filters)

    def _conformed(self, table: str, reader: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        for batch in self._counted(table, reader):
            rows = conform(pa.Table.from_batches([batch]), TABLES[table])
            yield from rows.replace_schema_metadata(schema.metadata).to_batches()

    def _counted(self, table: str, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        total = None if self._job.filters else self._count(table)
        self._rows[table] = 0
        self._progress(table, 0, total)
        for batch in batches:
            yield batch
            self._rows[table] += batch.num_rows
            self._progress(table, self._rows[table], total)


def _tabular(format: ExportFormat) -> tabular.Format:
    return tabular.Format(format.value)


def _ignore(table: str, rows: int, total: int | None) -> None:
    """Take no notice of progress."""
