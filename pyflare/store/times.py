"""Moments and periods as people write them, in unix nanoseconds."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta
from typing import Final

from pyflare.config.kinds import duration_s
from pyflare.errors import DataError

Moment = datetime | timedelta | str
"""A point in time: a datetime, an ISO 8601 string, or how long ago ("15m", "2h", "7d", a timedelta)."""

_EXPECTED: Final = (
    'expected a datetime, an ISO 8601 string such as "2026-05-01T12:00", or how long ago, such as "15m", "2h" or "7d"'
)


def unix_ns(moment: object, *, now_ns: int, argument: str = "time") -> int:
    """The moment in unix nanoseconds. Without a zone it is read as UTC, as everything in the store is.

    Args:
        moment: What the caller wrote: a `Moment`.
        now_ns: The present, in unix nanoseconds: what "2h" counts back from.
        argument: The argument's name, for the message.

    Raises:
        DataError: It is none of the forms; a bare number is not guessed to be seconds, milliseconds or nanoseconds.
    """
    match moment:
        case datetime():
            return _of_datetime(moment)
        case timedelta():
            return now_ns - moment // timedelta(microseconds=1) * 1_000
        case str():
            return _of_text(moment, now_ns, argument)
        case int() | float():
            raise DataError(
                f"{argument}: {_EXPECTED}; got the number {moment!r}, "
                "which may be seconds, milliseconds or nanoseconds. Hint: datetime.fromtimestamp(seconds, tz=UTC) says which."
            )
        case _:
            raise DataError(f"{argument}: {_EXPECTED}; got {type(moment).__name__}.")


def _of_text(text: str, now_ns: int, argument: str) -> int:
    try:
        return now_ns - round(duration_s(text) * 1e9)
    except ValueError:
        pass
    try:
        return _of_datetime(datetime.fromisoformat(text.strip()))
    except ValueError:
        raise DataError(f"{argument}: {_EXPECTED}; got {text!r}.") from None


def _of_datetime(moment: datetime) -> int:
    """Exact to the microsecond, where a float of seconds would not be."""
    utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    nanosecond = int(getattr(moment, "nanosecond", 0))  # pandas.Timestamp has one
    return calendar.timegm(utc.utctimetuple()) * 1_000_000_000 + utc.microsecond * 1_000 + nanosecond
