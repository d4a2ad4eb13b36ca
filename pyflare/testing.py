"""For the tests of programs that use PyFlare, and of PyFlare itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pyflare.tracing.guard import guard


@contextmanager
def strict() -> Iterator[None]:
    """Inside the block PyFlare's own faults are raised instead of logged and counted.

    Examples:
        >>> from pyflare.testing import strict
        >>> with strict():
        ...     pass
    """
    before, guard.strict = guard.strict, True
    try:
        yield
    finally:
        guard.strict = before
