"""Journals are found and read while their processes live, and after."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pyflare.store.journal.format import FRAME, HEADER, MAGIC, frame
from pyflare.store.journal.reader import Segment, damaged_bytes, list_writers, parse_segment, read_frames
from pyflare.store.journal.writer import JournalWriter
from tests.store.records import next_generation, open_journal, row


def _only_segment(root: Path) -> Segment:
    (journal,) = list_writers(root)
    (segment,) = journal.segments()
    return segment


def _segment(path: Path, data: bytes, *, sealed: bool) -> Segment:
    length = HEADER.size + len(data) if sealed else 0
    path.write_bytes(HEADER.pack(MAGIC, length) + data)
    segment = parse_segment(path)
    assert segment is not None
    return segment


def test_a_folder_without_journals_has_no_writers(tmp_path: Path) -> None:
    """Nothing there is nothing found, not an error."""
    assert list_writers(tmp_path) == []


def test_what_was_written_is_read_in_order(tmp_path: Path) -> None:
    """Payloads of any size come back whole, across segments of growing size."""
    written = [bytes([n % 251]) * (1 + 37 * n % 50_000) for n in range(400)]
    writer = open_journal(tmp_path)
    for record in written:
        writer.write(record)
    writer.close()
    (journal,) = list_writers(tmp_path)
    found = [payload for segment in journal.segments() for payload in read_frames(segment)[0]]
    assert found == written
    assert len(journal.segments()) > 1


def test_reading_on_gives_only_what_is_new(tmp_path: Path) -> None:
    """With the offset of the last reading a live segment yields what has come since."""
    writer = open_journal(tmp_path)
    writer.write(b"one")
    segment = _only_segment(tmp_path)
    first, offset = read_frames(segment)
    assert read_frames(segment, offset) == ([], offset)
    writer.write(b"two" * 30_000)
    second, _ = read_frames(segment, offset)
    assert (first, second) == ([b"one"], [b"two" * 30_000])
    writer.close()


def test_a_segment_is_sealed_when_its_generation_is_over(tmp_path: Path) -> None:
    """An open segment has no length; a sealed one says where it ends."""
    writer = open_journal(tmp_path)
    writer.write(b"one")
    assert _only_segment(tmp_path).sealed_length() is None
    next_generation(writer)
    (journal,) = list_writers(tmp_path)
    sealed, current = journal.segments()
    assert (sealed.generation, current.generation) == (1, 2)
    assert sealed.sealed_length() == sealed.path.stat().st_size
    assert current.sealed_length() is None
    writer.close()


def test_carried_spans_come_first(tmp_path: Path) -> None:
    """Segments sort by what was written first: carried spans, then generations as numbers."""
    names = ["1000000-2.seg", "000002-10.seg", "000002-9.seg", "carry-000003.seg", "000001-0.seg"]
    found = [segment for name in names if (segment := parse_segment(tmp_path / name)) is not None]
    ordered = sorted(found, key=lambda segment: segment.order)
    assert [segment.name for segment in ordered] == [
        "carry-000003.seg", "000001-0.seg", "000002-9.seg", "000002-10.seg", "1000000-2.seg",
    ]  # fmt: skip
    assert parse_segment(tmp_path / "counters") is None


def test_a_writer_is_alive_until_it_closes(tmp_path: Path) -> None:
    """The probe sees the lock of this very process, and that it was let go."""
    writer = open_journal(tmp_path)
    writer.write(b"x")
    (journal,) = list_writers(tmp_path)
    assert journal.alive
    assert journal.alive
    writer.close()
    assert not journal.alive


def test_a_killed_writer_is_dead_at_once(tmp_path: Path) -> None:
    """The kernel lets go of the lock however the process ends; a forked child does not keep it."""
    program = (
        "import os, sys, time; from pathlib import Path; from pyflare.store.journal.writer import JournalWriter\n"
        f"w = JournalWriter(Path({str(tmp_path)!r}), service_name='x'); w.write(b'kept')\n"
        "if os.fork() == 0:\n    w.abandon_in_child(); time.sleep(30); os._exit(0)\n"
        "print('ready', flush=True); time.sleep(30)"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, process_group=0)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        (journal,) = list_writers(tmp_path)
        assert journal.alive
        process.kill()
        process.wait()
        deadline_s = time.monotonic() + 10
        while journal.alive and time.monotonic() < deadline_s:  # the child has to let go of its copy first
            time.sleep(0.01)
        assert not journal.alive
        assert read_frames(_only_segment(tmp_path))[0] == [b"kept"]
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.stdout.close()


def test_a_directory_without_writer_json_is_reported(tmp_path: Path) -> None:
    """Its records are readable all the same: what its name says stands in for who wrote it."""
    writer = open_journal(tmp_path)
    writer.write(b"x")
    writer.close()
    (writer.directory / "writer.json").write_bytes(b"{")
    (journal,) = list_writers(tmp_path)
    assert journal.problem is not None
    assert "writer.json" in journal.problem
    assert journal.info.pid == os.getpid()
    assert abs(journal.info.started_unix_ns - writer.info.started_unix_ns) < 1_000_000
    assert len(journal.segments()) == 1


def test_other_names_are_no_journals(tmp_path: Path) -> None:
    """Directories that are still being made, and foreign ones, are passed over."""
    for name in (".19f00000000-1-00000000", "notes"):
        (tmp_path / "journal" / name).mkdir(parents=True)
    assert list_writers(tmp_path) == []


def test_losses_are_read_from_outside(tmp_path: Path) -> None:
    """What a process counted as lost can be read by any other."""
    writer = open_journal(tmp_path)
    writer.write(b"x")
    writer.losses.add("disk_full", 3)
    (journal,) = list_writers(tmp_path)
    assert journal.losses() == {"disk_full": 3}
    writer.close()
    (writer.directory / "counters").unlink()
    assert journal.losses() == {}
    assert not journal.alive


def test_a_damaged_frame_ends_the_segment(tmp_path: Path) -> None:
    """What comes after a frame with a wrong checksum does not count, and is measured."""
    good, bad = frame(b"good"), bytearray(frame(b"bad!"))
    bad[-1] ^= 1
    segment = _segment(tmp_path / "000001-0.seg", good + bytes(bad) + frame(b"behind"), sealed=True)
    payloads, end = read_frames(segment)
    assert payloads == [b"good"]
    assert damaged_bytes(segment, end) == len(bad) + len(frame(b"behind"))


def test_a_sealed_segment_that_is_whole_has_no_damage(tmp_path: Path) -> None:
    """The last good frame of a sound segment ends where its header says."""
    segment = _segment(tmp_path / "000001-0.seg", frame(b"good"), sealed=True)
    assert damaged_bytes(segment, read_frames(segment)[1]) == 0


@pytest.mark.parametrize(("cut", "torn"), [(0, 0), (3, None), (FRAME.size, None), (FRAME.size + 5, None)])
def test_the_record_a_process_died_in_is_measured(tmp_path: Path, cut: int, torn: int | None) -> None:
    """An unsealed segment may end in part of a frame: as much of it as its length claims, within the file."""
    part = frame(b"x" * 100)[:cut] + bytes(500)
    segment = _segment(tmp_path / "000001-0.seg", frame(b"good") + part, sealed=False)
    payloads, end = read_frames(segment)
    assert payloads == [b"good"]
    found = damaged_bytes(segment, end)
    assert found == (FRAME.size + 100 if torn is None else torn)


def test_a_deleted_segment_is_an_error_the_reader_knows(tmp_path: Path) -> None:
    """A compaction may delete a segment between listing and reading: the reader starts over."""
    segment = _segment(tmp_path / "000001-0.seg", frame(b"good"), sealed=True)
    segment.path.unlink()
    for read in (segment.sealed_length, lambda: read_frames(segment), lambda: damaged_bytes(segment, 0)):
        with pytest.raises(FileNotFoundError):
            read()


def test_a_segment_that_has_just_been_made_is_open_and_empty(tmp_path: Path) -> None:
    """Before its header is written a segment is a file of zeros."""
    path = tmp_path / "000001-0.seg"
    path.write_bytes(bytes(4096))
    segment = parse_segment(path)
    assert segment is not None
    assert segment.sealed_length() is None
    assert read_frames(segment) == ([], HEADER.size)
    path.write_bytes(b"")
    assert segment.sealed_length() is None


def test_reading_an_idle_segment_costs_next_to_nothing(tmp_path: Path) -> None:
    """Looking for news in a segment of megabytes that has none takes far less than a millisecond."""
    writer = JournalWriter(tmp_path, service_name="idle")
    for _ in range(40):
        writer.write(row("logs", body="x" * 60_000))
    (journal,) = list_writers(tmp_path)
    segment = journal.segments()[-1]
    assert segment.path.stat().st_size >= 2 << 20
    _, offset = read_frames(segment)
    started_s = time.process_time()
    for _ in range(100):
        read_frames(segment, offset)
    assert (time.process_time() - started_s) / 100 < 1e-3
    writer.close()
