"""Faults of the machine and of PyFlare itself: the program goes on, and every loss is counted."""

from __future__ import annotations

import logging
import os
import signal
import threading

import pytest

import pyflare
from pyflare.testing import strict
from pyflare.tracing import context as context_module
from pyflare.tracing import site as site_module
from pyflare.tracing import span as span_module
from pyflare.tracing import state
from pyflare.tracing.guard import Guard, guard
from tests import disks
from tests.tracing.program import run
from tests.tracing.recorded import Recorded, content


@pyflare.trace(name="work")
def work(value):
    return value


# -- the disk ----------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 8 MB."""
    with disks.small_disk(tmp_path, 8) as disk:
        yield disk
        pyflare.shutdown()


def test_a_full_disk_costs_spans_and_nothing_else(begin, small_disk):
    """Calls go on; records kept and records lost add up to records made; with space again spans are kept again."""
    recorded = begin(path=small_disk / "folder")
    calls = 0

    def call(times):
        nonlocal calls
        for _ in range(times):
            assert work("x" * 2000) == "x" * 2000
            calls += 1

    call(10)
    filler = disks.fill(small_disk)
    call(3000)
    kept_when_full = len(recorded.ended())
    assert recorded.losses()["disk_full"] > 0
    filler.unlink()
    state.runtime.journal._retry_at_s = 0.0  # a second later
    call(100)
    ended, losses = recorded.ended(), recorded.losses()
    assert len(ended) == kept_when_full + 100
    assert set(losses) == {"disk_full"}
    assert 2 * len(ended) + len(recorded.running()) + losses["disk_full"] == 2 * calls  # each has a start and an end


def test_a_disk_that_is_full_from_the_start(begin, small_disk):
    """Nothing can be written, not even the counts: they are kept in memory until they can be."""
    filler = disks.fill(small_disk)
    recorded = begin(path=small_disk / "folder")
    for number in range(50):
        work(number)
    assert state.runtime.losses.counts() == {"disk_full": 100}
    filler.unlink()
    state.runtime.journal._retry_at_s = 0.0
    work(1)
    assert len(recorded.ended()) == 1
    assert recorded.losses() == {"disk_full": 100}


def test_a_limit_on_file_sizes_is_a_loss(tmp_path):
    """Where the system refuses large files (`ulimit -f`) the program is not killed for it."""
    result = run(
        tmp_path / "f",
        """
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        @pyflare.trace
        def work(value): return value
        for number in range(100): work("x" * 1000)
        print(pyflare.tracing.state.runtime.losses.counts())
        """,
    )
    assert result.returncode == 0
    assert result.stdout == "{'write_failed': 200}\n"
    assert result.recorded.records() == []


def test_a_folder_that_must_not_be_written(tmp_path):
    """Without the right to write, the program runs, nothing is raised, and the losses are said at the end."""
    if os.getuid() != 0:
        pytest.skip("becoming another user takes root")
    folder = tmp_path / "f"
    folder.mkdir()
    folder.chmod(0o555)
    for parent in folder.parents[:3]:
        parent.chmod(0o755)
    result = run(
        folder,
        """
        pyflare.trace(lambda: None)  # imported before the rights go
        import logging
        os.setgid(65534); os.setuid(65534)
        @pyflare.trace
        def work(value): return value
        for number in range(10): assert work(number) == number
        with pyflare.span("block"): pass
        """,
    )
    assert result.returncode == 0
    assert result.stderr == (
        f"PyFlare cannot write to {folder}: Permission denied. The program goes on; what is lost is counted.\n"
        "PyFlare could not keep everything: {'write_failed': 22}. `pyflare doctor` says more.\n"
    )
    assert list(folder.iterdir()) == []


def test_a_folder_deleted_while_the_program_runs(begin):
    """Calls go on, and after the next flush spans are kept again."""
    import shutil

    recorded = begin()
    work(1)
    shutil.rmtree(recorded.path)
    work(2)
    assert pyflare.flush()
    work(3)
    assert [content(span.output) for span in recorded.ended()] == [3]


def test_a_working_directory_that_is_gone(tmp_path):
    """A program whose directory was removed under it can still be traced into a folder with a full path."""
    recorded = run(
        tmp_path / "f",
        """
        import tempfile
        directory = tempfile.mkdtemp(); os.chdir(directory); os.rmdir(directory)
        @pyflare.trace
        def work(): pass
        work()
        """,
    ).check()
    assert len(recorded.ended()) == 1


# -- PyFlare itself ----------------------------------------------------------------------------------


def broken(*args, **kwargs):
    raise RuntimeError("injected")


PLACES = [
    (site_module.Site, "_by_name"),
    (site_module, "Span"),
    (site_module, "with_span"),
    (span_module, "time_ns"),
    (span_module, "perf_counter_ns"),
    (span_module, "encode_record"),
    (span_module, "encode_anyhow"),
    (span_module, "exception_event"),
    (span_module, "keep_attributes"),
    (span_module, "clean_attributes"),
    (span_module, "with_span"),
    (span_module, "split_fields"),
    (span_module.Span, "finish"),
    (span_module.Span, "_note_error"),
    (span_module.Span, "_uncommon"),
    ("runtime", "write"),
    ("runtime", "random_bits"),
    ("content", "value"),
    ("content", "arguments"),
    ("content", "lone_argument"),
    ("content", "text"),
    ("content", "settle"),
    (context_module, "merge_scope"),
]


@pytest.mark.parametrize(("owner", "name"), PLACES, ids=lambda value: value if isinstance(value, str) else None)
def test_a_fault_of_ours_never_reaches_the_caller(begin, faults, monkeypatch, caplog, owner, name):
    """Wherever it is injected: results and exceptions of the program are its own, the log says it once."""
    begin()
    runtime = state.runtime
    owner = {"runtime": runtime, "content": runtime.content}.get(owner, owner) if isinstance(owner, str) else owner
    monkeypatch.setattr(owner, name, broken)

    @pyflare.trace
    def stream(value):
        received = yield value
        yield received

    for _ in range(3):
        assert work("short") == "short"
        assert work({"a": [1]}) == {"a": [1]}
        assert list(stream(1)) == [1, None]
        with pytest.raises(KeyError):
            pyflare.trace(lambda: {}["missing"])()
        with pyflare.context(user="u"), pyflare.span("block", input=1, user="v", custom=2) as span:
            span.update(session="s", output=[1], other=3)
            span.set_attribute("a", 1)
            span.add_event("e", {"a": 1})
            span.record_exception(ValueError("x"))
            pyflare.score("s", 1)
            pyflare.log_prediction("m", {"f": 1}, 2)
        with pyflare.tracer_provider().get_tracer("t").start_as_current_span("otel"):
            pass
    monkeypatch.undo()
    messages = [record.getMessage() for record in caplog.records if "is not affected" in record.getMessage()]
    assert len(messages) == len(set(messages))
    assert pyflare.current_span().trace_id == "0" * 32
    faults.clear()


def test_a_span_whose_content_cannot_be_captured_is_still_there(begin, faults, monkeypatch):
    """A fault while capturing costs the content, is counted, and not the span."""
    recorded = begin()
    monkeypatch.setattr(state.runtime.content, "value", broken)
    monkeypatch.setattr(state.runtime.content, "arguments", broken)
    work(["long"])
    span = recorded.one("work")
    assert (span.input, span.output) == (None, None)
    assert recorded.losses()["internal_fault"] == 2
    assert recorded.running() == []
    faults.clear()


def test_a_fault_is_logged_once_and_counted_always(begin, faults, monkeypatch, caplog):
    """A thousand faults of one kind are one line of the log and a thousand counts."""
    recorded = begin()
    monkeypatch.setattr(state.runtime.content, "value", broken)
    for number in range(1000):
        work(number)
    assert len([record for record in caplog.records if "is not affected" in record.getMessage()]) == 1
    assert recorded.losses()["internal_fault"] == sum(faults.values()) == 1000
    faults.clear()


def test_strict_mode_raises(begin, faults, monkeypatch):
    """In tests of programs, PyFlare's faults are to be seen; outside of the block they are not."""
    begin()
    monkeypatch.setattr(state.runtime.content, "value", broken)
    with strict(), pytest.raises(RuntimeError, match="injected"):
        work(1)
    assert work(1) == 1
    faults.clear()


def test_the_guard_counts_in_all_threads():
    """No count is lost, and the log has one line."""
    lines = []
    ours = Guard()
    handler = logging.Handler()
    handler.emit = lines.append  # type: ignore[method-assign]
    logging.getLogger("pyflare").addHandler(handler)
    try:
        threads = [
            threading.Thread(target=lambda: [ours.fault("count", ValueError("x")) for _ in range(500)])
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        logging.getLogger("pyflare").removeHandler(handler)
    assert ours.faults == {"count: ValueError": 2000}
    assert len(lines) == 1


def test_an_exception_of_ours_does_not_stay_in_the_users(begin, faults, monkeypatch):
    """What goes wrong in PyFlare while the program's exception passes is not its context."""
    begin()
    monkeypatch.setattr(span_module, "exception_event", broken)

    @pyflare.trace
    def failing():
        raise KeyError("theirs")

    with pytest.raises(KeyError) as caught:
        failing()
    assert (caught.value.__context__, caught.value.__cause__) == (None, None)
    faults.clear()


def test_the_guard_survives_a_fork_in_another_threads_fault(recorded):
    """A child forked while another thread notes a fault can note its own."""
    held, done = threading.Event(), threading.Event()

    def hold():
        with guard._lock:
            held.set()
            done.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    child = os.fork()
    if child == 0:
        signal.alarm(5)  # dies of it where it waits for a lock that nobody will ever let go of
        guard.fault("test a fork", ValueError("x"))
        os._exit(0)
    done.set()
    thread.join()
    assert os.waitpid(child, 0)[1] == 0


def test_memory_is_bounded_where_payloads_differ(begin):
    """What is remembered of payloads does not grow without end."""
    recorded = begin(inline_limit_bytes=10)
    for number in range(5000):
        work(f"long enough {number}")
    assert len(state.runtime.content._seen) <= 4096
    assert len(recorded.ended()) == 5000


@pytest.mark.slow
def test_a_million_calls_take_no_more_memory_than_the_first(tmp_path):
    """The process' memory after 1,000,000 traced calls is within 64 MB of where it began."""
    result = run(
        tmp_path / "f",
        """
        import gc
        def resident_mb():
            gc.collect()
            with open("/proc/self/smaps_rollup") as file:
                lines = dict(line.split(":", 1) for line in file if ":" in line and "kB" in line)
            return int(lines["Rss"].split()[0]) / 1024
        @pyflare.trace(kind="llm", model="m")
        def leaf(question): return "an answer " * 20
        @pyflare.trace
        def root(question):
            for _ in range(4): leaf(question)
        root("warm up")
        before = resident_mb()
        for number in range(200_000):
            with pyflare.context(user=f"u-{number}", session=f"s-{number}"):
                root(f"question {number} " * 10)
        print(resident_mb() - before)
        """,
        timeout_s=110,
    )
    recorded = result.check()
    assert float(result.stdout) < 64
    assert recorded.losses() == {}


@pytest.mark.slow
def test_an_endless_chain_of_tasks_does_not_hold_its_past(tmp_path):
    """A task that starts the next one from inside its span, for ever, keeps no chain of old spans alive."""
    result = run(
        tmp_path / "f",
        """
        import asyncio, gc
        from pyflare.tracing.span import Span
        left = 20_000
        async def main():
            done = asyncio.Event()
            @pyflare.trace
            async def poll():
                global left
                left -= 1
                if left: asyncio.get_running_loop().call_soon(lambda: tasks.append(asyncio.create_task(poll())))
                else:
                    gc.collect()
                    print(sum(isinstance(thing, Span) for thing in gc.get_objects()))
                    done.set()
            tasks = [asyncio.create_task(poll())]
            while not done.is_set():
                await asyncio.sleep(0.01)
                tasks[:] = tasks[-1:]
            await tasks[-1]
        asyncio.run(main())
        """,
        timeout_s=110,
    )
    assert len(result.check().ended()) == 20_000
    assert int(result.stdout) < 5000  # the tasks that wait to be trimmed, not all there ever were


def test_a_running_journal_shows_what_is_open(begin):
    """Between start and end a span can be seen by another process."""
    recorded = begin()
    with pyflare.span("open", input="question"):
        assert Recorded(recorded.path).running() == ["open"]
    assert Recorded(recorded.path).running() == []
