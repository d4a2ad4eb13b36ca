"""A process that runs what users write, one query at a time: `python -m pyflare.server.api.query_worker FOLDER`.

DuckDB refuses whatever writes or leaves the folder. What it does not bound, such as
one string of gigabytes that is made in one piece, which no interrupt ends, is bounded by
this process: the system refuses it memory, and it ends itself when a query will not.
"""

from __future__ import annotations

import os
import re
import resource
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa

from pyflare.errors import CorruptError, PyFlareError, QueryError
from pyflare.server.api.query_frames import GAVE_UP, ClosedError, Question, Reply, read_frame, write_frame
from pyflare.store.engine import Engine

_MEMORY_BYTES: Final = 3 << 30
"""What the process may have in all."""
_SETTINGS: Final = {"memory_limit": "'1GB'", "max_temp_directory_size": "'1GB'", "max_expression_depth": "250"}
_RESULT_BYTES: Final = 64 << 20
_IDLE_S: Final = 300.0
"""It ends when it has had nothing to do for so long."""
_GRACE_S: Final = 1.0
"""How long a query may go on after it was interrupted."""
_INTERRUPT_EVERY_S: Final = 0.1
_OUT_OF_MEMORY: Final = re.compile(r"Out of Memory Error|bad_alloc")
_NICENESS: Final = 5
"""The viewer's own queries come first."""


def main() -> None:
    """Answer until the server closes the pipe."""
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY_BYTES, _MEMORY_BYTES))
    os.nice(_NICENESS)
    source, target = sys.stdin.fileno(), os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing else may speak into the frames
    engine = Engine(Path(sys.argv[1]), settings=_SETTINGS)
    write_frame(target, b"ready")
    decoder = msgspec.msgpack.Decoder(Question)
    while True:
        try:
            question = decoder.decode(read_frame(source, timeout_s=_IDLE_S))
        except (ClosedError, TimeoutError):
            return
        for frame in _answer(engine, question):
            write_frame(target, frame)


def _answer(engine: Engine, question: Question) -> Iterator[bytes]:
    watch = _Watch(engine, question.timeout_s)
    try:
        with watch.watching():
            head = engine.head(question.sql, question.params or None, rows=question.rows, size_bytes=_RESULT_BYTES)
            content = _stream(head.rows)
    except MemoryError:
        reply = Reply(error="memory", message="the query needs more memory than queries may have")
    except Exception as error:
        reply = _refusal(error, interrupted=watch.interrupted)
    else:
        yield msgspec.msgpack.encode(Reply(types=head.types))
        yield content
        return
    yield msgspec.msgpack.encode(reply)


def _refusal(error: Exception, *, interrupted: bool) -> Reply:
    if interrupted:
        return Reply(error="timeout")
    if _OUT_OF_MEMORY.search(str(error)):
        return Reply(error="memory", message=str(error))
    if isinstance(error, CorruptError):
        return Reply(error="corrupt", message=str(error))
    if isinstance(error, QueryError):
        return Reply(error="query", message=str(error))
    if isinstance(error, PyFlareError):
        return Reply(error="corrupt", message=str(error))
    return Reply(error="query", message=f"{type(error).__name__}: {error}")


def _stream(rows: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows)
    return bytes(sink.getvalue())


class _Watch:
    """Interrupts a query that takes too long, and ends the process where that does not help."""

    def __init__(self, engine: Engine, timeout_s: float) -> None:
        self.interrupted = False
        self._engine = engine
        self._timeout_s = timeout_s
        self._done = threading.Event()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch over the block."""
        thread = threading.Thread(target=self._watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._done.set()
            thread.join()

    def _watch(self) -> None:
        if self._done.wait(self._timeout_s):
            return
        until_s = time.monotonic() + _GRACE_S
        while not self._done.is_set():
            self.interrupted = True
            self._engine.interrupt()
            if time.monotonic() > until_s:
                os._exit(GAVE_UP)
            self._done.wait(_INTERRUPT_EVERY_S)


if __name__ == "__main__":
    main()
