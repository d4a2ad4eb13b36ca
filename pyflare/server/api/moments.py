"""Times as the API writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from pyflare.store.times import unix_ns

_SECOND_NS: Final = 1_000_000_000
_FARTHEST_NS: Final = 9_200_000_000_000_000_000
_FRACTION: Final = re.compile(r"(?<=:\d{2})[.,](\d{1,9})(?!\d)")


def rfc3339(unix_ns: int) -> str:
    """RFC 3339 in UTC with nanoseconds."""
    seconds, nanoseconds = divmod(unix_ns, _SECOND_NS)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"


def moment_ns(text: str, *, now_ns: int, argument: str) -> int:
    """A moment that somebody wrote, in unix nanoseconds: RFC 3339 to the nanosecond, or how long ago.

    What lies beyond the years 1678 to 2261, which a time to the nanosecond can hold, becomes their bound.

    Raises:
        DataError: It is neither.
    """
    fraction = _FRACTION.search(text)
    if fraction is None:
        found = unix_ns(text, now_ns=now_ns, argument=argument)
    else:
        whole = unix_ns(text[: fraction.start()] + text[fraction.end() :], now_ns=now_ns, argument=argument)
        found = whole + int(fraction[1].ljust(9, "0"))
    return max(-_FARTHEST_NS, min(_FARTHEST_NS, found))
