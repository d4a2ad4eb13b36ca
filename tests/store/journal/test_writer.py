"""The writing end of a journal: whole frames, sealed generations, counted losses, whatever happens."""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
import signal
import struct
import threading
import time
import tracemalloc

import msgspec
import pytest

from pyflare.schema.records import SPAN_END_TAG, SPAN_START_TAG, encode_record
from pyflare.schema.tables import SCHEMA_VERSION
from pyflare.store.journal import writer as writer_module
from pyflare.store.journal.format import FRAME, HEADER, MAGIC, frame, scan
from pyflare.store.journal.losses import REASONS, Losses, decode
from pyflare.store.journal.reader import list_writers, read_frames, settled_end
from pyflare.store.journal.writer import JournalWriter, prepare_folder, write_atomically

TINY = (256, 512)


@pytest.fixture
def journal(tmp_path):
    writer = JournalWriter(tmp_path, service_name="test", resource={"service.name": "test"})
    yield writer
    writer.close()


@pytest.fixture
def tiny(monkeypatch):
    """Segments of a few hundred bytes, so that every few records rotate."""
    monkeypatch.setattr(writer_module, "SEGMENT_BYTES", TINY)


def read(root):
    """Every record of every journal below the folder."""
    return [
        bytes(payload)
        for found in list_writers(root)
        for segment in found.segments()
        for payload in read_frames(segment)[0]
    ]


def test_nothing_is_made_before_the_first_record(journal, tmp_path):
    """A program that records nothing leaves nothing."""
    assert list(tmp_path.iterdir()) == []
    journal.sync()
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_records_come_back_in_order(journal, tmp_path):
    """At once, before anything is flushed, sealed or closed."""
    for number in range(100):
        assert journal.write(b"record %d" % number)
        assert read(tmp_path)[-1] == b"record %d" % number
    assert read(tmp_path) == [b"record %d" % number for number in range(100)]


def test_the_folder_says_what_it_is(journal, tmp_path):
    """A marker with the schema's version, kept out of version control, and who writes."""
    journal.write(b"x")
    assert (tmp_path / "pyflare.json").read_text() == f'{{"schema_version":{SCHEMA_VERSION}}}'
    assert (tmp_path / ".gitignore").read_text() == "*\n"
    (found,) = list_writers(tmp_path)
    assert found.info == journal.info
    assert found.problem is None
    assert (found.info.pid, found.info.resource) == (os.getpid(), {"service.name": "test"})


def test_the_lock_says_that_the_writer_lives(journal, tmp_path):
    """Held from the first record until the writer is closed."""
    journal.write(b"x")
    (found,) = list_writers(tmp_path)
    assert found.alive
    journal.close()
    assert not found.alive


def test_a_closed_journal_is_sealed_and_counts_what_comes_late(journal, tmp_path):
    """The segment carries its length, its file is no longer than that, and later records are losses."""
    journal.write(b"x" * 10)
    journal.close()
    (segment,) = list_writers(tmp_path)[0].segments()
    assert segment.sealed_length() == segment.path.stat().st_size == HEADER.size + FRAME.size + 10
    assert not journal.write(b"late")
    assert list_writers(tmp_path)[0].losses() == {"write_failed": 1}
    journal.close()


def test_a_full_segment_is_sealed_and_the_generation_moves_on(tiny, journal, tmp_path):
    """All segments but the last are sealed, and generations only grow."""
    sealed = []
    journal.on_seal = sealed.append
    for number in range(100):
        journal.write(b"record %02d" % number)
    segments = list_writers(tmp_path)[0].segments()
    assert len(segments) > 3
    lengths = [segment.sealed_length() for segment in segments]
    assert lengths[-1] is None
    assert lengths[:-1] == sealed
    assert [segment.generation for segment in segments] == list(range(1, len(segments) + 1))
    assert read(tmp_path) == [b"record %02d" % number for number in range(100)]


@pytest.mark.parametrize("size", [1, 200, 256 - 16 - 8, 256 - 16 - 7, 1000, 10_000, 3_000_000])
def test_a_record_of_any_size_fits(tiny, journal, tmp_path, size):
    """One that is larger than a segment gets a segment of its own."""
    records = [b"before", os.urandom(size), b"after", os.urandom(size)]
    for record in records:
        assert journal.write(record)
    assert read(tmp_path) == records


def test_threads_lose_nothing_where_segments_are_tiny(tiny, journal, tmp_path):
    """Eight threads that rotate all the time: every record once, and every older generation sealed."""

    def write(thread):
        for number in range(500):
            journal.write(b"%d.%d" % (thread, number))

    threads = [threading.Thread(target=write, args=(thread,)) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = {b"%d.%d" % (thread, number) for thread in range(8) for number in range(500)}
    records = read(tmp_path)
    assert len(records) == 4000
    assert set(records) == expected
    journal.close()
    assert all(segment.sealed_length() for segment in list_writers(tmp_path)[0].segments())
    assert journal.losses.counts() == {}


def test_the_order_of_one_thread_is_kept_across_generations(tiny, journal, tmp_path):
    """What a thread wrote later is never in an older generation: an end is not before its start."""

    def write(thread):
        for number in range(400):
            journal.write(struct.pack("<II", thread, number))

    threads = [threading.Thread(target=write, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    generations: dict[int, list[tuple[int, int]]] = {}
    for segment in list_writers(tmp_path)[0].segments():
        for payload in read_frames(segment)[0]:
            thread, number = struct.unpack("<II", payload)
            generations.setdefault(thread, []).append((number, segment.generation))
    for found in generations.values():
        ordered = [generation for _, generation in sorted(found)]
        assert ordered == sorted(ordered)


def test_many_threads_may_write_the_first_record_at_once(tmp_path):
    """However they meet while the directory is made, all records are kept and the journal has its lock."""
    for attempt in range(20):
        journal = JournalWriter(tmp_path / str(attempt), service_name="test")
        barrier = threading.Barrier(8)

        def write(number, journal=journal, barrier=barrier):
            barrier.wait()
            journal.write(b"%d" % number)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(read(tmp_path / str(attempt))) == [b"%d" % number for number in range(8)]
        assert list_writers(tmp_path / str(attempt))[0].alive
        journal.close()
        assert not list_writers(tmp_path / str(attempt))[0].alive


def test_a_signal_handler_may_write_at_any_moment(journal, tmp_path):
    """Interrupted in the middle of a record, the journal still holds every record whole."""
    handled = 0

    def handler(number, stack):
        nonlocal handled
        handled += journal.write(b"from the handler")
        signal.setitimer(signal.ITIMER_REAL, 0.0002)

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.0002)
    written = 0
    try:
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            written += journal.write(b"from the program")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    records = read(tmp_path)
    assert records.count(b"from the program") == written
    assert records.count(b"from the handler") == handled > 50
    assert len(records) == written + handled


def test_a_forked_child_leaves_the_parents_journal_alone(journal, tmp_path):
    """It drops the lock and the segments; what it still wrote there would be counted, not stored."""
    journal.write(b"parent")
    child = os.fork()
    if child == 0:
        journal.abandon_in_child()
        other = JournalWriter(tmp_path, service_name="test", forked_from=journal.info.writer_id)
        other.write(b"child")
        os._exit(0)
    os.waitpid(child, 0)
    journal.write(b"parent again")
    assert sorted(read(tmp_path)) == [b"child", b"parent", b"parent again"]
    parent, of_child = list_writers(tmp_path)
    assert (parent.alive, of_child.alive) == (True, False)
    assert of_child.info.forked_from == parent.info.writer_id


def test_a_child_that_outlives_its_parent_does_not_keep_its_lock(tmp_path):
    """The parent's journal is dead as soon as the parent is, whatever its children do."""
    reading, writing = os.pipe()
    parent = os.fork()
    if parent == 0:
        os.close(writing)
        journal = JournalWriter(tmp_path, service_name="test")
        journal.write(b"x")
        abandoned, abandon = os.pipe()
        if os.fork() == 0:
            journal.abandon_in_child()
            os.write(abandon, b"x")
            os.read(reading, 1)
            os._exit(0)
        os.close(abandon)  # so that a child that fails is noticed, and not waited for
        os.read(abandoned, 1)
        os._exit(0)
    os.close(reading)
    os.waitpid(parent, 0)
    try:
        assert not list_writers(tmp_path)[0].alive
    finally:
        os.close(writing)


def test_a_deleted_folder_is_made_again(journal, tmp_path):
    """After the next sync, records go to a new directory; the lock is held there, and counts go on."""
    import shutil

    journal.write(b"before")
    journal.losses.add("attribute_dropped")
    shutil.rmtree(tmp_path)
    assert journal.write(b"into the void")
    journal.sync()
    assert journal.write(b"after")
    assert read(tmp_path) == [b"after"]
    (found,) = list_writers(tmp_path)
    assert found.alive
    assert found.losses() == {"attribute_dropped": 1}


def test_a_folder_deleted_under_many_threads_is_made_again(tiny, journal, tmp_path):
    """Rotation notices as well; no thread fails, and the journal in the end has its lock."""
    import shutil

    stop = threading.Event()
    failures = []

    def write():
        try:
            while not stop.wait(0.0005):
                journal.write(b"record")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(10):
        time.sleep(0.02)
        shutil.rmtree(tmp_path, ignore_errors=True)
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    for _ in range(2):  # the first may have to clear away what the deletion has left
        journal._retry_at_s = 0.0
        journal.sync()
        kept = journal.write(b"after")
    assert kept
    assert b"after" in read(tmp_path)
    assert [found.alive for found in list_writers(tmp_path)] == [True]


def test_a_folder_that_cannot_be_made_is_a_counted_loss(tmp_path):
    """A file in its place: nothing raises, each record is counted, and the counts move in once it can be."""
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")
    journal = JournalWriter(blocked, service_name="test")
    assert [journal.write(b"x") for _ in range(5)] == [False] * 5
    assert journal.losses.counts() == {"write_failed": 5}
    assert isinstance(journal.error, OSError)
    blocked.unlink()
    journal._retry_at_s = 0.0  # a second later
    assert journal.write(b"x")
    assert journal.error is None
    assert list_writers(blocked)[0].losses() == {"write_failed": 5}
    journal.close()


def test_a_failing_writer_tries_again_after_a_while(tmp_path, monkeypatch):
    """Between two attempts a record costs no system call."""
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")
    journal = JournalWriter(blocked, service_name="test")
    journal.write(b"x")
    attempts: list[object] = []
    monkeypatch.setattr(writer_module, "prepare_folder", attempts.append)
    journal.write(b"x")
    assert attempts == []


def test_running_out_of_descriptors_is_a_counted_loss(journal, tmp_path):
    """With no descriptor left nothing raises; with some again, records and counts are kept."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    held = []
    for spare in range(4):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
            while True:
                held.append(os.dup(0))
        except OSError:
            for _ in range(spare):
                os.close(held.pop())
            journal._retry_at_s = 0.0
            journal.write(b"x")
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            while held:
                os.close(held.pop())
    journal._retry_at_s = 0.0
    assert journal.write(b"at last")
    kept, lost = len(read(tmp_path)), list_writers(tmp_path)[0].losses().get("write_failed", 0)
    assert kept + lost == 5
    assert list_writers(tmp_path)[0].alive


def test_records_of_a_killed_process_are_there(tmp_path):
    """`kill -9` right after a record loses nothing of it."""
    child = os.fork()
    if child == 0:
        journal = JournalWriter(tmp_path, service_name="test")
        for number in range(1000):
            journal.write(b"%d" % number)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert read(tmp_path) == [b"%d" % number for number in range(1000)]
    assert not list_writers(tmp_path)[0].alive


def test_sync_and_close_while_threads_write_lose_nothing_unseen(tiny, tmp_path):
    """What was not kept because the journal was closed meanwhile is counted; kept and lost add up."""
    journal = JournalWriter(tmp_path, service_name="test")
    kept = [0] * 4
    tried = [0] * 4

    def write(thread):
        for _ in range(3000):
            tried[thread] += 1
            kept[thread] += journal.write(b"record")

    threads = [threading.Thread(target=write, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        journal.sync()
    journal.close()
    for thread in threads:
        thread.join()
    assert len(read(tmp_path)) == sum(kept)
    assert sum(kept) + journal.losses.counts().get("write_failed", 0) == sum(tried)
    assert all(segment.sealed_length() for segment in list_writers(tmp_path)[0].segments())


def test_readers_meet_only_whole_frames(journal, tmp_path):
    """A reader that looks while records are being written never sees half of one."""
    stop = threading.Event()
    record = os.urandom(3000)

    def write():
        for _ in range(20_000):  # 60 MB: a slow reader must not fill the disk
            if stop.is_set():
                break
            journal.write(record)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(50):
            assert set(read(tmp_path)) <= {record}
    finally:
        stop.set()
        thread.join()


def test_readers_meet_only_whole_frames_where_ends_replace_starts(journal, tmp_path):
    """Whoever reads on from the settled end of what was read last meets each end once, in order, and only known starts."""
    stop = threading.Event()
    numbers = itertools.count()

    def write():
        while not stop.is_set() and (number := next(numbers)) < 100_000:
            start = encode_record((SPAN_START_TAG, number, os.urandom(200)))
            journal.write(start)
            journal.write(encode_record((SPAN_END_TAG, number, os.urandom(700))), start)

    thread = threading.Thread(target=write)
    thread.start()
    offsets, ends = {}, []
    deadline = time.monotonic() + 1.0
    try:
        while time.monotonic() < deadline or thread.is_alive():
            if time.monotonic() >= deadline:
                stop.set()
                thread.join()
            for segment in list_writers(tmp_path)[0].segments() if list_writers(tmp_path) else ():
                payloads, end = read_frames(segment, offsets.get(segment.name, HEADER.size))
                offsets[segment.name] = settled_end(payloads, end)
                records = [msgspec.msgpack.decode(payload) for payload in payloads]
                assert all(tag == SPAN_END_TAG for tag, *_ in records[:-1])
                ends += [number for tag, number, _ in records if tag == SPAN_END_TAG]
    finally:
        stop.set()
        thread.join()
    assert ends == list(range(len(ends)))
    assert len(ends) == min(next(numbers), 100_000)


def test_a_segment_has_its_blocks_before_it_is_written(journal, tmp_path):
    """The disk cannot run full under a mapping: the file's blocks are allocated when it is made."""
    journal.write(b"x")
    (segment,) = list_writers(tmp_path)[0].segments()
    status = segment.path.stat()
    assert status.st_blocks * 512 >= status.st_size == writer_module.SEGMENT_BYTES[0]


def test_losses_are_counted_by_all_threads():
    """No count gets lost in the counting, in memory and after moving to a file."""
    losses = Losses()

    def add():
        for _ in range(2000):
            losses.add("event_dropped")
            losses.add("disk_full", 2)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert losses.counts() == {"event_dropped": 8000, "disk_full": 16_000}


def test_losses_of_unknown_length_are_none():
    """A counters file that was cut off says nothing instead of something wrong."""
    assert decode(b"") == {}
    assert decode(b"\x01" * (len(REASONS) * 8 - 1)) == {}


def test_frames_stop_at_the_first_damage():
    """Cut, flipped or absent: what comes before counts, what comes after does not."""
    data = MAGIC + bytes(8) + frame(b"one") + frame(b"two") + frame(b"three")
    assert [bytes(payload) for _, payload in scan(data)] == [b"one", b"two", b"three"]
    for cut in range(len(frame(b"three"))):
        assert [bytes(payload) for _, payload in scan(data[: len(data) - 1 - cut])] == [b"one", b"two"]
    damaged = bytearray(data)
    damaged[HEADER.size + len(frame(b"one")) + FRAME.size] ^= 1
    assert [bytes(payload) for _, payload in scan(damaged)] == [b"one"]
    assert list(scan(b"")) == []


def test_an_interrupted_end_costs_nothing_that_comes_after_it(journal, tmp_path, monkeypatch):
    """Ctrl-C may come between any two steps of a write; a start that is half replaced is written over."""
    start = encode_record((SPAN_START_TAG, 1, b"s" * 200))
    assert journal.write(start)
    real, interruptions = writer_module._pack_frame, iter([KeyboardInterrupt])

    def pack(*arguments):
        for interruption in interruptions:
            raise interruption
        real(*arguments)

    monkeypatch.setattr(writer_module, "_pack_frame", pack)
    with pytest.raises(KeyboardInterrupt):
        journal.write(encode_record((SPAN_END_TAG, 1, b"e" * 700)), start)
    later = [b"short", *(os.urandom(300) for _ in range(5))]
    assert all(map(journal.write, later))
    assert read(tmp_path) == later
    journal.close()
    assert read(tmp_path) == later


def test_a_length_beyond_the_file_is_damage(journal, tmp_path):
    """A frame that claims gigabytes is not made room for."""
    for _ in range(30):
        journal.write(b"x" * 1000)
    (segment,) = list_writers(tmp_path)[0].segments()
    with open(segment.path, "r+b") as file:
        file.seek(HEADER.size + 20 * (FRAME.size + 1000))
        file.write(FRAME.pack(0xFFFFFFFF, 0))
    tracemalloc.start()
    try:
        assert len(read_frames(segment)[0]) == 20
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_a_file_is_replaced_in_one_step(tmp_path):
    """Nobody sees half of it, and no temporary file is left."""
    target = tmp_path / "file"
    for number in range(3):
        write_atomically(target, b"x" * number)
        assert target.read_bytes() == b"x" * number
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_many_processes_may_prepare_a_folder_at_once(tmp_path):
    """Whoever comes first writes the marker; the others find it."""
    children = []
    for _ in range(8):
        child = os.fork()
        if child == 0:
            prepare_folder(tmp_path / "folder")
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 8
    assert sorted(path.name for path in (tmp_path / "folder").iterdir()) == [".gitignore", "pyflare.json"]


def test_two_writers_do_not_share_a_lock(tmp_path):
    """Each has its own, and the probe of a reader keeps neither from living."""
    one, other = JournalWriter(tmp_path, service_name="a"), JournalWriter(tmp_path, service_name="b")
    one.write(b"x")
    other.write(b"x")
    probe = os.open(one.directory / "counters", os.O_RDONLY)
    with pytest.raises(BlockingIOError):
        fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
    os.close(probe)
    one.close()
    assert sorted(found.alive for found in list_writers(tmp_path)) == [False, True]
    other.close()


def test_a_large_record_in_a_deleted_folder(tmp_path):
    """Where the folder has been deleted a large record is counted as lost, and the next one is in a new folder."""
    writer = JournalWriter(tmp_path / "f", service_name="s", segment_bytes=(1 << 22, 1 << 22))
    large = b"x" * (1 << 20)
    assert writer.write(large)
    shutil.rmtree(tmp_path / "f")
    assert not writer.write(large)
    assert writer.losses.counts() == {"write_failed": 1}
    assert writer.write(large)
    (journal,) = list_writers(tmp_path / "f")
    assert [payload for segment in journal.segments() for payload in read_frames(segment)[0]] == [large]
    writer.close()


@pytest.mark.parametrize("size", [(1 << 15) - 1, 1 << 15, (1 << 15) + 1, 3 << 20])
def test_records_on_both_sides_of_large(tmp_path, size):
    """Records just below and above the size from which they go in by a system call are read back as they were."""
    writer = JournalWriter(tmp_path / "f", service_name="s")
    records = [bytes([number]) * size for number in range(1, 4)]
    assert all(writer.write(record) for record in records)
    (journal,) = list_writers(tmp_path / "f")
    assert [payload for segment in journal.segments() for payload in read_frames(segment)[0]] == records
    writer.close()
