"""Spans as they begin and end."""

from __future__ import annotations

import time
from itertools import islice
from pathlib import Path

import pyflare
from pyflare.store.compaction import compact
from pyflare.store.engine import Engine
from pyflare.workspace.watch import Watch
from tests.store.records import end, open_journal, start, write_journal


def _fresh(watch: Watch) -> list[tuple[str, str]]:
    return [(span.name, span.state) for span in watch.fresh()]


def test_each_beginning_and_end_comes_once(tmp_path: Path) -> None:
    """A span comes when it begins and when it ends; what had ended before does not come."""
    journal = open_journal(tmp_path)
    journal.write(end(1, 1, name="before", at_ns=time.time_ns() - 10**10))
    journal.write(start(1, 2, name="running", at_ns=time.time_ns()))
    engine = Engine(tmp_path)
    watch = Watch(engine, {})
    assert _fresh(watch) == [("running", "running")]
    assert _fresh(watch) == []
    now_ns = time.time_ns()
    journal.write(end(1, 2, name="running", at_ns=now_ns))
    journal.write(end(1, 3, name="short", at_ns=now_ns + 1))
    assert _fresh(watch) == [("running", "ended"), ("short", "ended")]
    journal.write(start(1, 4, name="open", at_ns=time.time_ns()))
    journal.close()
    assert _fresh(watch) == [("open", "died")]
    assert _fresh(watch) == []
    engine.close()


def test_what_is_compacted_at_once_is_not_missed(tmp_path: Path) -> None:
    """A program that ran and was compacted between two looks is seen all the same, and only once."""
    write_journal(tmp_path, [end(1, 1, name="before")])
    engine = Engine(tmp_path)
    watch = Watch(engine, {})
    for round_ in range(30):
        write_journal(tmp_path, [end(2, 100 + round_, name=str(round_), at_ns=time.time_ns())])
        compact(tmp_path)
        if round_ % 3 == 2:
            assert _fresh(watch) == [(str(number), "ended") for number in range(round_ - 2, round_ + 1)]
    assert _fresh(watch) == []
    engine.close()


def test_filters(tmp_path: Path) -> None:
    """Only spans that meet the filters come."""
    journal = open_journal(tmp_path)
    journal.write(start(1, 1, kind="agent"))
    with pyflare.open(tmp_path) as workspace:
        spans = workspace.watch(kind="llm", interval_s=0.01)
        journal.write(end(1, 2, kind="tool", at_ns=time.time_ns()))
        journal.write(start(1, 3, kind="llm", name="first", at_ns=time.time_ns()))
        assert [span.name for span in islice(spans, 1)] == ["first"]
    journal.close()
