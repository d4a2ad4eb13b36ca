"""Parts are whole once they have their name, and say what they hold."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pyflare.schema.arrow import arrow_schema
from pyflare.schema.tables import LOGS, SCHEMA_VERSION, TRACES
from pyflare.store.parts import ROW_GROUP_BYTES, ROW_GROUP_ROWS, PartWriter, part_name, read_part, write_part
from tests.store.records import SECOND_NS, T0_NS


def _logs(count: int, *, first: int = 0, size: int = 1) -> pa.Table:
    schema = arrow_schema(LOGS)
    columns = {name: pa.nulls(count, schema.field(name).type) for name in schema.names}
    columns["timestamp"] = pa.array([T0_NS + first + number for number in range(count)], pa.timestamp("ns"))
    columns["body"] = pa.array(["x" * size] * count)
    columns["attributes"] = pa.array([[("k", "v")]] * count, schema.field("attributes").type)
    return pa.table(columns, schema=schema)


def test_names_sort_by_time() -> None:
    """A part's name begins with the moment of its first row."""
    early, late = part_name(T0_NS), part_name(T0_NS + SECOND_NS)
    assert early < late
    assert early.startswith("20260921T141320-")


def test_rows_read_back_as_they_were_written(tmp_path: Path) -> None:
    """Every column, in order, in pieces of any size."""
    rows = _logs(10)
    part = write_part(tmp_path, LOGS, rows)
    assert part is not None
    pieces = [*read_part(tmp_path, part, batch_rows=3)]
    assert [piece.num_rows for piece in pieces] == [3, 3, 3, 1]
    assert pa.concat_tables(pieces).equals(rows)
    assert (part.rows, part.min_time_ns, part.max_time_ns) == (10, T0_NS, T0_NS + 9)


def test_no_rows_make_no_part(tmp_path: Path) -> None:
    """An empty table leaves nothing behind."""
    assert write_part(tmp_path, LOGS, _logs(0)) is None
    assert [*tmp_path.rglob("*")] == []


def test_a_part_that_fails_leaves_no_file(tmp_path: Path) -> None:
    """What was written before the failure is removed."""

    def write_half() -> None:
        with PartWriter(tmp_path, LOGS) as writer:
            writer.write(_logs(ROW_GROUP_ROWS))
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        write_half()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_groups_are_full_however_the_rows_come(tmp_path: Path) -> None:
    """Many small writes make the row groups of one large one."""
    with PartWriter(tmp_path, LOGS) as writer:
        for number in range(5):
            writer.write(_logs(ROW_GROUP_ROWS // 2, first=number * ROW_GROUP_ROWS))
        part = writer.finish()
    assert part is not None
    metadata = pq.read_metadata(part.path(tmp_path))
    sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    assert sizes == [ROW_GROUP_ROWS, ROW_GROUP_ROWS, ROW_GROUP_ROWS // 2]


def test_large_rows_make_groups_of_fewer(tmp_path: Path) -> None:
    """A group is bounded in bytes as well, so reading one is."""
    part = write_part(tmp_path, LOGS, _logs(100, size=1 << 20))
    assert part is not None
    metadata = pq.read_metadata(part.path(tmp_path))
    assert metadata.num_row_groups >= 100 * (1 << 20) // ROW_GROUP_BYTES


def test_a_part_names_its_schema_and_is_private(tmp_path: Path) -> None:
    """The version is in the file too, and nobody but its owner may read prompts."""
    part = write_part(tmp_path, LOGS, _logs(1))
    assert part is not None
    path = part.path(tmp_path)
    assert pq.read_metadata(path).metadata[b"pyflare.schema_version"] == str(SCHEMA_VERSION).encode()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [*path.parent.iterdir()] == [path]


def test_looking_up_a_trace_is_helped_by_a_bloom_filter(tmp_path: Path) -> None:
    """Tables that are looked up by trace have a filter on its id."""
    schema = arrow_schema(TRACES)
    columns = {name: pa.nulls(2, schema.field(name).type) for name in schema.names}
    columns["trace_id"] = pa.array(["a" * 32, "b" * 32])
    columns["start_time"] = pa.array([1, 2], pa.timestamp("ns"))
    part = write_part(tmp_path, TRACES, pa.table(columns, schema=schema))
    assert part is not None
    found = duckdb.sql(
        f"SELECT path_in_schema FROM parquet_metadata('{part.path(tmp_path)}') WHERE bloom_filter_offset IS NOT NULL"
    ).fetchall()
    assert found == [("trace_id",)]


def test_a_last_group_that_is_full(tmp_path: Path) -> None:
    """A part whose rows fill its groups exactly is finished like any other."""
    part = write_part(tmp_path, LOGS, _logs(ROW_GROUP_ROWS))
    assert part is not None
    assert part.rows == ROW_GROUP_ROWS
