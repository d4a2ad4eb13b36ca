"""The same answers on Arrow from any store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pytest

from pyflare.analytics.drift.column import Categories, Numbers, Vectors
from pyflare.errors import DataError
from pyflare.workspace import Workspace
from pyflare.workspace.drift import DriftMonitor, MonitorRun, compare_tables
from pyflare.workspace.drift.frame import column_of
from pyflare.workspace.drift.rows import MOST_PARTS, rows_of
from tests.workspace.drift.test_running import RETRIEVAL
from tests.workspace.drift.traffic import NOW, T0_NS

AT = datetime(2026, 1, 1, tzinfo=UTC)


def test_tables_of_another_store_say_the_same(workspace: Workspace, traffic: Path) -> None:
    """What a monitor finds in a folder it finds in tables with the same rows."""
    query = """
        SELECT attributes['index'] AS "attributes.index", attributes['similarity']::DOUBLE AS "attributes.similarity",
            attributes['k']::DOUBLE AS "attributes.k", duration_ns / 1e6 AS latency, environment, trace_id
        FROM spans WHERE inference_type = 'retriever' AND start_time {} make_timestamp_ns({})"""
    middle_ns = T0_NS + 86_400 * 10**9
    before, now = (workspace.sql(query.format(sign, middle_ns)) for sign in ("<", ">="))
    stored = workspace.drift(
        *RETRIEVAL.columns, where=RETRIEVAL.where, reference="1d", segment_by=("environment",), now=NOW
    )
    found = compare_tables(before, now, RETRIEVAL, now=NOW, trace_column="trace_id")
    for one, other in zip(stored.segments, found, strict=True):
        assert one.segment == other.segment
        assert {each.column: (each.status, each.p_adjusted) for each in one.result.columns} == {
            each.column: (each.status, pytest.approx(each.p_adjusted)) for each in other.result.columns
        }
    assert found[0].samples or found[1].samples


def test_columns_by_their_type() -> None:
    """Numbers stay numbers, text and truth values are categories, lists vectors; what is missing stays missing."""
    numbers = column_of("n", pa.chunked_array([[1, None], [3]]))
    assert isinstance(numbers, Numbers)
    assert np.isnan(numbers.values).tolist() == [False, True, False]
    words = column_of("w", pa.chunked_array([["a", None], ["b", "a"]]))
    assert isinstance(words, Categories)
    assert [words.levels[code] if code >= 0 else None for code in words.codes] == ["a", None, "b", "a"]
    assert isinstance(column_of("b", pa.chunked_array([[True, False]])), Categories)
    vectors = column_of("v", pa.chunked_array([[[1.0, 2.0], None, [1.0]], [[3.0, 4.0]]]))
    assert isinstance(vectors, Vectors)
    assert np.isnan(vectors.values).any(axis=1).tolist() == [False, True, True, False]
    assert len(column_of("0", pa.chunked_array([pa.nulls(3)]))) == 3
    with pytest.raises(DataError, match="timestamp"):
        column_of("t", pa.chunked_array([pa.array([0], pa.timestamp("ns"))]))


def test_types_that_arrow_converts_with_care() -> None:
    """Integers beyond 2**53 and lists of them are numbers, views of text are text; lists of text are a clear error."""
    nanoseconds = column_of("n", pa.chunked_array([pa.array([1_777_896_000_000_000_001, None])]))
    assert isinstance(nanoseconds, Numbers)
    assert nanoseconds.values[0] == 1_777_896_000_000_000_001.0
    vectors = column_of("v", pa.chunked_array([[[2**40 + 1, 3]]]))
    assert isinstance(vectors, Vectors)
    assert vectors.values.tolist() == [[2.0**40, 3.0]]
    words = column_of("w", pa.chunked_array([pa.array(["a", None], pa.string_view())]))
    assert isinstance(words, Categories)
    assert words.levels == ("a",)
    for values in ([["a"]], [[[1.0]]], pa.array([b"\xff"]).dictionary_encode()):
        with pytest.raises(DataError, match="x: expected numbers, text, truth values or vectors, got"):
            column_of("x", pa.chunked_array([values]))


def test_no_columns_named_means_all() -> None:
    """Without names all columns of the reference are compared; one that is absent is an error."""
    table = pa.table({"a": [1.0] * 60, "b": ["x"] * 60})
    (found,) = compare_tables(table, table, DriftMonitor(name="m"), now=AT)
    assert {column.column: column.status for column in found.result.columns} == {"a": "healthy", "b": "healthy"}
    with pytest.raises(DataError, match="'c'"):
        compare_tables(table, table, DriftMonitor(name="m", columns=("c",)), now=AT)


def test_ids_are_not_compared() -> None:
    """A column in which nearly every row has a value of its own is unknown, with the reason."""
    ids = pa.table({"id": [str(n) for n in range(2000)]})
    (found,) = compare_tables(ids, ids, DriftMonitor(name="m"), now=AT)
    (column,) = found.result.columns
    assert (column.status, column.reason) == ("unknown", "nearly every row has a value of its own")


def test_the_most_frequent_segments() -> None:
    """Of many segments the most frequent are looked at, with a share of alpha each."""
    table = pa.table({"a": np.arange(600.0), "team": ["x"] * 300 + ["y"] * 200 + [None] * 100})
    monitor = DriftMonitor(name="m", columns=("a",), segment_by=("team",), max_segments=2, alpha=0.04)
    found = compare_tables(table, table, monitor, now=AT)
    assert [each.segment for each in found] == ["team = x", "team = y"]
    assert found[0].result.alpha == 0.02


def test_few_of_many_levels_are_written_down() -> None:
    """Of a column with hundreds of levels the rows hold those that add most to the difference."""
    names = np.array([f"level {n}" for n in range(300)])
    before, now = (pa.table({"a": names[np.arange(6000) % size]}) for size in (300, 299))
    monitor = DriftMonitor(name="m", columns=("a",))
    run = MonitorRun(
        monitor=monitor,
        run_id="0" * 32,
        timestamp_ns=0,
        look=None,
        alpha=0.05,
        method="FeatureDriftDetector",
        segments=compare_tables(before, now, monitor, now=AT),
        reference_version=None,
        reference_start_ns=None,
        reference_end_ns=None,
        current_start_ns=0,
        current_end_ns=1,
    )
    _, column = rows_of(run)
    assert len(msgspec.json.decode(column["contributions"])) == MOST_PARTS
