"""Snapshots of folders that are being written."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest

from pyflare.errors import StoreError
from pyflare.store.compaction import compact
from pyflare.store.journal.format import HEADER, MAGIC, frame
from pyflare.store.journal.writer import JournalWriter
from pyflare.store.live import LiveFolder
from tests.store.records import (
    INFO,
    end,
    next_generation,
    open_journal,
    payload,
    row,
    span_id,
    start,
    verdict,
    write_journal,
)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[JournalWriter]:
    """A journal of this process, which lives."""
    journal = open_journal(tmp_path)
    yield journal
    journal.close()


def _states(folder: LiveFolder) -> dict[str, str]:
    """The state of every span that is live, by span id."""
    spans = folder.snapshot().live.get("spans")
    if spans is None:
        return {}
    assert spans["span_id"].length() == len(set(spans["span_id"].to_pylist()))
    return dict(zip(spans["span_id"].to_pylist(), spans["state"].to_pylist(), strict=True))


def _hex(number: int) -> str:
    return span_id(number).hex()


def test_an_end_in_the_place_of_its_start(tmp_path: Path, writer: JournalWriter) -> None:
    """A span that was seen running is seen to have ended, and so is one after it; nothing new leaves all as it was."""
    folder = LiveFolder(tmp_path)
    first, second = start(1, 1), start(1, 2, parent=1)
    writer.write(first)
    assert _states(folder) == {_hex(1): "running"}
    assert folder.snapshot() is folder.snapshot()
    writer.write(second)
    assert _states(folder) == {_hex(1): "running", _hex(2): "running"}
    writer.write(end(1, 2, parent=1), second)
    assert _states(folder) == {_hex(1): "running", _hex(2): "ended"}
    writer.write(end(1, 1), first)
    assert _states(folder) == {_hex(1): "ended", _hex(2): "ended"}


def test_sees_what_was_written_since(tmp_path: Path, writer: JournalWriter) -> None:
    """Each snapshot holds what was written until it was taken, in every table."""
    folder = LiveFolder(tmp_path)
    assert folder.snapshot().live == {}
    writer.write(end(1, 1))
    writer.write(row("scores", score_id="a", timestamp=1, name="helpful", value=0.5))
    first = folder.snapshot().live
    assert {name: table.num_rows for name, table in first.items()} == {"spans": 1, "scores": 1}
    for number in range(2, 100):
        writer.write(end(1, number))
        assert folder.snapshot().live["spans"].num_rows == number
    writer.write(payload("c" * 64, b'"large"'))
    assert folder.snapshot().live["payloads"]["content"].to_pylist() == ['"large"']


def test_is_the_same_where_nothing_happened(tmp_path: Path, writer: JournalWriter) -> None:
    """A snapshot of an unchanged folder is the snapshot before."""
    folder = LiveFolder(tmp_path)
    writer.write(end(1, 1))
    before = folder.snapshot()
    assert folder.snapshot() is before
    writer.write(start(1, 2))
    assert folder.snapshot() is not before


def test_a_span_runs_until_its_end_is_read(tmp_path: Path, writer: JournalWriter) -> None:
    """A start without an end is a running span, and one span with it."""
    folder = LiveFolder(tmp_path)
    writer.write(start(1, 1))
    writer.write(start(1, 2, parent=1))
    assert _states(folder) == {_hex(1): "running", _hex(2): "running"}
    writer.write(end(1, 2, parent=1))
    assert _states(folder) == {_hex(1): "running", _hex(2): "ended"}


def test_an_end_may_be_read_before_its_start(tmp_path: Path, writer: JournalWriter) -> None:
    """Segments of one generation are in no order: a start that is read late does not run."""
    folder = LiveFolder(tmp_path)
    writer.write(end(1, 1))
    assert _states(folder) == {_hex(1): "ended"}
    _segment(writer.directory / "000001-7.seg", [start(1, 1), start(1, 2)])
    assert _states(folder) == {_hex(1): "ended", _hex(2): "running"}


def test_spans_of_a_killed_process_have_died(tmp_path: Path) -> None:
    """When a process is killed its open spans have died, and its ended ones are all there."""
    program = (
        "import sys, time; from pathlib import Path; from tests.store.records import *\n"
        "journal = open_journal(Path(sys.argv[1])); journal.write(start(1, 1)); journal.write(end(1, 2, parent=1))\n"
        "print('ready', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        folder = LiveFolder(tmp_path)
        assert _states(folder) == {_hex(1): "running", _hex(2): "ended"}
        os.kill(process.pid, signal.SIGKILL)
    assert _states(folder) == {_hex(1): "died", _hex(2): "ended"}


def test_a_refused_trace_vanishes(tmp_path: Path, writer: JournalWriter) -> None:
    """When the tail sampler refuses a trace, its spans go, those read earlier too, and those that come later."""
    folder = LiveFolder(tmp_path)
    for record in (start(1, 1), end(1, 2, parent=1), end(2, 3)):
        writer.write(record)
    assert len(_states(folder)) == 3
    writer.write(verdict(1))
    writer.write(end(1, 1))
    assert _states(folder) == {_hex(3): "ended"}


def test_what_parts_hold_is_not_live(tmp_path: Path, writer: JournalWriter) -> None:
    """A record is in the parts or in the journals, never in both: open spans stay live through a compaction."""
    folder = LiveFolder(tmp_path)
    writer.write(start(1, 1))
    writer.write(end(1, 2, parent=1))
    next_generation(writer)
    assert set(_states(folder)) == {_hex(1), _hex(2)}
    compact(tmp_path)
    assert _states(folder) == {_hex(1): "running"}
    assert sum(part.rows for part in folder.snapshot().catalog.parts_of("spans")) == 1
    writer.write(end(1, 1))
    assert _states(folder) == {_hex(1): "ended"}
    writer.close()
    compact(tmp_path)
    assert _states(folder) == {}
    assert sum(part.rows for part in folder.snapshot().catalog.parts_of("spans")) == 2


def test_what_was_read_before_a_failure_counts(tmp_path: Path, writer: JournalWriter) -> None:
    """Where a file vanishes half-way, nothing that was read before is forgotten, and nothing comes twice."""
    folder = LiveFolder(tmp_path)
    writer.write(end(1, 1))
    vanished = writer.directory / "000009-9.seg"
    vanished.symlink_to(tmp_path / "nowhere")
    for number in (2, 3):
        with pytest.raises(StoreError, match="it changed 100 times"):
            folder.snapshot()
        writer.write(end(1, number))
    vanished.unlink()
    assert set(_states(folder)) == {_hex(1), _hex(2), _hex(3)}


def test_a_reader_that_comes_later_sees_the_same(tmp_path: Path, writer: JournalWriter) -> None:
    """What a reader has read piece by piece is what another reads at once."""
    early = LiveFolder(tmp_path)
    for number in range(1, 3000):
        writer.write(start(number, number))
        if number % 7:
            writer.write(end(number, number))
        if number % 97 == 0:
            early.snapshot()
    late = LiveFolder(tmp_path)
    assert _states(early) == _states(late)
    order = [("span_id", "ascending")]
    assert early.snapshot().live["spans"].sort_by(order).equals(late.snapshot().live["spans"].sort_by(order))


def test_a_spool_is_not_read(tmp_path: Path) -> None:
    """A journal that only waits to be shipped is no part of what the folder holds."""
    write_journal(tmp_path, [end(1, 1)], keep=False, destinations=("collector",))
    assert LiveFolder(tmp_path).snapshot().live == {}


def test_losses_are_rows(tmp_path: Path, writer: JournalWriter) -> None:
    """What a process counts as lost is in `integrity` while it runs, and once when it has been compacted."""
    folder = LiveFolder(tmp_path)
    writer.write(end(1, 1))
    writer.losses.add("content_truncated", 3)
    assert _losses(folder) == [("content_truncated", 3)]
    writer.losses.add("content_truncated")
    assert _losses(folder) == [("content_truncated", 4)]
    writer.close()
    compact(tmp_path)
    assert _losses(folder) == []
    assert sum(part.rows for part in folder.snapshot().catalog.parts_of("integrity")) == 1


def _losses(folder: LiveFolder) -> list[tuple[str, int]]:
    rows = folder.snapshot().live.get("integrity")
    return [] if rows is None else [(row["reason"], row["count"]) for row in rows.to_pylist()]


def test_damage_hides_nothing_before_it(tmp_path: Path) -> None:
    """A record that is cut off or overwritten ends its segment; everything before it counts."""
    whole = frame(end(1, 1)) + frame(end(1, 2))
    torn = frame(end(1, 3))
    journal = tmp_path / "journal" / INFO.writer_id
    journal.mkdir(parents=True)
    (journal / "writer.json").write_bytes(msgspec.json.encode(INFO))
    (journal / "000001-0.seg").write_bytes(HEADER.pack(MAGIC, 0) + whole + torn[: len(torn) // 2] + bytes(500))
    (journal / "000001-1.seg").write_bytes(HEADER.pack(MAGIC, 0) + frame(end(1, 4)) + torn[:-1] + b"!")
    assert set(_states(LiveFolder(tmp_path))) == {_hex(1), _hex(2), _hex(4)}


def test_an_idle_refresh_is_cheap(tmp_path: Path) -> None:
    """With eight writers that are silent, and many dead ones, a snapshot costs less than 5 ms."""
    for _ in range(40):
        write_journal(tmp_path, [end(1, 1)])
    writers = [open_journal(tmp_path) for _ in range(8)]
    for journal in writers:
        for number in range(500):
            journal.write(end(number, number))
    folder = LiveFolder(tmp_path)
    before = folder.snapshot()
    costs_s = []
    for _ in range(20):
        started_s = time.process_time()
        assert folder.snapshot() is before
        costs_s.append(time.process_time() - started_s)
    for journal in writers:
        journal.close()
    assert statistics.median(costs_s) < 0.005


def test_chunks_stay_few(tmp_path: Path, writer: JournalWriter) -> None:
    """However often a folder is looked at, its live tables consist of few pieces."""
    folder = LiveFolder(tmp_path)
    for number in range(300):
        writer.write(end(number, number))
        table: pa.Table = folder.snapshot().live["spans"]
    assert table.num_rows == 300
    assert table["span_id"].num_chunks <= 10


def _segment(path: Path, records: list[bytes]) -> None:
    """A segment that its process has not sealed."""
    path.write_bytes(HEADER.pack(MAGIC, 0) + b"".join(map(frame, records)) + bytes(1000))
