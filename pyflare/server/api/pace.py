"""How often one question is worked out anew while a folder keeps changing.

An answer that took a while to make stands for twenty times that while, however
much is written in the meantime: so a question that many ask again and again takes
up a twentieth of one core at most, and its answer is a few seconds old at most.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

STANDS_TIMES: Final = 20
"""How many times as long as it took to make an answer stands."""
STANDS_AT_MOST_S: Final = 5.0
_MOST_QUESTIONS: Final = 1000


@dataclass(frozen=True, slots=True)
class _Standing:
    version: str
    until_s: float


class Pace:
    """Remembers which version of the folder each question was last answered from. Safe for threads."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._standing: OrderedDict[str, _Standing] = OrderedDict()
        self._lock = threading.Lock()

    def version(self, question: str, current: Callable[[], str]) -> str:
        """The version to answer from: the one before while its answer stands, else the current one.

        Whoever comes first after that makes the new answer; the others are given the old one until it is there.
        """
        with self._lock:
            now_s = self._clock_s()
            standing = self._standing.get(question)
            if standing is not None and now_s < standing.until_s:
                return standing.version
            reserved_s = now_s + STANDS_AT_MOST_S
            if standing is None:
                return self._keep(question, current(), reserved_s)
            self._keep(question, standing.version, reserved_s)
        version = current()
        if version == standing.version:
            with self._lock:
                self._keep(question, version, now_s)
        return version

    def timed(self, question: str, version: str, make: Callable[[], Any]) -> Any:
        """Make an answer, and have it stand for as long as it deserves."""
        started_s = self._clock_s()
        made = make()
        ended_s = self._clock_s()
        stands_s = min(STANDS_AT_MOST_S, STANDS_TIMES * (ended_s - started_s))
        with self._lock:
            self._keep(question, version, ended_s + stands_s)
        return made

    def _keep(self, question: str, version: str, until_s: float) -> str:
        self._standing[question] = _Standing(version, until_s)
        self._standing.move_to_end(question)
        while len(self._standing) > _MOST_QUESTIONS:
            self._standing.popitem(last=False)
        return version
