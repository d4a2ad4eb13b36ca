"""What has changed in a folder since the last look."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pyflare.store.compaction import compact
from pyflare.store.engine import Engine
from pyflare.workspace.follow import Changes, Follower
from pyflare.workspace.followed import changed_spans, changed_traces, meeting
from tests.store.records import end, open_journal, payload, start, write_journal

ONE, TWO = f"{1:032x}", f"{2:032x}"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    write_journal(tmp_path, [end(9, 9, name="before")])
    engine = Engine(tmp_path)
    yield engine
    engine.close()


def _changes(follower: Follower) -> Changes:
    changes = follower.look()
    assert changes is not None
    return changes


def test_each_beginning_and_end_is_seen_once(tmp_path: Path, engine: Engine) -> None:
    """A span is seen when it begins, ends or dies; what was there before the first look is not."""
    journal = open_journal(tmp_path)
    journal.write(start(1, 1, at_ns=time.time_ns()))
    follower = Follower(engine)
    assert follower.look() is None
    journal.write(end(1, 1, at_ns=time.time_ns()))
    journal.write(start(2, 2, at_ns=time.time_ns()))
    assert _changes(follower).spans == {ONE: [f"{1:016x}"], TWO: [f"{2:016x}"]}
    assert follower.look() is None
    journal.close()
    changes = _changes(follower)
    assert changes.spans == {TWO: [f"{2:016x}"]}
    assert changed_traces(engine, changes, [TWO], {"state": "state"}) == [{"state": "died"}]
    compact(tmp_path)
    assert follower.look() is None


def test_what_is_compacted_between_two_looks_is_seen(tmp_path: Path, engine: Engine) -> None:
    """Spans that came and went into a part are seen once, whatever is merged afterwards."""
    follower = Follower(engine)
    seen: list[str] = []
    for number in range(20):
        write_journal(tmp_path, [end(number + 10, number, at_ns=time.time_ns())])
        compact(tmp_path)
        if number % 3 == 2:
            changes = _changes(follower)
            assert changes.in_parts
            seen += changes.spans
            rows = changed_traces(engine, changes, [*changes.spans], {"trace_id": "trace_id"})
            assert sorted(row["trace_id"] for row in rows) == sorted(changes.spans)
    assert seen == [f"{number + 10:032x}" for number in range(18)]


def test_filters_look_at_whole_traces(tmp_path: Path, engine: Engine) -> None:
    """A trace meets a filter by any of its spans, also those of earlier looks and those with large content."""
    follower = Follower(engine)
    journal = open_journal(tmp_path)
    now_ns = time.time_ns()
    journal.write(end(1, 1, at_ns=now_ns, kind="tool", attributes={"tier": "gold"}))
    journal.write(payload("e" * 64, b'"a needle"', at_ns=now_ns))
    journal.write(end(2, 2, at_ns=now_ns, fields={"input_ref": "e" * 64}))
    follower.look()
    journal.write(end(1, 3, parent=1, at_ns=now_ns))
    journal.write(end(2, 4, parent=2, at_ns=now_ns))
    changes = _changes(follower)
    assert changes.spans == {ONE: [f"{3:016x}"], TWO: [f"{4:016x}"]}
    assert meeting(engine, changes, [ONE, TWO], "attributes.tier = gold and kind = tool") == {ONE}
    assert meeting(engine, changes, [ONE, TWO], "text ~ needle") == {TWO}
    assert meeting(engine, changes, [ONE], "") == {ONE}
    columns = {"span_id": "span_id"}
    assert changed_spans(engine, changes, ONE, columns) == [{"span_id": f"{3:016x}"}]
    assert changed_spans(engine, changes, ONE, columns, "kind = tool") == []
    journal.close()


def test_a_quiet_folder_costs_nothing(tmp_path: Path, engine: Engine) -> None:
    """Where nothing happens no row is read: a thousand looks take less than a second of a core."""
    journal = open_journal(tmp_path)
    for number in range(5000):
        journal.write(end(1, number, at_ns=time.time_ns()))
    follower = Follower(engine)
    began_s = time.process_time()
    assert [follower.look() for _ in range(1000)] == [None] * 1000
    assert time.process_time() - began_s < 1.0
    journal.close()
