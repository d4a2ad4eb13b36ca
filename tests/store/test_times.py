"""Moments as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pandas as pd
import pytest

from pyflare.errors import DataError
from pyflare.store.times import unix_ns

NOON_NS = 1_777_636_800_000_000_000
"""2026-05-01T12:00 in UTC."""


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 5, 1, 12, tzinfo=UTC), NOON_NS),
        (datetime(2026, 5, 1, 14, tzinfo=timezone(timedelta(hours=2))), NOON_NS),
        (datetime(2026, 5, 1, 12), NOON_NS),  # noqa: DTZ001  (without a zone it is UTC)
        (datetime(2026, 5, 1, 12, 0, 0, 123_456, tzinfo=UTC), NOON_NS + 123_456_000),
        (pd.Timestamp(NOON_NS + 789), NOON_NS + 789),
        ("2026-05-01T12:00", NOON_NS),
        ("2026-05-01 12:00:00.5+00:00", NOON_NS + 500_000_000),
        ("2026-05-01T14:00+02:00", NOON_NS),
        ("2026-05-01", NOON_NS - 12 * 3_600_000_000_000),
        (" 2026-05-01T12:00Z ", NOON_NS),
        ("15m", NOON_NS - 900_000_000_000),
        ("2h", NOON_NS - 7_200_000_000_000),
        ("1.5d", NOON_NS - 129_600_000_000_000),
        (timedelta(seconds=1), NOON_NS - 1_000_000_000),
    ],
)
def test_moments(moment: object, expected: int) -> None:
    """Every form gives unix nanoseconds, exact to what the form can say."""
    assert unix_ns(moment, now_ns=NOON_NS) == expected


@pytest.mark.parametrize(
    "moment", [1_777_636_800, 1_777_636_800.5, "yesterday", "", "-2h", "2 hours", None, ["2h"], True]
)
def test_what_is_no_moment(moment: object) -> None:
    """A bare number is not guessed at, and the message says what would be taken."""
    with pytest.raises(DataError, match=r'^since: expected a datetime, .* such as "15m", "2h" or "7d"; got'):
        unix_ns(moment, now_ns=NOON_NS, argument="since")
