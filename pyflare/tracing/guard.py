"""The one place where PyFlare's own faults are caught, so that they never reach user code."""

from __future__ import annotations

import logging
import threading
from typing import Final

logger: Final = logging.getLogger("pyflare")


class Guard:
    """Logs each kind of fault once, counts them all, and raises them only in strict mode."""

    def __init__(self) -> None:
        self.strict = False
        self.faults: dict[str, int] = {}
        self._advised: set[str] = set()
        self._lock = threading.RLock()

    def after_fork(self) -> None:
        """In the child: a thread that is not here may hold the parent's lock."""
        self._lock = threading.RLock()

    def fault(self, where: str, error: BaseException, *, said: str | None = None) -> None:
        """Take note of `error`, which PyFlare itself caused in `where`.

        Args:
            where: What it was doing.
            error: What went wrong.
            said: The warning's whole text, where the error's stack says nothing more.

        Raises:
            BaseException: `error` again, in strict mode (see `pyflare.testing.strict`).
        """
        if self.strict:
            raise error
        key = f"{where}: {type(error).__name__}"
        with self._lock:
            count = self.faults[key] = self.faults.get(key, 0) + 1
        if count == 1:
            try:
                if said is not None:
                    logger.warning(said)
                else:
                    logger.warning("PyFlare could not %s; the program is not affected.", where, exc_info=error)
            except Exception:  # a broken logging handler must not reach the caller either
                self.faults[f"log a fault: {where}"] = 1

    def advise(self, advice: str) -> None:
        """Say once what the program asks of PyFlare that cannot have its effect."""
        if advice in self._advised:
            return
        self._advised.add(advice)
        try:
            logger.warning(advice)
        except Exception:
            self.faults["log advice"] = 1


guard: Final = Guard()
