"""Shipping and the life of processes: killed, forked, ended while the collector is down or silent."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.tracing.shipping.journals import journal, shipper, write_span

PREAMBLE = """
import os, sys, time
from pathlib import Path
import tests.offline
tests.offline.block()
from pyflare.tracing.shipping import Destination
from tests.tracing.shipping.journals import journal, shipper, write_span

root, endpoint, protocol = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
destination = Destination(endpoint=endpoint, protocol=protocol)
writer = journal(root, destination, keep=False)
ships = shipper(writer, destination)
"""


@contextmanager
def program(root: Path, collector_port: int, protocol: str, code: str) -> Iterator[subprocess.Popen[str]]:
    """A process that ships: the code has `writer`, `ships` and `destination`."""
    script = PREAMBLE + textwrap.dedent(code)
    endpoint = f"http://127.0.0.1:{collector_port}"
    with subprocess.Popen(
        # From Python 3.12 on, a fork beside threads is warned of; some of these programs fork.
        [
            sys.executable,
            "-W",
            "error",
            "-W",
            "ignore:This process:DeprecationWarning",
            "-c",
            script,
            str(root),
            endpoint,
            protocol,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        if process.poll() is None:
            process.kill()


def test_a_killed_process_spans_are_shipped_by_the_next(collector, tmp_path):
    """SIGKILL while the collector is down: another process delivers every span whose write had returned."""
    collector.stop()
    code = """
    number = 0
    while True:
        print(write_span(writer).hex(), flush=True)
    """
    with program(tmp_path, collector.port, collector.protocol, code) as process:
        assert process.stdout is not None
        written = [bytes.fromhex(process.stdout.readline().strip()) for _ in range(300)]
        process.send_signal(signal.SIGKILL)
        written += [bytes.fromhex(line.strip()) for line in process.stdout if len(line) == 17]
    collector.start()
    writer = journal(tmp_path, collector.destination())
    write_span(writer)
    ships = shipper(writer, collector.destination())
    deadline_s = time.monotonic() + 10
    while not set(written) <= set(collector.counts) and time.monotonic() < deadline_s:
        time.sleep(0.02)
    assert ships.flush(5)
    counts = collector.counts
    assert all(counts[span_id] == 1 for span_id in written)
    writer.close()
    ships.stop(5)


def test_a_process_killed_while_it_ships_leaves_nothing_missing(collector, tmp_path):
    """SIGKILL at any moment of shipping: nothing missing, and doubles only of the batch under way."""
    code = """
    while True:
        print(write_span(writer).hex(), flush=True)
    """
    with program(tmp_path, collector.port, collector.protocol, code) as process:
        assert process.stdout is not None
        written = []
        while len(collector.spans) < 100:
            written.append(bytes.fromhex(process.stdout.readline().strip()))
        process.send_signal(signal.SIGKILL)
        written += [bytes.fromhex(line.strip()) for line in process.stdout if len(line) == 17]
    writer = journal(tmp_path, collector.destination())
    ships = shipper(writer, collector.destination())
    deadline_s = time.monotonic() + 10
    while not set(written) <= set(collector.counts) and time.monotonic() < deadline_s:
        time.sleep(0.02)
    assert set(written) <= set(collector.counts)
    assert sum(count > 1 for count in collector.counts.values()) <= 512
    writer.close()
    ships.stop(5)


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port where connections are taken and nothing is ever answered."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(5)
        yield listener.getsockname()[1]


ENDS = """
import atexit

def end():
    writer.close()
    ships.stop(1.5)

atexit.register(end)
for _ in range(1000):
    write_span(writer)
time.sleep({runs_s})
print(time.time(), flush=True)
"""


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
@pytest.mark.parametrize("runs_s", [0, 0.5])
def test_the_end_of_a_process_does_not_wait_for_a_silent_collector(silent_port, tmp_path, protocol, runs_s):
    """With a collector that never answers the process is gone within two seconds, without an error."""
    with program(tmp_path, silent_port, protocol, ENDS.format(runs_s=runs_s)) as process:
        output, errors = process.communicate(timeout=30)
        ended_s = time.time()
    assert process.returncode == 0
    assert errors == ""
    assert ended_s - float(output) < 2.0


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_the_end_of_a_process_does_not_wait_for_a_collector_that_is_down(tmp_path, protocol):
    """With nothing at the port the process ends at once, and the spans wait on disk."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with program(tmp_path, port, protocol, ENDS.format(runs_s=0)) as process:
        output, errors = process.communicate(timeout=30)
        ended_s = time.time()
    assert process.returncode == 0
    assert "Spans wait on disk" in errors
    assert ended_s - float(output) < 1.0
    assert len(list(tmp_path.glob("journal/*/*.seg"))) >= 1


def test_a_forked_child_ships_its_own(collector, tmp_path):
    """Parent and child each ship what they wrote, the parent also what it wrote after the fork."""
    code = """
    write_span(writer, "before")
    assert ships.flush(10)
    child = os.fork()
    if not child:
        writer.abandon_in_child()
        own = journal(root, destination, keep=False)
        ships.after_fork(own)
        write_span(own, "child")
        assert ships.flush(10)
        own.close()
        assert ships.stop(5)
        os._exit(0)
    write_span(writer, "after")
    assert ships.flush(10)
    assert os.waitpid(child, 0)[1] == 0
    writer.close()
    assert ships.stop(5)
    """
    with program(tmp_path, collector.port, collector.protocol, code) as process:
        _, errors = process.communicate(timeout=30)
    assert "Error" not in errors
    assert process.returncode == 0
    assert sorted(collector.names) == ["after", "before", "child"]
    assert os.listdir(tmp_path / "journal") == []


def test_a_child_ships_what_its_dead_parent_left(collector, tmp_path):
    """The parent's lock does not live on in its children."""
    collector.stop()
    code = """
    write_span(writer, "parent")
    ships.flush(0.2)
    if not os.fork():
        writer.abandon_in_child()
        own = journal(root, destination, keep=False)
        ships.after_fork(own)
        write_span(own, "child")
        print("forked", flush=True)
        time.sleep(30)
    os._exit(0)
    """
    with program(tmp_path, collector.port, collector.protocol, code) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "forked\n"
        process.wait(10)
        collector.start()
        deadline_s = time.monotonic() + 20
        while len(collector.names) < 2 and time.monotonic() < deadline_s:
            time.sleep(0.05)
        names = sorted(collector.names)
        _kill_children_of(tmp_path)
    assert names == ["child", "parent"]


def test_children_forked_at_any_moment_can_ship(collector, tmp_path):
    """A fork does not leave the child with a half-loaded module or a gRPC that was interrupted."""
    code = """
    import threading
    is_over = False

    def busy():
        while not is_over:
            write_span(writer, "parent")
            ships.flush(1)

    thread = threading.Thread(target=busy)
    thread.start()
    children = []
    for _ in range(12):
        child = os.fork()
        if not child:
            writer.abandon_in_child()
            own = journal(root, destination, keep=False)
            ships.after_fork(own)
            write_span(own, "child")
            own.close()
            os._exit(0 if ships.stop(10) else 1)
        children.append(child)
        time.sleep(0.015)
    codes = [os.waitpid(child, 0)[1] for child in children]
    is_over = True
    thread.join()
    writer.close()
    assert ships.stop(5)
    assert codes == [0] * 12, codes
    """
    with program(tmp_path, collector.port, collector.protocol, code) as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert collector.names.count("child") == 12
    assert max(collector.counts.values()) == 1


def _kill_children_of(root: Path) -> None:
    """End the processes whose journals are below the root, which the test itself started."""
    for directory in (root / "journal").iterdir():
        try:
            os.kill(int(directory.name.split("-")[1]), signal.SIGKILL)
        except ProcessLookupError:
            continue


def test_nothing_slow_is_loaded_before_there_is_something_to_ship(tmp_path):
    """Preparing to ship loads neither requests, protobuf, gRPC nor the SDK."""
    code = """
    ships.flush(5)
    loaded = [name for name in ("requests", "google.protobuf", "grpc", "opentelemetry.sdk") if name in sys.modules]
    assert not loaded, loaded
    """
    with program(tmp_path, 9, "grpc", code) as process:
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
