"""Times as the API writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

_SECOND_NS: Final = 1_000_000_000


def rfc3339(unix_ns: int) -> str:
    """RFC 3339 in UTC with nanoseconds."""
    seconds, nanoseconds = divmod(unix_ns, _SECOND_NS)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"
