"""A collector that is down costs the program nothing, and nothing is lost by it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks.collector_down import BAR_EXIT_S, BAR_RATIO, DOWN, QUICK_CALLS, measure, rows
from benchmarks.sink import free_port, received, receiver
from tests.architecture.tree import ROOT

CALLS = 1000
DELIVERY_S = 30


class Client:
    """A program of a user, which does what it is told."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, command: str) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def kill(self) -> None:
        self._process.kill()


@contextmanager
def client(folder: Path, port: int) -> Iterator[Client]:
    """Run the program; at the end of the block it ends as programs do, unless it was killed."""
    command = [sys.executable, "-W", "error", "-m", "tests.guarantees.client"]
    with subprocess.Popen(
        [*command, str(folder), f"http://127.0.0.1:{port}"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Client(process)


def wait_until_received(file: Path, keys: Counter[str]) -> None:
    """Wait until the collector has these spans, and see that it has them once."""
    give_up_s = time.monotonic() + DELIVERY_S
    while received(file) != keys and time.monotonic() < give_up_s:
        time.sleep(0.05)
    assert received(file) == keys


@pytest.mark.parametrize("name", DOWN)
def test_the_process_ends_in_time(name: str) -> None:
    """A process with spans to ship ends within two seconds, whatever is the matter with the collector."""
    up, without = measure(name, calls=QUICK_CALLS)
    assert without["exit_s"] < BAR_EXIT_S
    assert without["p50_us"] < 2 * up["p50_us"]  # a single pair on a busy machine


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_calls_are_no_slower() -> None:
    """The median of a call is the same whether the collector works or not."""
    assert [row for row in rows() if not row.ok] == [], f"at most {BAR_RATIO}"


def test_spans_go_out_when_it_is_back(tmp_path: Path) -> None:
    """Spans written while the collector was down, or went down again, go out once when it is back."""
    port, file = free_port(), tmp_path / "received"
    with client(tmp_path / "folder", port) as program:
        keys = Counter(program.ask(f"call {CALLS}"))
        assert program.ask("flush 0.5") is False
        with receiver(port, file):
            assert program.ask(f"flush {DELIVERY_S}") is True
        keys.update(program.ask(f"call {CALLS}"))
        assert program.ask("flush 0.5") is False
        with receiver(port, file):
            assert program.ask(f"flush {DELIVERY_S}") is True
        assert received(file) == keys


def test_the_next_process_delivers(tmp_path: Path) -> None:
    """What a process that ended, and one that was killed, could not ship goes out once with the next process."""
    port, file, folder = free_port(), tmp_path / "received", tmp_path / "folder"
    with client(folder, port) as ended:
        keys = Counter(ended.ask(f"call {CALLS}"))
    with client(folder, port) as killed:
        keys.update(killed.ask(f"call {CALLS}"))
        killed.kill()
    assert received(file) == Counter()
    with receiver(port, file), client(folder, port) as last:
        keys.update(last.ask("call 1"))
        assert last.ask(f"flush {DELIVERY_S}") is True
        wait_until_received(file, keys)
