"""The wish that a process end: SIGINT and SIGTERM."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class Ending:
    """The wish that the process end."""

    def __init__(self) -> None:
        self._wanted = threading.Event()
        self._tell: Callable[[], None] | None = None

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Take SIGINT and SIGTERM for that wish inside the block."""
        signals = (signal.SIGINT, signal.SIGTERM)
        before = [signal.signal(number, self._handle) for number in signals]
        try:
            yield
        finally:
            for number, handler in zip(signals, before, strict=True):
                signal.signal(number, handler)

    def _handle(self, _: int, __: FrameType | None) -> None:
        self._wanted.set()
        if self._tell is not None:
            self._tell()

    def tell(self, tell: Callable[[], None]) -> None:
        """Have `tell` called when the wish comes; at once, where it has come."""
        self._tell = tell
        if self._wanted.is_set():
            tell()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the wish. Whether it has come."""
        return self._wanted.wait(timeout_s)
