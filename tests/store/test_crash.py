"""A compaction that is killed at any step loses no record and doubles none."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pyflare.store.catalog import load_catalog
from pyflare.store.compaction import compact
from tests.forked import Nursery, nursery
from tests.store.records import end, next_generation, open_journal, payload, query, row, start, write_journal

STEPS = ("part", "carry", "catalog", "swept")


@pytest.fixture(scope="module")
def compactors() -> Iterator[Nursery]:
    """Processes that compact and die."""
    with nursery("tests.store.dying_compactor") as found:
        yield found


def _compact_until(compactors: Nursery, root: Path, step: str, count: int) -> bool:
    """Compact in a process that dies at the step. Returns whether it got there."""
    code = compactors.run(root, step, count)
    assert code in (0, -signal.SIGKILL)
    return code != 0


def _assert_each_once(root: Path, spans: int, traces: int) -> None:
    assert query(root, "SELECT count(*), count(DISTINCT span_id), count(*) FILTER (state = 'ended') FROM spans") == [
        (spans, spans, spans)
    ]
    assert query(root, "SELECT count(*), sum(span_count) FROM traces") == [(traces, spans)]
    assert query(root, "SELECT count(*) FROM scores") == [(traces,)]
    assert query(root, "SELECT sum(count) FROM integrity WHERE reason = 'sampled_head'") == [(6,)]
    named = {part.path(root) for part in load_catalog(root).all_parts()}
    assert {path for path in root.glob("*/*") if path.parent.name != "journal"} == named


def _write(root: Path, number: int) -> None:
    """Three processes' worth: traces of two spans, a score each, and one trace they all work on."""
    records = []
    for trace in range(10 * number + 1, 10 * number + 4):
        records += [start(trace, 100 * trace), end(trace, 100 * trace + 1, parent=100 * trace), end(trace, 100 * trace)]
        records.append(row("scores", score_id=str(trace), timestamp=trace, name="help"))
    records += [end(99, 1000 + number, parent=9999), payload("shared", b"text")]
    writer = open_journal(root)
    for record in records:
        writer.write(record)
    writer.losses.add("sampled_head", 2)
    writer.close()


@pytest.mark.parametrize("count", range(3))
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step(tmp_path: Path, compactors: Nursery, step: str, count: int) -> None:
    """Whatever was reached when the process died, the next compaction makes it whole: each record once."""
    living = open_journal(tmp_path)
    living.write(start(50, 5000))
    living.write(end(50, 5001, parent=5000))
    next_generation(living)
    for number in range(3):
        _write(tmp_path, number)
    if step != "carry" or count == 0:
        assert _compact_until(compactors, tmp_path, step, count)
    else:
        compact(tmp_path)
    living.write(end(50, 5000))
    living.write(row("scores", score_id="50", timestamp=50, name="help"))
    living.write(row("scores", score_id="99", timestamp=99, name="help"))
    living.close()
    compact(tmp_path)
    _assert_each_once(tmp_path, spans=2 + 3 * 7, traces=1 + 3 * 3 + 1)


def test_killed_again_and_again_at_random(tmp_path: Path) -> None:
    """Compactions that die at any moment while a process goes on writing: each span once in the end."""
    source = random.Random(5)
    spans = 0
    for attempt in range(8):
        for _ in range(3):
            spans += 20
            write_journal(tmp_path, [end(spans + n, spans + n) for n in range(20)])
        program = "import sys; from pyflare.store.compaction.__main__ import main; sys.exit(main(sys.argv[1:]))"
        process = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)])
        time.sleep(0.25 + source.random() * 0.6)
        process.kill()
        process.wait()
        if (tmp_path / "views.sql").exists():
            before = query(tmp_path, "SELECT count(*), count(DISTINCT span_id) FROM spans")[0]
            assert before[0] == before[1], f"doubled after attempt {attempt}"
    compact(tmp_path)
    assert query(tmp_path, "SELECT count(*), count(DISTINCT span_id) FROM spans") == [(spans, spans)]
    assert query(tmp_path, "SELECT count(*), sum(span_count) FROM traces") == [(spans, spans)]


def test_killed_while_parts_are_merged(tmp_path: Path, compactors: Nursery) -> None:
    """Small parts stay in force until the large one is: no row is lost or doubled by a merge."""
    for number in range(1, 13):
        write_journal(tmp_path, [end(number, number), end(number, 100 + number, parent=number)])
        compact(tmp_path, merge=False)
    for step in ("part", "catalog"):
        assert _compact_until(compactors, tmp_path, step, 0)
        assert query(tmp_path, "SELECT count(*), count(DISTINCT span_id) FROM spans") == [(24, 24)]
    compact(tmp_path)
    assert query(tmp_path, "SELECT count(*), count(DISTINCT span_id) FROM spans") == [(24, 24)]
    assert query(tmp_path, "SELECT count(*), sum(span_count) FROM traces") == [(12, 24)]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_killed_while_processes_write(tmp_path: Path, compactors: Nursery, seed: int) -> None:
    """Writers seal and compactors die at random, twenty times over: what was written is there, once."""
    source = random.Random(seed)
    writer = open_journal(tmp_path)
    written = 0
    for _ in range(6):
        for _ in range(source.randrange(1, 400)):
            written += 1
            writer.write(start(written, written))
            writer.write(end(written, written))
            if source.random() < 0.02:
                next_generation(writer)
        _compact_until(compactors, tmp_path, source.choice(STEPS), source.randrange(4))
    writer.close()
    compact(tmp_path)
    assert query(tmp_path, "SELECT count(*), count(DISTINCT span_id) FROM spans WHERE state = 'ended'") == [
        (written, written)
    ]
    assert query(tmp_path, "SELECT count(*) FROM spans") == [(written,)]
