"""The shipping thread: nothing missing, nothing twice, and no hurry."""

from __future__ import annotations

import logging
import threading
import time

import pytest

from pyflare.config import Settings
from pyflare.errors import MissingExtraError
from pyflare.store.journal.reader import list_writers
from pyflare.tracing.shipping import Destination, Shipper
from pyflare.tracing.shipping.connect import check_installed
from tests.tracing.shipping.collectors import Reply
from tests.tracing.shipping.journals import (
    identity,
    journal,
    settings,
    shipper,
    write_end,
    write_span,
    write_start,
    write_verdict,
)


def wait_until(condition, timeout_s=10.0):
    """Whether the condition came true in time."""
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline_s:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture
def running(collector, tmp_path):
    """A journal and its shipper, which is ended with the test."""
    writer = journal(tmp_path, collector.destination())
    ships = shipper(writer, collector.destination())
    yield writer, ships
    writer.close()
    ships.stop(5)


def test_spans_are_shipped_without_being_asked_for(collector, running):
    """A span goes out within the interval."""
    writer, _ = running
    span_id = write_span(writer, "hello")
    assert wait_until(lambda: collector.counts[span_id] == 1)


def test_flush_returns_when_everything_is_acknowledged(collector, running):
    """All that was written before is there, once, in as few requests as batches."""
    writer, ships = running
    expected = {write_span(writer): 1 for _ in range(1300)}
    assert ships.flush(10)
    assert collector.counts == expected
    assert all(len(request.resource_spans[0].scope_spans[0].spans) <= 512 for request in collector.requests)


def test_flush_with_nothing_written_is_done_at_once(running):
    """An empty journal is shipped."""
    _, ships = running
    assert ships.flush(5)


def test_a_collector_that_was_down_gets_everything_once(collector, running):
    """Spans wait on disk while it is down, and go out when it is back: none missing, none twice."""
    writer, ships = running
    expected = {write_span(writer): 1 for _ in range(100)}
    assert ships.flush(10)
    collector.stop()
    expected |= {write_span(writer): 1 for _ in range(700)}
    assert not ships.flush(0.3)
    collector.start()
    assert wait_until(lambda: collector.counts == expected)


def test_nobody_is_told_twice_that_the_collector_is_down(collector, running, caplog):
    """One warning when it goes away, one line when it is back."""
    caplog.set_level(logging.INFO, logger="pyflare")
    writer, ships = running
    collector.stop()
    write_span(writer)
    for _ in range(3):
        assert not ships.flush(0.2)
    collector.start()
    assert ships.flush(10)
    assert [record.levelname for record in caplog.records if "ship" in record.message] == ["WARNING", "INFO"]


def test_a_collector_that_is_down_is_not_pestered(http_collector, tmp_path):
    """Attempts become rarer; user threads only write to disk."""
    writer = journal(tmp_path, http_collector.destination())
    http_collector.script = lambda _: Reply(status=503, keeps=False)
    ships = shipper(writer, http_collector.destination(), ship_interval_s=0.01)
    began_s = time.monotonic()
    while time.monotonic() < began_s + 1.5:
        write_span(writer)
        time.sleep(0.005)
    assert 1 <= len(http_collector.requests) <= 4
    writer.close()
    ships.stop(0)


def test_a_lost_acknowledgement_costs_a_duplicate_at_most(http_collector, tmp_path):
    """Where the answer never came, the batch is sent again; nothing is missing."""
    http_collector.replies.append(Reply(hangs_up=True))
    writer = journal(tmp_path, http_collector.destination())
    spans = [write_span(writer) for _ in range(5)]
    ships = shipper(writer, http_collector.destination())
    assert ships.flush(10)
    assert http_collector.counts == dict.fromkeys(spans, 2)
    writer.close()
    ships.stop(5)


def test_an_idle_connection_that_was_closed_is_opened_again(http_collector, running_http):
    """A restarted collector does not see anything twice."""
    writer, ships = running_http
    first = write_span(writer)
    assert ships.flush(10)
    http_collector.stop()
    http_collector.start()
    second = write_span(writer)
    assert ships.flush(10)
    assert http_collector.counts == {first: 1, second: 1}


@pytest.fixture
def running_http(http_collector, tmp_path):
    """A journal and its shipper, over HTTP."""
    writer = journal(tmp_path, http_collector.destination())
    ships = shipper(writer, http_collector.destination())
    yield writer, ships
    writer.close()
    ships.stop(5)


def test_retry_after_is_respected_even_by_a_flush(collector, running):
    """Where the collector says how long, nothing goes out before."""
    import grpc

    writer, ships = running
    busy = Reply(status=429, grpc_code=grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after_s=1.0, keeps=False)
    collector.replies.append(busy)
    span_id = write_span(writer)
    assert not ships.flush(0.3)
    assert not ships.flush(0.3)
    assert ships.flush(10)
    assert collector.counts == {span_id: 1}
    assert collector.times_s[1] - collector.times_s[0] >= 1.0


def test_what_the_collector_refuses_is_counted(collector, running):
    """Refused for good: counted in the process' losses, and the others go out."""
    import grpc

    writer, ships = running
    collector.replies += [Reply(status=400, grpc_code=grpc.StatusCode.INVALID_ARGUMENT, keeps=False)]
    write_span(writer)
    assert ships.flush(10)
    collector.replies.append(Reply(rejected=2, details="no"))
    write_span(writer)
    assert ships.flush(10)
    assert writer.losses.counts() == {"ship_rejected": 3}


def test_many_threads_write_while_it_ships(collector, running):
    """Spans written at any moment are shipped exactly once."""
    writer, ships = running
    written: list[bytes] = []

    def write():
        written.extend(write_span(writer) for _ in range(500))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ships.flush(20)
    assert collector.counts == dict.fromkeys(written, 1)


def test_a_spool_leaves_nothing_behind(collector, tmp_path):
    """Closed, shipped, stopped: the journal's directory is gone."""
    writer = journal(tmp_path, collector.destination(), keep=False)
    ships = shipper(writer, collector.destination())
    spans = [write_span(writer) for _ in range(3000)]
    writer.close()
    assert ships.stop(10)
    assert collector.counts == dict.fromkeys(spans, 1)
    assert not writer.directory.exists()


def test_stop_is_quick_where_the_collector_is_down(collector, tmp_path):
    """The program's end is not held up; what is left waits."""
    writer = journal(tmp_path, collector.destination(), keep=False)
    ships = shipper(writer, collector.destination())
    collector.stop()
    write_span(writer)
    began_s = time.monotonic()
    writer.close()
    assert not ships.stop(2)
    assert time.monotonic() - began_s < 1.0
    assert list(writer.directory.glob("*.seg"))


def test_the_next_process_ships_what_an_ended_one_left(collector, tmp_path):
    """An orphan is shipped by whoever starts with the same destination, its own first."""
    orphan = journal(tmp_path, collector.destination(), keep=False)
    left = [write_span(orphan, "left") for _ in range(600)]
    orphan.close()
    elsewhere = journal(tmp_path, Destination(endpoint="http://elsewhere:1"), keep=False)
    write_span(elsewhere, "elsewhere")
    elsewhere.close()
    writer = journal(tmp_path, collector.destination(), keep=False)
    own = write_span(writer, "own")
    ships = shipper(writer, collector.destination())
    assert wait_until(lambda: collector.counts == dict.fromkeys([own, *left], 1))
    assert collector.names[0] == "own"
    writer.close()
    ships.stop(5)
    assert [found.directory for found in list_writers(tmp_path)] == [elsewhere.directory]


def test_what_others_left_does_not_hold_up_a_flush_or_the_end(http_collector, tmp_path):
    """A large backlog of an ended process is left off for what this process was asked to ship."""
    destination = http_collector.destination()
    orphan = journal(tmp_path, destination)
    left = [write_span(orphan, "left") for _ in range(200)]
    orphan.close()

    def slow(_):
        time.sleep(0.02)

    http_collector.script = slow
    writer = journal(tmp_path, destination)
    ships = shipper(writer, destination, ship_batch_spans=1)
    assert wait_until(lambda: "left" in http_collector.names)
    write_span(writer, "flushed")
    assert ships.flush(1)
    write_span(writer, "last")
    writer.close()
    began_s = time.monotonic()
    assert ships.stop(0.5)
    assert time.monotonic() - began_s < 1.0
    assert {"flushed", "last"} <= set(http_collector.names)
    assert http_collector.names.count("left") < 200
    http_collector.script = None
    assert wait_until(lambda: all(thread.name != "pyflare-shipping" for thread in threading.enumerate()))
    heir = journal(tmp_path, destination)
    ships = shipper(heir, destination)
    assert wait_until(lambda: http_collector.names.count("left") >= 200)
    assert all(http_collector.counts[span_id] == 1 for span_id in left)
    ships.stop(5)


def test_two_processes_do_not_ship_one_orphan_twice(collector, tmp_path):
    """Several shippers over one folder, many orphans: each span once."""
    spans = []
    for _ in range(10):
        orphan = journal(tmp_path, collector.destination())
        spans += [write_span(orphan) for _ in range(50)]
        orphan.close()
    writers = [journal(tmp_path, collector.destination()) for _ in range(4)]
    several = [shipper(writer, collector.destination()) for writer in writers]
    assert wait_until(lambda: len(collector.spans) >= len(spans))
    for ships in several:
        assert ships.flush(10)
        ships.stop(5)
    assert collector.counts == dict.fromkeys(spans, 1)


def test_a_living_process_ships_its_own(collector, tmp_path):
    """Nobody takes the journal of a process that lives."""
    living = journal(tmp_path, collector.destination())
    write_span(living)
    writer = journal(tmp_path, collector.destination())
    ships = shipper(writer, collector.destination())
    assert ships.flush(5)
    time.sleep(0.2)
    assert collector.spans == []
    living.close()
    ships.stop(5)


def test_tail_sampling_holds_back_and_drops(collector, tmp_path):
    """With tail sampling on, a trace goes out when it is decided, and a refused one never."""
    writer = journal(tmp_path, collector.destination())
    ships = shipper(writer, collector.destination(), tail_rate=0.5)
    (kept, kept_root), (refused, refused_root) = identity(), identity()
    for trace_id, root_id in ((kept, kept_root), (refused, refused_root)):
        write_start(writer, "root", trace_id, root_id)
        write_end(writer, "step", trace_id, identity()[1], root_id)
    assert ships.flush(5)
    assert collector.spans == []
    write_verdict(writer, refused)
    write_end(writer, "root", refused, refused_root)
    write_end(writer, "root", kept, kept_root)
    assert ships.flush(5)
    assert [(span.name, span.trace_id) for span in collector.spans] == [("step", kept), ("root", kept)]
    writer.close()
    ships.stop(5)


def test_start_and_stop_may_be_called_again(collector, tmp_path):
    """A second start starts nothing, a second stop waits for nothing, a flush after it says no."""
    writer = journal(tmp_path, collector.destination())
    ships = shipper(writer, collector.destination())
    ships.start()
    assert sum(thread.name == "pyflare-shipping" for thread in threading.enumerate()) == 1
    assert ships.stop(5)
    ships.stop(5)
    assert not ships.flush(0.1)


def test_no_connection_before_there_is_something_to_ship(http_collector, tmp_path, monkeypatch):
    """A shipper with nothing to ship opens no socket."""
    opened = []
    monkeypatch.setattr("socket.socket.connect", lambda *address: opened.append(address))
    writer = journal(tmp_path, http_collector.destination())
    ships = shipper(writer, http_collector.destination())
    assert ships.flush(5)
    ships.stop(5)
    assert opened == []


def test_grpc_without_its_extra_says_which(monkeypatch):
    """The error names the extra to install."""
    monkeypatch.setattr("pyflare.tracing.shipping.connect.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"pyflare\[grpc\]"):
        check_installed(Destination(endpoint="http://c:1", protocol="grpc"))


def test_a_fault_of_ours_does_not_end_the_thread(http_collector, tmp_path, monkeypatch):
    """Whatever goes wrong in a round, the next one begins."""
    faults = []

    def fails_once(*arguments):
        if not faults:
            faults.append(1)
            raise RuntimeError("a bug")
        return original(*arguments)

    from pyflare.tracing.shipping.courier import Courier

    original = Courier._ship
    monkeypatch.setattr(Courier, "_ship", fails_once)
    writer = journal(tmp_path, http_collector.destination())
    span_id = write_span(writer)
    ships = Shipper(tmp_path, writer, http_collector.destination(), settings())
    ships.start()
    assert wait_until(lambda: http_collector.counts[span_id] == 1)
    writer.close()
    ships.stop(5)


def test_settings_have_what_the_shipper_needs():
    """The defaults ship every second, 512 spans at a time."""
    assert (Settings().ship_interval_s, Settings().ship_batch_spans) == (1.0, 512)
