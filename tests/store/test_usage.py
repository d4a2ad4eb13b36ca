"""Each call's usage counts once, however many layers were instrumented and whenever their spans come."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pyflare
from pyflare.schema.arrow import arrow_schema
from pyflare.schema.tables import SPANS
from pyflare.store.compaction import compact
from pyflare.store.normalise import TREE_COLUMNS, mark_repeated, usage_sums
from tests.store.records import T0_NS, end, next_generation, open_journal, query, trace_id, write_journal

Spans = list[tuple[int, int | None, int]]
"""Number, parent's number and input tokens of each span of trace 1."""


def record(span: int, parent: int | None, tokens: int) -> bytes:
    fields = {"input_tokens": tokens, "cost_micros": tokens * 3} if tokens else None
    return end(1, span, parent=parent, at_ns=T0_NS + span, fields=fields)


def expected(spans: Spans) -> set[int]:
    """The spans that count, by the definition: those that report usage and have none below them that does."""
    parents = {span: parent for span, parent, _ in spans}
    repeated = {above for span, _, tokens in spans if tokens for above in _above(span, parents)}
    return {span for span, _, tokens in spans if tokens} - repeated


def _above(span: int, parents: dict[int, int | None]) -> set[int]:
    """The spans above one, up to the first that is in a ring."""
    path = [span]
    while (parent := parents.get(path[-1])) is not None and parent in parents and parent not in path:
        path.append(parent)
    last = parents.get(path[-1])
    return set(path[1 : path.index(last) + 1] if last in path else path[1:])


def table(spans: Spans) -> pa.Table:
    rows: list[dict[str, Any]] = [
        {
            "trace_id": trace_id(1).hex(),
            "span_id": f"{span:016x}",
            "parent_span_id": None if parent is None else f"{parent:016x}",
            "input_tokens": tokens or None,
        }
        for span, parent, tokens in spans
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema(SPANS))


@st.composite
def trees(draw: st.DrawFn) -> Spans:
    """Some spans, most of them below others; a parent may be missing, and parents may form a ring."""
    count = draw(st.integers(1, 8))
    numbers = draw(st.permutations(range(1, count + 1)))
    parents = st.none() | st.integers(1, count + 1)
    return [(number, draw(parents), draw(st.sampled_from([0, 0, 5, 7]))) for number in numbers]


@given(trees())
def test_only_the_lowest_counts(spans: Spans) -> None:
    """Of spans on one path that report usage only the lowest is not marked."""
    marked = mark_repeated(table(spans)).to_pylist()
    counted = {int(row["span_id"], 16) for row in marked if row["input_tokens"] and not row["usage_repeated"]}
    assert counted == expected(spans)
    assert all(row["usage_repeated"] in (None, True) for row in marked)
    assert mark_repeated(mark_repeated(table(spans))).to_pylist() == marked


def test_nothing_is_marked_without_need() -> None:
    """A table in which no usage is repeated comes back as the same object."""
    spans = table([(1, None, 0), (2, 1, 5), (3, 1, 7)])
    assert mark_repeated(spans) is spans


def test_equal_ids_in_other_traces() -> None:
    """A span is only below spans of its own trace."""
    spans = table([(1, None, 5), (2, 1, 5)])
    other = spans.slice(1).set_column(1, "trace_id", pa.array([trace_id(2).hex()]))
    both = pa.concat_tables([spans.slice(0, 1), other])
    assert mark_repeated(both) is both


def test_sums() -> None:
    """The sums are those of spans that count, and null where nobody counted."""
    sums = usage_sums(table([(1, None, 12), (2, 1, 5), (3, 1, 7)]).select(TREE_COLUMNS))
    assert sums.to_pylist() == [
        {
            "trace_id": trace_id(1).hex(),
            "input_tokens": 12,
            "output_tokens": None,
            "cost_micros": None,
            "cache_read_tokens": None,
            "unpriced_calls": 2,
        }
    ]


AGENT: Spans = [(1, None, 12), (2, 1, 0), (3, 2, 5), (4, 2, 7)]
"""An agent that sums up the usage of two calls below it."""


@pytest.mark.parametrize(
    "commits",
    [
        [[1, 2, 3, 4]],
        [[3], [4, 2], [1]],
        [[1], [2], [3], [4]],
        [[1, 3], [2], [4]],
        [[4], [1], [3], [2]],
    ],
)
def test_whatever_comes_first(tmp_path: Path, commits: list[list[int]]) -> None:
    """The sums are right after every commit, and before it in the live view, in whatever order the spans come."""
    by_number = {span[0]: span for span in AGENT}
    arrived: Spans = []
    for commit in commits:
        arrived += [by_number[number] for number in commit]
        write_journal(tmp_path, [record(*by_number[number]) for number in commit])
        _check(tmp_path, arrived)
        compact(tmp_path)
        _check(tmp_path, arrived)
        stored = query(tmp_path, "SELECT input_tokens FROM traces")
        assert stored == [(_sum(arrived),)]
        counted = query(tmp_path, "SELECT sum(input_tokens) FROM spans WHERE usage_repeated IS NOT TRUE")
        assert counted == [(_sum(arrived),)]
        assert query(tmp_path, "SELECT sum(total_cost_micros) FROM costs") == [((_sum(arrived) or 0) * 3 or None,)]


def _sum(spans: Spans) -> int | None:
    counting = expected(spans)
    return sum(tokens for span, _, tokens in spans if span in counting) or None


def _check(root: Path, spans: Spans) -> None:
    with pyflare.open(root, compact=False) as workspace:
        rows = workspace.sql("SELECT input_tokens, cost_micros FROM traces").to_pylist()
        assert rows == [{"input_tokens": _sum(spans), "cost_micros": (_sum(spans) or 0) * 3 or None}]
        assert workspace.trace(trace_id(1).hex()).total("input_tokens") == _sum(spans)


def test_chunks_of_one_process(tmp_path: Path) -> None:
    """In the live view a caller is marked although its call was decoded at an earlier reading."""
    writer = open_journal(tmp_path)
    assert writer.write(record(*AGENT[3]))
    with pyflare.open(tmp_path, compact=False) as workspace:
        for span in reversed(AGENT[:3]):
            assert writer.write(record(*span))
            workspace.sql("SELECT count(*) FROM spans")
        rows = workspace.sql("SELECT span_id FROM spans WHERE usage_repeated").to_pylist()
        assert rows == [{"span_id": f"{1:016x}"}]
        next_generation(writer)
        compact(tmp_path)
        assert workspace.sql("SELECT input_tokens FROM traces").to_pylist() == [{"input_tokens": 12}]
    writer.close()


@pytest.mark.slow
@settings(max_examples=60)
@given(trees(), st.data())
def test_any_tree_in_any_order(spans: Spans, data: st.DataObject) -> None:
    """However a trace is cut into commits, its row says what it would say had it come at once."""
    with tempfile.TemporaryDirectory() as whole, tempfile.TemporaryDirectory() as cut:
        write_journal(Path(whole), [record(*span) for span in spans])
        compact(Path(whole))
        at = data.draw(st.lists(st.integers(0, len(spans)), max_size=2).map(sorted))
        for begin, stop in zip([0, *at], [*at, len(spans)], strict=True):
            if begin < stop:
                write_journal(Path(cut), [record(*span) for span in spans[begin:stop]])
                compact(Path(cut))
        sums = "SELECT input_tokens, cost_micros, span_count FROM traces"
        assert query(Path(cut), sums) == query(Path(whole), sums)
