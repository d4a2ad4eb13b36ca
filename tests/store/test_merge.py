"""Small parts become few large ones, row for row the same."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pyflare.schema.arrow import arrow_schema
from pyflare.schema.tables import LOGS, PAYLOADS
from pyflare.store.catalog import Part, load_catalog
from pyflare.store.compaction import compact
from pyflare.store.compaction.merge import (
    CLOSED_DAY_PARTS,
    FAN_IN,
    FULL_ROWS,
    MOST_ROWS,
    RECENT_PARTS,
    merge_parts,
    merge_sorted,
    plan_merges,
)
from pyflare.store.parts import COMMIT_COLUMN, read_part, write_part
from pyflare.store.scratch import rewrite_part, scratch
from tests.store.records import DAY_NS, T0_NS, end, payload, query, write_journal

NOW_NS = T0_NS


def _part(number: int, *, level: int = 0, rows: int = 10, day: int = 0, size_bytes: int = 1000) -> Part:
    time_ns = T0_NS - T0_NS % DAY_NS + day * DAY_NS + number
    return Part(
        table="logs",
        name=f"{number}.parquet",
        rows=rows,
        size_bytes=size_bytes,
        min_time_ns=time_ns,
        max_time_ns=time_ns,
        level=level,
        schema_version=1,
    )


def _logs(times: list[int | None]) -> pa.Table:
    schema = arrow_schema(LOGS)
    columns = {name: pa.nulls(len(times), schema.field(name).type) for name in schema.names}
    columns["timestamp"] = pa.array(times, pa.timestamp("ns"))
    columns["body"] = pa.array([str(time) for time in times])
    return pa.table(columns, schema=schema)


def test_enough_parts_of_a_level_are_merged_and_the_youngest_left() -> None:
    """The oldest of a level become one; the youngest, in which traces still go on, stay small."""
    parts = [_part(number) for number in range(FAN_IN + RECENT_PARTS)]
    assert plan_merges(parts[:-1], now_ns=NOW_NS) == []
    assert plan_merges(reversed(parts), now_ns=NOW_NS) == [tuple(parts[:FAN_IN])]


def test_levels_are_merged_apart() -> None:
    """Large parts are not written again for the sake of a few small ones."""
    parts = [_part(number, level=number % 2) for number in range(2 * FAN_IN)]
    assert plan_merges(parts, now_ns=NOW_NS) == []


def test_parts_of_different_days_are_not_merged() -> None:
    """A part holds rows of one day at most beyond what it began with, so retention can drop it whole."""
    parts = [_part(number, day=number % 2) for number in range(FAN_IN + RECENT_PARTS)]
    assert plan_merges(parts, now_ns=NOW_NS) == []


def test_a_day_that_is_over_is_tidied_up() -> None:
    """What few parts a past day has are merged whatever their levels."""
    parts = [_part(number, level=number, day=-3) for number in range(CLOSED_DAY_PARTS)]
    assert plan_merges(parts, now_ns=NOW_NS) == [tuple(parts)]
    assert plan_merges(parts[1:], now_ns=NOW_NS) == []


def test_full_parts_are_left_alone() -> None:
    """A part with enough rows or bytes is never merged again, and none grows beyond the limit."""
    full = [_part(number, rows=FULL_ROWS) for number in range(20)]
    heavy = [_part(number, size_bytes=1 << 29) for number in range(20)]
    assert plan_merges(full + heavy, now_ns=NOW_NS) == []
    large = [_part(number, rows=FULL_ROWS - 1) for number in range(20)]
    ((*group,),) = plan_merges(large, now_ns=NOW_NS)
    assert 1 < len(group) <= MOST_ROWS // (FULL_ROWS - 1)


@given(st.lists(st.lists(st.lists(st.integers(0, 50) | st.none(), max_size=5), max_size=4), max_size=5))
def test_streams_are_merged_in_order(streams: list[list[list[int | None]]]) -> None:
    """Rows of sorted streams come out sorted, each once; rows without a time come last."""
    ordered = []
    for stream in streams:
        times = sorted((time for piece in stream for time in piece), key=lambda time: (time is None, time or 0))
        sizes = [len(piece) for piece in stream]
        ordered.append([times[sum(sizes[:index]) : sum(sizes[: index + 1])] for index in range(len(sizes))])
    merged = merge_sorted([iter([_logs(piece) for piece in stream]) for stream in ordered], LOGS)
    found = [time for piece in merged for time in piece["timestamp"].cast(pa.int64()).to_pylist()]
    expected = [time for stream in streams for piece in stream for time in piece]
    assert found == sorted(expected, key=lambda time: (time is None, time or 0))


def test_a_merged_part_has_the_rows_of_its_sources(tmp_path: Path) -> None:
    """Every row is there once, in order, and the part is one level up."""
    source = random.Random(3)
    times = [source.sample(range(10_000), 3000) for _ in range(3)]
    parts = [write_part(tmp_path, LOGS, _logs(sorted(column))) for column in times]  # type: ignore[arg-type]
    merged = merge_parts(tmp_path, [part for part in parts if part is not None])
    assert merged is not None
    assert (merged.level, merged.rows) == (1, 9000)
    rows = pa.concat_tables(read_part(tmp_path, merged))
    assert rows["timestamp"].cast(pa.int64()).to_pylist() == sorted(time for column in times for time in column)
    assert rows["body"].to_pylist() == [str(time) for time in rows["timestamp"].cast(pa.int64()).to_pylist()]


def test_a_payload_of_several_parts_is_kept_once(tmp_path: Path) -> None:
    """Processes each write content they meet; a merge keeps the first of it."""
    for number in range(FAN_IN + RECENT_PARTS):
        write_journal(tmp_path, [payload("shared", b"text", at_ns=T0_NS + number), payload(f"own {number}", b"x")])
        compact(tmp_path, now_ns=T0_NS)
    assert query(tmp_path, "SELECT count(*) FROM payloads WHERE content_id = 'shared'") == [(1 + RECENT_PARTS,)]
    assert query(tmp_path, "SELECT count(DISTINCT content_id) FROM payloads") == [(1 + FAN_IN + RECENT_PARTS,)]
    merged = [part for part in load_catalog(tmp_path).parts_of(PAYLOADS.name) if part.level]
    assert [part.rows for part in merged] == [FAN_IN + 1]


def test_compaction_keeps_the_number_of_parts_small(tmp_path: Path) -> None:
    """A folder that is compacted after every span has few parts, and every span once."""
    for number in range(1, 27):
        write_journal(tmp_path, [end(number, number, at_ns=T0_NS + number)])
        compact(tmp_path, now_ns=T0_NS)
    catalog = load_catalog(tmp_path)
    for table in ("spans", "traces"):
        assert len(catalog.parts_of(table)) < 2 * FAN_IN
        assert len([*(tmp_path / table).iterdir()]) == len(catalog.parts_of(table))
    assert query(tmp_path, "SELECT count(*), count(DISTINCT span_id) FROM spans") == [(26, 26)]


def test_the_commit_of_each_row_outlives_merges(tmp_path: Path) -> None:
    """Each row keeps the version of the catalogue it came with; views do not show it."""
    first = write_part(tmp_path, LOGS, _logs([1, 4]), commit=7)
    second = write_part(tmp_path, LOGS, _logs([2, 3]), commit=9)
    assert first is not None
    assert second is not None
    merged = merge_parts(tmp_path, [first, second])
    assert merged is not None
    rows = pa.concat_tables(read_part(tmp_path, merged, with_commits=True))
    assert rows[COMMIT_COLUMN].to_pylist() == [7, 9, 9, 7]
    assert COMMIT_COLUMN not in pa.concat_tables(read_part(tmp_path, merged)).column_names


def test_the_commit_of_each_row_outlives_rewriting(tmp_path: Path) -> None:
    """What is left of a part after a deletion came when it came."""
    part = write_part(tmp_path, LOGS, _logs([1, 2]), commit=7)
    assert part is not None
    with scratch() as connection:
        rest = rewrite_part(connection, tmp_path, part, "epoch_ns(timestamp) > 1")
    assert rest is not None
    rows = pa.concat_tables(read_part(tmp_path, rest, with_commits=True))
    assert rows[COMMIT_COLUMN].to_pylist() == [7]
