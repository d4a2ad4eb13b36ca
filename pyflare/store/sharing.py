"""One piece of work for all threads that wait for its result."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

_Result = TypeVar("_Result")


class Shared(Generic[_Result]):
    """Does one thing at a time, once for all who asked before it was begun.

    What a thread is given was begun after it asked, so it is as new as if the
    thread had done it alone. However many ask, they wait for two rounds at most.
    """

    def __init__(self, work: Callable[[], _Result]) -> None:
        """Share some work.

        Args:
            work: Called without arguments, never by two threads at once.
        """
        self._work = work
        self._turn = threading.Condition()
        self._begun = 0
        """Rounds begun so far."""
        self._busy = False
        self._latest: tuple[int, _Result] | None = None
        """The last round that succeeded, and its result."""

    def get(self) -> _Result:
        """The result of a round begun from now on. Raises what the work raises, to the thread that did it."""
        number: int | None = None
        try:
            with self._turn:
                wanted = self._begun + 1
                while self._busy:
                    self._turn.wait()
                    if self._latest is not None and self._latest[0] >= wanted:
                        return self._latest[1]
                self._busy, number = True, self._begun + 1
                self._begun = number
            result = self._work()
        except BaseException:  # Ctrl-C too, wherever it comes
            if number is not None:
                self._end(None)
            raise
        self._end((number, result))
        return result

    def _end(self, latest: tuple[int, _Result] | None) -> None:
        with self._turn:
            self._busy = False
            self._latest = latest or self._latest
            self._turn.notify_all()
