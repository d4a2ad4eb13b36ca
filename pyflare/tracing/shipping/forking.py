"""Keeping the shipping thread out of a fork's way.

A child has only the thread that forked. What another thread was in the middle
of, stays so in the child for ever: a module half imported cannot be imported
again, and gRPC does not work any more. So the shipping thread does such things
under a lock, and a fork waits for it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final


class ForkGate:
    """A lock between forks and what they must not interrupt."""

    def __init__(self, longest_wait_s: float) -> None:
        """Forks wait `longest_wait_s` seconds at most, and then go on all the same."""
        self._longest_wait_s = longest_wait_s
        self._lock = threading.RLock()
        self._fork = threading.local()  # of the thread that forks: whether it got the lock
        self._is_installed = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """While inside, a fork of this process waits."""
        with self._lock:
            yield

    def install(self) -> None:
        """Have forks wait from now on."""
        if not self._is_installed and hasattr(os, "register_at_fork"):
            self._is_installed = True
            os.register_at_fork(before=self._before, after_in_parent=self._in_parent, after_in_child=self._in_child)

    def _before(self) -> None:
        self._fork.has_lock = self._lock.acquire(timeout=self._longest_wait_s)

    def _in_parent(self) -> None:
        if self._fork.has_lock:
            self._lock.release()

    def _in_child(self) -> None:
        self._lock = threading.RLock()


loading: Final = ForkGate(5.0)
"""Held while modules are imported. That ends by itself."""
talking: Final = ForkGate(0.25)
"""Held while gRPC waits for an answer. A collector that is silent must not hold up the program."""
