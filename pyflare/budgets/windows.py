"""The windows of time that a budget is for: those of the calendar, and rolling ones.

Spend is kept by **bucket**. A calendar window is one bucket. A rolling window is
cut into 60, and what it holds is the bucket of now and all that touch the time
before it, so that it never leaves out what is younger than it says: "rolling 24h"
covers the last 24 h to 24 h 24 min.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pyflare.config.kinds import duration_s
from pyflare.errors import ConfigError

UNITS: Final = ("hour", "day", "week", "month")
_PIECES: Final = 60
_ROLLING: Final = "rolling "


@dataclass(frozen=True, slots=True)
class Window:
    """A window of time that moves on."""

    name: str
    """"day", "rolling 24h", …, as the user wrote it."""
    zone: tzinfo
    piece_s: int | None
    """Width of a rolling window's buckets in seconds; None for a calendar window."""

    def bucket(self, unix_s: float) -> int:
        """Where the bucket of a moment begins, in unix seconds."""
        if self.piece_s is not None:
            return int(unix_s // self.piece_s * self.piece_s)
        return int(self._midnight(self._first_day(unix_s))) if self.name != "hour" else self._hour(unix_s)

    def start(self, now_s: float) -> int:
        """Where the window of now begins: the beginning of its oldest bucket."""
        return self.bucket(now_s - self._length_s) if self.piece_s is not None else self.bucket(now_s)

    def end(self, bucket: int) -> int:
        """When what is in a bucket no longer counts, in unix seconds."""
        if self.piece_s is not None:
            return bucket + self.piece_s + self._length_s
        if self.name == "hour":
            return self._hour_end(bucket)
        return int(self._midnight(self._next(datetime.fromtimestamp(bucket, self.zone).date())))

    def turn(self, now_s: float) -> int:
        """Until when what has been said about the window need not be said again, in unix seconds."""
        if self.piece_s is None:
            return self.end(self.bucket(now_s))
        return int(now_s // self._length_s + 1) * self._length_s

    def opens(self, spent: Mapping[int, int], limit: int, now_s: float) -> int:
        """When less than `limit` will be left of what was spent by bucket, in unix seconds."""
        start = self.start(now_s)
        counted = sorted((bucket, amount) for bucket, amount in spent.items() if bucket >= start)
        left = sum(amount for _, amount in counted)
        for bucket, amount in counted:
            left -= amount
            if left < limit:
                return self.end(bucket)
        return self.end(self.bucket(now_s))

    @property
    def _length_s(self) -> int:
        assert self.piece_s is not None
        return self.piece_s * _PIECES

    def _hour(self, unix_s: float) -> int:
        """Hours of the clock on the wall: some zones are half an hour, or a quarter, off."""
        offset = datetime.fromtimestamp(unix_s, self.zone).utcoffset() or timedelta()
        shift = int(offset.total_seconds()) % 3600
        return int((unix_s + shift) // 3600 * 3600) - shift

    def _hour_end(self, bucket: int) -> int:
        after = self._hour(bucket + 3600)
        return after if after > bucket else bucket + 3600

    def _first_day(self, unix_s: float) -> date:
        day = datetime.fromtimestamp(unix_s, self.zone).date()
        match self.name:
            case "week":
                return day - timedelta(days=day.weekday())
            case "month":
                return day.replace(day=1)
        return day

    def _next(self, first: date) -> date:
        match self.name:
            case "week":
                return first + timedelta(days=7)
            case "month":
                return (first + timedelta(days=31)).replace(day=1)
        return first + timedelta(days=1)

    def _midnight(self, day: date) -> float:
        """When a day begins. Where the clock jumps over midnight, that is when it jumps."""
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC).timestamp()


def window(name: str, *, time_zone: str = "UTC") -> Window:
    """Read a window.

    Args:
        name: "hour", "day", "week" (from Monday), "month", or "rolling" and a length: "rolling 24h", "rolling 30d".
        time_zone: Where the calendar's days begin, such as "Europe/Berlin".

    Raises:
        ConfigError: It is none of these, or there is no such time zone.
    """
    words = " ".join(name.split()).lower()
    zone = _zone(time_zone)
    if words in UNITS:
        return Window(words, zone, None)
    if words.startswith(_ROLLING):
        try:
            length_s = duration_s(words.removeprefix(_ROLLING))
        except ValueError:
            length_s = 0.0
        if length_s >= _PIECES:
            return Window(words, zone, -(-int(length_s) // _PIECES))
    raise ConfigError(
        f'A budget\'s window is one of {", ".join(UNITS)}, or "rolling" and a length of a minute or more, '
        f'such as "rolling 24h"; got "{name}".'
    )


def _zone(name: str) -> tzinfo:
    if name.upper() == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(
            f'There is no time zone "{name}" on this machine. Expected a name such as "Europe/Berlin"; '
            "where the system has none: pip install tzdata."
        ) from None
