"""Immutable Parquet parts: how one is written, and read back in pieces.

A part is written under a hidden name, synced and renamed, so that a file with a
part's name is always whole. It counts once a catalogue names it.

Beside the table's columns a part has one of its own, `COMMIT_COLUMN`. No view
shows it; merges and rewrites keep it: see docs/decisions/0009-what-a-destination-has.md.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pyflare.schema.arrow import arrow_schema
from pyflare.schema.columns import Table
from pyflare.schema.tables import SCHEMA_VERSION, SPANS, TABLES, TRACES
from pyflare.store.catalog import Part

ROW_GROUP_ROWS: Final = 16_384
"""Rows in a group: small groups find one trace sooner, large ones pack tighter.

Measured on a million spans against groups of 32 k: a trace by id costs a quarter less CPU, the file is 0.1 % larger.
"""
ROW_GROUP_BYTES: Final = 32 << 20
"""A group is cut earlier where its rows are large."""
_ALMOST_UNIQUE: Final = frozenset(
    {"span_id", "parent_span_id", "start_time", "duration_ns", "input", "output", "input_preview", "output_preview"}
)
"""Columns that a dictionary only makes larger and slower: without it a span costs 6 % less CPU and 2 % fewer bytes."""
_UNIQUE_IN_TRACES: Final = frozenset({"trace_id", "root_span_id", "root_start_time"})
"""The same, of `traces`."""
_READ_FOR_FEW: Final = frozenset(
    {
        "trace_id", "span_id", "parent_span_id", "root_span_id", "trace_state", "input", "output",
        "attributes", "attribute_types", "events", "links", "resource", "otlp",
    }
)  # fmt: skip
_READ_FOR_ALL: Final = {table.name: frozenset(table.column_names) - _READ_FOR_FEW for table in (SPANS, TRACES)}
"""Columns that lists, filters and sums read for every row: LZ4 unpacks them several times as fast as Zstandard.

On a million spans a breakdown takes a fifth less CPU, and a list of the traces that have a rare value a third less.
"""
_NEAR_ONE_ANOTHER: Final = frozenset({"start_time", "root_start_time", "duration_ns"})
"""Numbers that are small as differences: so packed they take no more bytes than by Zstandard, and are read in a third."""
_COMPRESSION_LEVEL: Final = 3
_BLOOM_FALSE_RATE: Final = 0.01
_READ_ROWS: Final = 4096
SCHEMA_VERSION_KEY: Final = "pyflare.schema_version"
COMMIT_COLUMN: Final = "_commit"
"""The version of the catalogue with which a row first came into a part; null in parts of before there was one."""


class PartWriter:
    """Writes the rows of one part as they come, in time order and in bounded memory.

    As a context manager it removes what it wrote if the block fails.
    """

    def __init__(self, root: Path, table: Table, *, level: int = 0, commit: int | None = None) -> None:
        """Begin a part.

        Args:
            root: The folder.
            table: The table.
            level: How many merges lie behind the part.
            commit: `COMMIT_COLUMN` of rows that come without one.
        """
        self.table = table
        self.level = level
        self.rows = 0
        self._commit = pa.scalar(commit, pa.int64())
        self._folder = root / table.name
        self._hidden = self._folder / f".{secrets.token_hex(8)}.tmp"
        self._schema = part_schema(table)
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []
        self._waiting_rows = 0
        self._min_ns: int | None = None
        self._max_ns: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.abandon()

    def write(self, rows: pa.Table) -> None:
        """Append rows that follow, in time, those written before. Raises OSError."""
        if not rows.num_rows:
            return
        self._note_times(rows)
        self.rows += rows.num_rows
        if COMMIT_COLUMN not in rows.column_names:
            rows = rows.append_column(COMMIT_COLUMN, pa.repeat(self._commit, rows.num_rows))
        self._waiting.append(rows)
        self._waiting_rows += rows.num_rows
        group = self._group_rows()
        if self._waiting_rows >= group:
            self._write_groups(group, only_full=True)

    def finish(self) -> Part | None:
        """Sync the file and give it its name. None, and no file, where no row was written. Raises OSError."""
        if not self.rows:
            return None
        self._write_groups(self._group_rows(), only_full=False)
        assert self._writer is not None
        self._writer.add_key_value_metadata({SCHEMA_VERSION_KEY: str(SCHEMA_VERSION)})
        self._writer.close()
        size_bytes = _sync_file(self._hidden)
        min_ns, max_ns = self._min_ns or 0, self._max_ns or 0
        name = part_name(min_ns)
        self._hidden.rename(self._folder / name)
        return Part(
            table=self.table.name,
            name=name,
            rows=self.rows,
            size_bytes=size_bytes,
            min_time_ns=min_ns,
            max_time_ns=max_ns,
            level=self.level,
            schema_version=SCHEMA_VERSION,
        )

    def abandon(self) -> None:
        """Remove what was written."""
        if self._writer is not None:
            self._writer.close()
        self._hidden.unlink(missing_ok=True)

    def _group_rows(self) -> int:
        waiting_bytes: int = sum(rows.nbytes for rows in self._waiting)
        if not waiting_bytes:
            return ROW_GROUP_ROWS
        return max(1, min(ROW_GROUP_ROWS, ROW_GROUP_BYTES * self._waiting_rows // waiting_bytes))

    def _write_groups(self, group_rows: int, *, only_full: bool) -> None:
        if not self._waiting:  # what came last filled its group
            return
        rows = pa.concat_tables(self._waiting)
        count = rows.num_rows - rows.num_rows % group_rows if only_full else rows.num_rows
        if count:
            self._open().write_table(rows.slice(0, count), row_group_size=group_rows)
        rest = rows.slice(count)
        self._waiting, self._waiting_rows = ([rest], rest.num_rows) if rest.num_rows else ([], 0)

    def _open(self) -> pq.ParquetWriter:
        if self._writer is None:
            self._folder.mkdir(exist_ok=True)
            os.close(os.open(self._hidden, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            plain = _ALMOST_UNIQUE | (_UNIQUE_IN_TRACES if self.table.name == "traces" else frozenset())
            self._writer = pq.ParquetWriter(
                self._hidden,
                self._schema,
                compression={path: self._codec(field) for field in self._schema for path in _leaves(field)},
                compression_level=_COMPRESSION_LEVEL,  # of Zstandard: LZ4 has none
                store_schema=False,
                use_dictionary=[path for field in self._schema if field.name not in plain for path in _leaves(field)],
                column_encoding={
                    field.name: "DELTA_BINARY_PACKED" for field in self._schema if field.name in _NEAR_ONE_ANOTHER
                },
                bloom_filter_options={
                    name: {"ndv": self._group_rows(), "fpp": _BLOOM_FALSE_RATE} for name in self.table.bloom_columns
                },
            )
        return self._writer

    def _codec(self, field: pa.Field) -> str:
        return "lz4" if field.name in _READ_FOR_ALL.get(self.table.name, ()) else "zstd"

    def _note_times(self, rows: pa.Table) -> None:
        bounds = pc.min_max(rows[self.table.time_column].cast(pa.int64())).as_py()
        if bounds["min"] is not None:
            self._min_ns = bounds["min"] if self._min_ns is None else min(self._min_ns, bounds["min"])
            self._max_ns = bounds["max"] if self._max_ns is None else max(self._max_ns, bounds["max"])


def _leaves(field: pa.Field, *, name: str | None = None) -> Iterator[str]:
    """The paths by which Parquet knows the values of a column."""
    path = field.name if name is None else name
    if pa.types.is_map(field.type):
        yield from _leaves(field.type.key_field, name=f"{path}.key_value.key")
        yield from _leaves(field.type.item_field, name=f"{path}.key_value.value")
    elif pa.types.is_list(field.type):
        yield from _leaves(field.type.value_field, name=f"{path}.list.element")
    elif pa.types.is_struct(field.type):
        for part in field.type:
            yield from _leaves(part, name=f"{path}.{part.name}")
    else:
        yield path


def _sync_file(path: Path) -> int:
    """Wait until the disk has a file, and return its size in bytes."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        return os.fstat(file.fileno()).st_size


def part_name(min_time_ns: int) -> str:
    """A new name for a part; names sort by the time of the part's first row."""
    moment = datetime.fromtimestamp(min_time_ns // 1_000_000_000, UTC)
    return f"{moment:%Y%m%dT%H%M%S}-{secrets.token_hex(6)}.parquet"


def write_part(root: Path, table: Table, rows: pa.Table, *, level: int = 0, commit: int | None = None) -> Part | None:
    """Write rows that are sorted by time as one part; None where there are none. Raises OSError."""
    with PartWriter(root, table, level=level, commit=commit) as writer:
        writer.write(rows)
        return writer.finish()


def write_changed(root: Path, part: Part, changed: Callable[[pa.Table], pa.Table]) -> Part | None:
    """A new part with the rows of another, changed piece by piece. The old one stays. Raises OSError."""
    with PartWriter(root, TABLES[part.table], level=part.level) as writer:
        for rows in read_part(root, part, batch_rows=ROW_GROUP_ROWS, with_commits=True):
            writer.write(changed(rows))
        return writer.finish()


def read_part(
    root: Path, part: Part, *, batch_rows: int = _READ_ROWS, with_commits: bool = False
) -> Iterator[pa.Table]:
    """The rows of a part in pieces, in order, with the columns of today's schema.

    Args:
        root: The folder.
        part: The part.
        batch_rows: Rows at most in a piece.
        with_commits: Whether to read `COMMIT_COLUMN` as well.

    Raises:
        FileNotFoundError: The part was superseded and deleted.
    """
    table = TABLES[part.table]
    schema = part_schema(table) if with_commits else arrow_schema(table)
    with pq.ParquetFile(part.path(root), pre_buffer=False) as file:
        for batch in file.iter_batches(batch_size=batch_rows, use_threads=False):
            yield _conform(pa.Table.from_batches([batch]), schema)


def read_columns(root: Path, part: Part, names: Iterable[str], *, batch_rows: int = _READ_ROWS) -> Iterator[pa.Table]:
    """Some columns of a part in pieces, in order; those that are younger than the part are null.

    Raises:
        FileNotFoundError: The part was superseded and deleted.
    """
    wanted = [*names]
    schema = pa.schema([field for field in arrow_schema(TABLES[part.table]) if field.name in wanted])
    with pq.ParquetFile(part.path(root), pre_buffer=False) as file:
        present = [name for name in file.schema_arrow.names if name in wanted]
        for batch in file.iter_batches(batch_size=batch_rows, columns=present, use_threads=False):
            yield _conform(pa.Table.from_batches([batch]), schema)


def part_schema(table: Table) -> pa.Schema:
    """What a part of the table holds: the table's columns and `COMMIT_COLUMN`."""
    return arrow_schema(table).append(pa.field(COMMIT_COLUMN, pa.int64()))


def conform(rows: pa.Table, table: Table) -> pa.Table:
    """Rows of an older schema with the columns of today's: those that are missing read as null."""
    return _conform(rows, arrow_schema(table))


def conform_part(rows: pa.Table, table: Table) -> pa.Table:
    """The same for rows as a part holds them, with `COMMIT_COLUMN`."""
    return _conform(rows, part_schema(table))


def _conform(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    if rows.schema.equals(schema):
        return rows
    present = set(rows.schema.names)
    columns = [
        rows[field.name].cast(field.type) if field.name in present else pa.nulls(rows.num_rows, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def paths_by_version(root: Path, parts: Iterable[Part]) -> dict[int, list[str]]:
    """Paths of parts by the schema version they were written with, as `parts_sql` wants them."""
    paths: dict[int, list[str]] = {}
    for part in parts:
        paths.setdefault(part.schema_version, []).append(str(part.path(root)))
    return paths
