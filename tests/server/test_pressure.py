"""A store that is slow or full: senders are told to come again, what is acknowledged is kept, memory stays bounded."""

from __future__ import annotations

import contextlib
import os
import subprocess
import textwrap
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import disks
from tests.server.journals import span_ids
from tests.server.processes import serving
from tests.server.requests import spans

MIB = 1 << 20


def resident_bytes(pid):
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 24 MB."""
    with disks.small_disk(tmp_path, 24) as disk:
        yield disk


@pytest.fixture
def slow_disk(tmp_path, monkeypatch):
    """A disk that takes a quarter of a second to say that it has something, for processes started meanwhile."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(
        textwrap.dedent("""
            import os, time
            fsync = os.fsync
            def slow(descriptor):
                time.sleep(0.25)
                fsync(descriptor)
            os.fsync = slow
        """)
    )
    monkeypatch.setenv("PYTHONPATH", str(site))


class Senders:
    """Requests with a body of half a megabyte, from many threads; notes what was acknowledged."""

    def __init__(self, receiver):
        self.receiver = receiver
        self.statuses: Counter[int] = Counter()
        self.acknowledged: set[bytes] = set()
        self.most_bytes = 0
        self._text = "x" * (MIB // 2)

    def send(self, number):
        request = spans({"trace": number, "span": number, "attributes": {"text": self._text}})
        status = self.receiver.post(request)
        self.statuses[status] += 1
        if status == 200:
            self.acknowledged.add((number + 1).to_bytes(8, "big"))

    def send_all(self, count, *, threads):
        over = threading.Event()

        def watch():
            while not over.wait(0.05):
                with contextlib.suppress(OSError):
                    self.most_bytes = max(self.most_bytes, resident_bytes(self.receiver.process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(self.send, range(count)))
        over.set()
        watcher.join()


def test_a_full_disk(small_disk):
    """On a full disk senders are told to come again; `/readyz` says why; what was acknowledged is there."""
    with serving(small_disk / "f", config={"sinks": {"store": {"compact_after_mib": 0}}}) as receiver:
        senders = Senders(receiver)
        senders.send_all(120, threads=8)
        assert senders.statuses.keys() == {200, 503}
        assert senders.statuses[200] > 10
        assert "the disk is full" in receiver.get("/readyz")[1]
        assert receiver.metric("pyflare_refused_records_total", reason="disk_full") == senders.statuses[503]
        assert senders.most_bytes < 300 * MIB
        subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
        assert receiver.get("/readyz")[0] == 200, "nobody needs to send for it to be ready again"
        assert list((small_disk / "f").glob(".probe*")) == []
    assert span_ids(small_disk / "f") == dict.fromkeys(senders.acknowledged, 1)


@pytest.mark.usefixtures("slow_disk")
def test_a_slow_disk(tmp_path):
    """Where the disk is slow requests wait for it together, up to a limit; nobody is told what is not so."""
    config = {
        "batcher": {"max_batch_size": 1000, "timeout_ms": 5, "max_queue_size": 20},
        "sinks": {"store": {"fsync": True, "compact_after_mib": 0}},
    }
    with serving(tmp_path / "f", config=config) as receiver:
        senders = Senders(receiver)
        began_s = time.monotonic()
        senders.send_all(200, threads=40)
        assert time.monotonic() - began_s < 60
        assert receiver.get("/healthz")[0] == 200
        assert senders.statuses.keys() == {200, 503}
        assert receiver.metric("pyflare_refused_records_total", reason="queue_full") > 0
        assert senders.most_bytes < 400 * MIB
    assert span_ids(tmp_path / "f") == dict.fromkeys(senders.acknowledged, 1)
