"""The processes that run what users write: few, started when needed, replaced when a query ends one."""

from __future__ import annotations

import glob
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from pyflare.server.api.errors import ApiError
from pyflare.server.api.query_frames import GAVE_UP, ClosedError, Question, Reply, read_frame, write_frame

_HINT: Final = "Hint: "
_SLOTS: Final = 2
_WAITING: Final = 8
_WAIT_S: Final = 3.0
_START_S: Final = 20.0
_SLACK_S: Final = 5.0
"""How much later than its time limit an answer may come: interrupting, and sending a large result."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a query."""

    types: tuple[str, ...]
    stream: bytes
    """An Arrow stream."""


class QueryWorkers:
    """Runs queries in processes of their own, `_SLOTS` at a time. Safe for threads."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._slots = threading.BoundedSemaphore(_SLOTS)
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._waiting = 0

    def run(self, question: Question) -> Answer:
        """Run one query.

        Raises:
            ApiError: It was refused (400), took too long (504), or too many others run (429, 503).
        """
        asked = _encoded(question)
        with self._slot():
            worker = self._take()
            try:
                reply, stream = worker.ask(asked, timeout_s=question.timeout_s)
            except ClosedError:
                raise _failed(question, gave_up=worker.end() == GAVE_UP) from None
            except BaseException:
                worker.end()
                raise
            self._put_back(worker, reply)
        if reply.error is not None:
            raise _refused(reply, question)
        return Answer(reply.types, stream)

    def _put_back(self, worker: _Worker, reply: Reply) -> None:
        """Keep a process for the next query, unless this one left it without memory."""
        if reply.error == "memory":
            worker.end()
            return
        with self._lock:
            self._idle.append(worker)

    def prepare(self) -> None:
        """Have a process ready for the query that probably comes soon."""
        with self._lock:
            if self._idle or not self._slots.acquire(blocking=False):
                return
        try:
            worker = _Worker(self._root)
            with self._lock:
                self._idle.append(worker)
        finally:
            self._slots.release()

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.end()

    @contextmanager
    def _slot(self) -> Iterator[None]:
        with self._lock:
            if self._waiting >= _WAITING:
                raise ApiError(
                    429, "too_many_queries", f"{_WAITING} queries wait already", headers={"retry-after": "2"}
                )
            self._waiting += 1
        try:
            free = self._slots.acquire(timeout=_WAIT_S)
        finally:
            with self._lock:
                self._waiting -= 1
        if not free:
            raise ApiError(
                503, "busy", f"{_SLOTS} queries run already, and none has ended yet",
                hint="Ask again in a moment.", headers={"retry-after": "1"},
            )  # fmt: skip
        try:
            yield
        finally:
            self._slots.release()

    def _take(self) -> _Worker:
        while True:
            with self._lock:
                worker = self._idle.pop() if self._idle else None
            if worker is None:
                return _Worker(self._root)
            if worker.is_alive:
                return worker
            worker.end()


class _Worker:
    """One process, used by one thread at a time."""

    def __init__(self, root: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pyflare.server.api.query_worker", str(root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C in the terminal is for the server, which ends its workers
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to = self._process.stdin.fileno()
        self._from = self._process.stdout.fileno()
        try:
            read_frame(self._from, timeout_s=_START_S)
        except (ClosedError, TimeoutError):
            self.end()
            raise ApiError(
                503, "busy", "no process for the query could be started", headers={"retry-after": "5"}
            ) from None

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def ask(self, question: bytes, *, timeout_s: float) -> tuple[Reply, bytes]:
        """Run one query: what became of it, and the rows as an Arrow stream.

        Raises:
            ClosedError: The process ended meanwhile.
        """
        with suppress(BrokenPipeError):
            write_frame(self._to, question)
        try:
            reply = msgspec.msgpack.decode(read_frame(self._from, timeout_s=timeout_s + _SLACK_S), type=Reply)
            return reply, b"" if reply.error else read_frame(self._from, timeout_s=_SLACK_S)
        except TimeoutError:
            raise ClosedError from None

    def end(self) -> int:
        """End the process, delete what it had put on disk, and return its exit code, negative where we ended it."""
        if self._process.poll() is None:
            self._process.kill()
        code = self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        for spilled in glob.glob(f"{tempfile.gettempdir()}/pyflare-{self._process.pid}-*"):
            shutil.rmtree(spilled, ignore_errors=True)
        return code


def _encoded(question: Question) -> bytes:
    try:
        return msgspec.msgpack.encode(question)
    except (OverflowError, ValueError, TypeError) as error:
        raise ApiError(
            400, "bad_query", f"expected parameters that SQL has types for: {error}",
            hint="Send integers beyond 64 bits as text.",
        ) from None  # fmt: skip


def _refused(reply: Reply, question: Question) -> ApiError:
    match reply.error:
        case "timeout":
            return _too_slow(question)
        case "memory":
            return _too_large(reply.message.partition(_HINT)[0].strip())
        case "corrupt":
            return ApiError(500, "corrupt", reply.message)
    message, _, hint = reply.message.partition(_HINT)
    return ApiError(400, "bad_query", message.strip(), hint=hint.strip() or None)


def _failed(question: Question, *, gave_up: bool) -> ApiError:
    return _too_slow(question) if gave_up else _too_large("the query used up what its process may have, and ended it")


def _too_slow(question: Question) -> ApiError:
    return ApiError(
        504, "timeout", f"the query was not done after {question.timeout_s:g} s and was ended",
        hint="Narrow it: a range of start_time, fewer columns, no cross join.",
    )  # fmt: skip


def _too_large(message: str) -> ApiError:
    return ApiError(400, "out_of_memory", message, hint="Select fewer columns or a shorter time range.")
