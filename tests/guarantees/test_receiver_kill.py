"""`kill -9` of the receiver under load: every acknowledged span is read back, once."""

from __future__ import annotations

import itertools
import os
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

import pyflare
from pyflare.otlp.messages import SHAPES
from pyflare.store.compaction import compact
from tests.server.processes import serving
from tests.server.requests import spans

SENDERS = 6


class Load:
    """Senders over HTTP and gRPC, each of which notes the spans of every request that was acknowledged."""

    def __init__(self) -> None:
        self.acknowledged: set[str] = set()
        self._numbers = itertools.count()
        self._retry: list[tuple[object, set[str]]] = []

    def make(self) -> tuple[object, set[str]]:
        """A request with spans that no other has, and their ids. Now and then a large one."""
        first = next(self._numbers) * 1000
        count = 200 if first % 20_000 == 0 else 3
        request = spans(*({"trace": first, "span": first + n, "attributes": {"t": "x" * 500}} for n in range(count)))
        ids = {span.span_id.hex() for span in request.resource_spans[0].scope_spans[0].spans}
        return request, ids

    def send_until_down(self, send) -> None:
        """Send until the receiver is gone. What was not acknowledged is sent again to the next one."""
        while True:
            request, ids = self._retry.pop() if self._retry else self.make()
            try:
                acknowledged = send(request)
            except (OSError, grpc.RpcError):
                self._retry.append((request, ids))
                return
            if acknowledged:
                self.acknowledged |= ids


def over_http(receiver):
    return lambda request: receiver.post(request) == 200


def over_grpc(port):
    shape = SHAPES["traces"]
    channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.enable_retries", 0)])
    export = channel.unary_unary(f"/{shape.service}/Export", response_deserializer=shape.response.FromString)

    def send(request) -> bool:
        export(request.SerializeToString(), timeout=20)
        return True

    return send


def kill_under_load(folder: Path, load: Load, draw: random.Random, *, workers: int) -> None:
    """Start a receiver, have it under load, and kill it and its workers at a random moment."""
    config = {"sinks": {"store": {"compact_after_mib": 1}}}
    with serving(folder, "--workers", str(workers), config=config) as receiver, ThreadPoolExecutor(SENDERS) as pool:
        for number in range(SENDERS):
            pool.submit(load.send_until_down, over_grpc(receiver.grpc) if number % 3 == 0 else over_http(receiver))
        time.sleep(draw.uniform(0.3, 1.5))
        for pid in children(receiver.process.pid):
            os.kill(pid, 9)
        receiver.process.kill()


def children(pid: int) -> list[int]:
    """The worker processes of a receiver; a compaction that it has started goes on."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    pids = [int(word) for word in listed.read_text().split()] if listed.exists() else []
    return [child for child in pids if b"pyflare.store.compactor" not in Path(f"/proc/{child}/cmdline").read_bytes()]


def stored(folder: Path) -> Counter[str]:
    """How often each span is read back, by id."""
    with pyflare.open(folder, compact=False) as workspace:
        return Counter(workspace.sql("SELECT span_id FROM spans")["span_id"].to_pylist())


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=[pytest.mark.slow, pytest.mark.timeout(900)])])
@pytest.mark.parametrize("workers", [1, 2])
def test_every_acknowledged_span_is_there_once(tmp_path: Path, kills: int, workers: int) -> None:
    """However often the receiver is killed under load, what it acknowledged is read back, once; so it is when compacted."""
    folder, load, draw = tmp_path / "f", Load(), random.Random(kills)
    for _ in range(kills):
        kill_under_load(folder, load, draw, workers=workers)
    assert len(load.acknowledged) > 100 * kills
    for _ in range(2):
        found = stored(folder)
        lost = load.acknowledged - found.keys()
        assert not lost, f"{len(lost)} of {len(load.acknowledged)} acknowledged spans are lost, such as {min(lost)}"
        assert [key for key, count in found.items() if count > 1] == []
        compact(folder)
