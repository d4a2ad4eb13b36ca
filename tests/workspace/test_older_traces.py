"""Folders whose rows of `traces` were written before they told tools, errors, cached tokens and unpriced calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

import pyflare
from pyflare.schema.tables import SUMMED_UP_SINCE, TRACES
from pyflare.store.catalog import commit_catalog, load_catalog
from pyflare.store.compaction import compact
from pyflare.workspace import Workspace
from pyflare.workspace.aggregates.facets import read_facets
from pyflare.workspace.aggregates.series import read_series
from pyflare.workspace.aggregates.totals import read_totals
from pyflare.workspace.listing import count
from pyflare.workspace.scope import Scope
from tests.store.records import SECOND_NS, T0_NS, end, write_journal
from tests.workspace.traffic import write_traffic

NOW_NS = T0_NS + 4000 * SECOND_NS
FILTERS = (
    "",
    "tool = search",
    "error exists",
    "not tool = search and error is missing",
    'tool in (search, "x")',
    "tool ~ ea",
)
NEW = [column.name for column in TRACES.columns if column.since == SUMMED_UP_SINCE]
ROWS = "SELECT * EXCLUDE (input_preview, output_preview) FROM traces ORDER BY trace_id"


def make_older(root: Path) -> None:
    """Leave the parts of `traces` as the schema before would have written them."""
    catalog = load_catalog(root)
    parts = []
    for part in catalog.parts_of("traces"):
        path = part.path(root)
        pq.write_table(pq.read_table(path).drop_columns(NEW), path)
        parts.append(replace(part, schema_version=SUMMED_UP_SINCE - 1, size_bytes=path.stat().st_size))
    commit_catalog(root, replace(catalog, parts={**catalog.parts, "traces": tuple(parts)}))


@contextmanager
def opened(root: Path) -> Iterator[Workspace]:
    with pyflare.open(root, compact=False) as workspace:
        yield workspace


def answers(root: Path) -> dict[str, Any]:
    """What is asked of traces that lies in their spans."""
    found: dict[str, Any] = {}
    with opened(root) as workspace:
        engine = workspace.engine
        for filter in FILTERS:
            scope = Scope(now_ns=NOW_NS, filter=filter)
            found[filter] = (
                read_facets(engine, scope, "traces", fields=["tool", "error", "model", "status"]),
                read_totals(engine, scope),
                read_series(engine, scope, ["requests", "cache_read_tokens"]).values,
                count(engine, "traces", scope),
            )
    return found


def rows(root: Path) -> list[dict[str, Any]]:
    with opened(root) as workspace:
        return workspace.sql(ROWS).to_pylist()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = write_traffic(tmp_path / ".pyflare")
    compact(root, merge=False, now_ns=NOW_NS)
    return root


def test_they_are_answered_from_the_spans(folder: Path) -> None:
    """The same answers, filters included, before a compaction has summed anything up anew."""
    expected = answers(folder)
    assert expected["tool = search"][3] > 0 < expected["error exists"][3]
    make_older(folder)
    with opened(folder) as workspace:
        assert not workspace.engine.snapshot().sums_up
    assert answers(folder) == expected


def test_a_compaction_sums_them_up(folder: Path) -> None:
    """Once: the rows are those that would be written today, and what was written stays as it was."""
    expected = rows(folder)
    make_older(folder)
    assert {row["tool_names"] is None for row in rows(folder)} == {True}
    compact(folder, merge=False, now_ns=NOW_NS)
    assert rows(folder) == expected
    names = [part.name for part in load_catalog(folder).parts_of("traces")]
    compact(folder, merge=False, now_ns=NOW_NS)
    assert [part.name for part in load_catalog(folder).parts_of("traces")] == names


@pytest.mark.parametrize("broken_at", [1, 2, 3])
def test_a_crash_on_the_way_leaves_the_rest_to_the_next(folder: Path, broken_at: int) -> None:
    """Whatever was put in force by then, the answers are right, and the next compaction finishes."""
    expected, whole = answers(folder), rows(folder)
    make_older(folder)
    with pytest.raises(_CrashError):
        compact(folder, merge=False, now_ns=NOW_NS, on_step=_crash_at(broken_at))
    assert answers(folder) == expected
    compact(folder, merge=False, now_ns=NOW_NS)
    assert rows(folder) == whole


class _CrashError(Exception):
    pass


def _crash_at(number: int) -> Callable[[str], None]:
    steps = iter(range(1, number + 1))

    def on_step(_: str) -> None:
        if next(steps) == number:
            raise _CrashError

    return on_step


def test_spans_that_come_late_join_an_older_row(tmp_path: Path) -> None:
    """A trace of which more comes after the change of schema tells all of its spans' tools."""
    write_journal(tmp_path, [end(1, 1, kind="tool", name="search")])
    compact(tmp_path, now_ns=T0_NS)
    make_older(tmp_path)
    write_journal(tmp_path, [end(1, 2, parent=1, kind="tool", name="book")])
    compact(tmp_path, now_ns=T0_NS)
    (row,) = rows(tmp_path)
    assert (row["tool_names"], row["unpriced_calls"], row["span_count"]) == (["book", "search"], 0, 2)
