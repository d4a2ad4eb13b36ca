"""Processes that are killed at random moments, and what they had acknowledged until then."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.architecture.tree import ROOT
from tests.forked import Nursery
from tests.guarantees.writer import KEY_BYTES

STARTING_S: Final = 1.0
"""Longest life of a process that is killed at any moment, from before its first import on."""
WRITING_S: Final = 0.3
"""Longest life of a writer after its first acknowledgement."""
COMPACTING_STEPS: Final = 15
"""Most steps of a compactor that is killed, about two commits."""
STEP_S: Final = 0.03
"""How far into its last step, or beyond, a compactor is killed."""


class Victim:
    """A process that writes to a pipe, and what it has written there."""

    def __init__(self, module: str, folder: Path) -> None:
        self._pipe, theirs = os.pipe()
        command = [sys.executable, "-W", "error", "-m", module, str(folder), str(theirs)]
        self.process = subprocess.Popen(command, cwd=ROOT, pass_fds=(theirs,))
        os.close(theirs)
        self._said = b""
        self._is_over = False
        self._news = threading.Condition()
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self) -> None:
        while chunk := os.read(self._pipe, 1 << 16):
            self._note(chunk)
        os.close(self._pipe)
        self._note(b"", is_over=True)

    def _note(self, chunk: bytes, *, is_over: bool = False) -> None:
        with self._news:
            self._said += chunk
            self._is_over = is_over
            self._news.notify_all()

    def wait_for(self, size_bytes: int) -> None:
        """Wait until it has written so much, or has ended."""
        with self._news:
            done = self._news.wait_for(lambda: len(self._said) >= size_bytes or self._is_over, timeout=60)
        assert done, "the process does not get to work"

    def kill(self) -> bytes:
        """Send SIGKILL. Returns what it had written until then."""
        self.process.kill()
        self.process.wait()
        self._reading.join()
        return self._said


@contextmanager
def victim(module: str, folder: Path) -> Iterator[Victim]:
    """A process that does not outlive the block."""
    process = Victim(module, folder)
    try:
        yield process
    finally:
        process.kill()


def kill_writers(folder: Path, *, writers: int, kills: int, seed: int) -> set[str]:
    """Keep several writers at work and kill them one by one, `kills` times in all.

    Returns:
        The keys of all spans that were acknowledged.
    """
    shares = [len(range(number, kills, writers)) for number in range(writers)]
    with ThreadPoolExecutor(writers) as pool:
        return set().union(*pool.map(_kill_in_turn, [folder] * writers, shares, range(seed, seed + writers)))


def _kill_in_turn(folder: Path, kills: int, seed: int) -> set[str]:
    """One in five is killed at any moment of its life, the others while they write."""
    draw = random.Random(seed)
    acknowledged: set[str] = set()
    for _ in range(kills):
        with victim("tests.guarantees.writer", folder) as writer:
            if draw.random() < 0.2:
                time.sleep(draw.uniform(0, STARTING_S))
            else:
                writer.wait_for(KEY_BYTES)
                time.sleep(draw.uniform(0, WRITING_S))
            assert writer.process.poll() is None, "the writer ended by itself"
            keys = _keys(writer.kill())
        assert acknowledged.isdisjoint(keys)
        acknowledged |= keys
    return acknowledged


def _keys(acknowledgements: bytes) -> set[str]:
    assert len(acknowledgements) % KEY_BYTES == 0
    starts = range(0, len(acknowledgements), KEY_BYTES)
    keys = {acknowledgements[start : start + KEY_BYTES].hex() for start in starts}
    assert len(keys) == len(starts)
    return keys


def kill_compactor(compactors: Nursery, folder: Path, draw: random.Random) -> None:
    """Start a compaction, and kill it at a random moment of it."""
    pipe, theirs = os.pipe()
    compactors.start(folder, descriptor=theirs)
    os.close(theirs)
    left = draw.randint(1, COMPACTING_STEPS)
    while left and (said := os.read(pipe, left)):
        left -= len(said)
    time.sleep(draw.uniform(0, STEP_S))
    compactors.kill()
    os.close(pipe)
