"""Windows of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyflare.budgets.windows import window
from pyflare.errors import ConfigError

SECONDS = st.integers(946_684_800, 4_102_444_800)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"])


def unix_s(*moment: int, zone: str = "UTC") -> int:
    return int(datetime(*moment, tzinfo=ZoneInfo(zone)).timestamp())


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("hour", (2026, 3, 28, 13), (2026, 3, 28, 14)),
        ("day", (2026, 3, 28), (2026, 3, 29)),
        ("week", (2026, 3, 23), (2026, 3, 30)),
        ("month", (2026, 3, 1), (2026, 4, 1)),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kathmandu"])
def test_calendar(name, start, end, zone):
    """A calendar window goes from where it begins on the wall's clock to where the next one does."""
    found = window(name, time_zone=zone)
    now = unix_s(2026, 3, 28, 13, 40, zone=zone)
    assert found.start(now) == unix_s(*start, zone=zone)
    assert found.end(found.bucket(now)) == unix_s(*end, zone=zone)


def test_days_that_are_not_24_hours():
    """A day on which the clocks change has 23 or 25 hours."""
    day = window("day", time_zone="Europe/Berlin")
    short, long = (day.bucket(unix_s(2026, *date, 12)) for date in ((3, 29), (10, 25)))
    assert (day.end(short) - short, day.end(long) - long) == (23 * 3600, 25 * 3600)


@given(SECONDS, ZONES, st.sampled_from(["hour", "day", "week", "month", "rolling 24h", "rolling 30d", "rolling 1h"]))
def test_buckets_tile_time(now, zone, name):
    """Every moment is in one bucket, which lies in the window of that moment and expires after it."""
    found = window(name, time_zone=zone)
    bucket = found.bucket(now)
    assert found.start(now) <= bucket <= now < found.end(bucket)
    assert found.bucket(bucket) == bucket
    if found.piece_s is None:
        assert found.bucket(found.end(bucket)) == found.end(bucket)
        assert found.bucket(found.end(bucket) - 1) == bucket


@given(SECONDS, st.sampled_from(["1h", "24h", "30d", "7d"]))
def test_a_rolling_window_leaves_nothing_out(now, length):
    """What is younger than the window says counts, and nothing that is a sixtieth older than that."""
    found = window(f"rolling {length}")
    length_s = {"1h": 3600, "24h": 86_400, "7d": 604_800, "30d": 2_592_000}[length]
    assert 0 <= now - length_s - found.start(now) < length_s / 60
    assert found.start(found.end(found.bucket(now))) > found.bucket(now)
    assert found.start(found.end(found.bucket(now)) - 1) == found.bucket(now)


def test_when_a_rolling_window_opens():
    """It opens when so much has grown old that less than the limit is left."""
    found = window("rolling 1h")
    now = unix_s(2026, 5, 1, 12)
    spent = {now - 3000: 4, now - 1200: 3, now - 60: 2}
    assert found.opens(spent, 9, now) == now - 3000 + 61 * 60
    assert found.opens(spent, 5, now) == now - 1200 + 61 * 60
    assert found.opens(spent, 2, now) == now - 60 + 61 * 60


@pytest.mark.parametrize("name", ["", "fortnight", "rolling", "rolling 10s", "rolling x", "24h"])
def test_what_is_no_window(name):
    """What cannot be read is refused with the words that can."""
    with pytest.raises(ConfigError, match="rolling 24h"):
        window(name)


def test_unknown_zone():
    """A time zone that is not known is refused."""
    with pytest.raises(ConfigError, match="Europe/Berlin"):
        window("day", time_zone="Mars/Olympus")


def test_turn():
    """What was said about a window is said again when the next one begins, or a rolling one's length later."""
    now = unix_s(2026, 5, 1, 12)
    assert window("day").turn(now) == unix_s(2026, 5, 2)
    assert now < window("rolling 1h").turn(now) <= now + timedelta(hours=1).total_seconds()
    assert datetime.fromtimestamp(window("month").turn(now), UTC).month == 6
