"""Several receiver processes on the same ports, and the one that watches over them."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyflare.server.config import CollectorConfig
from pyflare.server.counters import Counters
from pyflare.server.ending import Ending
from pyflare.server.live import make_ticker
from pyflare.server.ports import Ports
from pyflare.server.process import serve
from pyflare.server.saying import say
from pyflare.server.sinks.backlog import Backlog, BacklogWatch

_TICK_S: Final = 0.2
_LOOK_FOR_PARENT_S: Final = 1.0
_LONGEST_END_S: Final = 15.0
"""How long workers may take to end before they are killed."""
_STEADY_S: Final = 10.0
"""A worker that lived so long is started again at once when it dies."""
_LONGEST_PAUSE_S: Final = 30.0


@dataclass(slots=True, kw_only=True)
class _Worker:
    number: int
    pid: int = 0
    """0 while it is not running."""
    started_s: float = 0.0
    start_at_s: float = 0.0
    failures: int = 0


class Supervisor:
    """Forks the workers, each with a journal of its own, and starts those again that die.

    It opens no port, starts no thread and loads no gRPC, so that it can fork at any time.
    """

    def __init__(self, config: CollectorConfig, root: Path, *, ports: Ports, counters: Counters) -> None:
        self._config = config
        self._root = root
        self._ports = ports
        self._counters = counters
        self._watch = BacklogWatch(root)
        self._workers = [_Worker(number=number) for number in range(config.workers)]
        self._started_read, self._started_write = os.pipe()
        os.set_blocking(self._started_read, False)
        self._started = 0

    def run(self, on_started: Callable[[], None]) -> None:
        """Watch over the workers until SIGINT or SIGTERM; then have them end."""
        ending = Ending()
        with ending.on_signals():
            self._start_due()
            ticker = make_ticker(self._counters, self._backlog)
            try:
                while not ending.wait(_TICK_S):
                    self._reap()
                    self._start_due()
                    if self._all_started_now():
                        on_started()
                    ticker.tick()
            finally:
                self._end()
                ticker.close()

    def _backlog(self) -> Backlog:
        self._watch.look()
        return self._watch.now

    def _start_due(self) -> None:
        for worker in self._workers:
            if not worker.pid and time.monotonic() >= worker.start_at_s:
                worker.started_s = time.monotonic()
                worker.pid = self._fork(worker.number)

    def _fork(self, number: int) -> int:
        sys.stderr.flush()
        parent = os.getpid()
        pid = os.fork()
        if pid:
            return pid
        code = 1
        for ended_by in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ended_by, signal.SIG_DFL)
        try:
            _end_with(parent)
            serve(
                self._config,
                self._root,
                ports=self._ports,
                counters=self._counters,
                worker=number,
                on_started=lambda: _tell(self._started_write),
            )
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)  # nothing of the parent's is to be closed here

    def _all_started_now(self) -> bool:
        """Whether the last of the workers has just opened its ports for the first time."""
        try:
            came = len(os.read(self._started_read, 1024))
        except BlockingIOError:
            return False
        before, self._started = self._started, self._started + came
        return before < len(self._workers) <= self._started

    def _reap(self) -> None:
        for worker in self._workers:
            if not worker.pid:
                continue
            pid, status = os.waitpid(worker.pid, os.WNOHANG)
            if pid:
                self._note_death(worker, status)

    def _note_death(self, worker: _Worker, status: int) -> None:
        now_s = time.monotonic()
        worker.failures = 0 if now_s - worker.started_s >= _STEADY_S else worker.failures + 1
        pause_s = 0.0 if worker.failures <= 1 else min(_LONGEST_PAUSE_S, 2.0 ** (worker.failures - 2))
        code = os.waitstatus_to_exitcode(status)
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
        say(
            f"worker {worker.number} (pid {worker.pid}) {how}; starting it again"
            + f" in {pause_s:.0f} s" * (pause_s > 0)
        )
        worker.pid, worker.start_at_s = 0, now_s + pause_s

    def _end(self) -> None:
        """Have the workers end, and wait for them."""
        self._signal(signal.SIGTERM)
        until_s = time.monotonic() + _LONGEST_END_S
        while any(worker.pid for worker in self._workers):
            for worker in self._workers:
                if worker.pid and os.waitpid(worker.pid, os.WNOHANG)[0]:
                    worker.pid = 0
            if time.monotonic() >= until_s:
                self._signal(signal.SIGKILL)
            time.sleep(0.02)
        os.close(self._started_read)
        os.close(self._started_write)

    def _signal(self, number: signal.Signals) -> None:
        for worker in self._workers:
            if worker.pid:
                os.kill(worker.pid, number)


def _tell(descriptor: int) -> None:
    os.write(descriptor, b".")


def _end_with(parent: int) -> None:
    """Have this process end when its parent is gone."""

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_FOR_PARENT_S)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=look, name="pyflare-parent", daemon=True).start()
