"""How numbers are shown."""

from __future__ import annotations

import pytest

from pyflare.workspace.render import units


@pytest.mark.parametrize(
    ("nanoseconds", "shown"),
    [
        (None, "–"),
        (0, "0 ns"),
        (940, "940 ns"),
        (18_240, "18.2 µs"),
        (999_400, "999 µs"),
        (999_600, "1.00 ms"),
        (312_000_000, "312 ms"),
        (1_840_000_000, "1.84 s"),
        (59_900_000_000, "59.9 s"),
        (60_000_000_000, "1 min"),
        (200_000_000_000, "3 min 20 s"),
        (3_599_900_000_000, "1 h"),
        (7_500_000_000_000, "2 h 5 min"),
        (86_399_900_000_000, "1 d"),
        (273_600_000_000_000, "3 d 4 h"),
    ],
)
def test_durations(nanoseconds: int | None, shown: str) -> None:
    """A duration is shown to three digits in the unit that people would choose."""
    assert units.duration(nanoseconds) == shown


@pytest.mark.parametrize(
    ("size_bytes", "shown"), [(0, "0 B"), (812, "812 B"), (999_600, "1.00 MB"), (1_240_000, "1.24 MB"), (None, "–")]
)
def test_sizes(size_bytes: int | None, shown: str) -> None:
    """A size is shown in decimal units."""
    assert units.size(size_bytes) == shown


@pytest.mark.parametrize(
    ("micros", "shown"),
    [(None, "–"), (0, "$0.00"), (7, "$0.000007"), (12_300, "$0.0123"), (1_234_567_890, "$1,234.57")],
)
def test_costs(micros: int | None, shown: str) -> None:
    """A small cost is not rounded to none, and an unknown one is not zero."""
    assert units.cost(micros) == shown


def test_one_line_flattens_and_shortens() -> None:
    """Text becomes one line, and says where it was cut."""
    assert units.one_line("a\n  b", 10) == "a b"
    assert units.one_line("abcdefghij", 5) == "abcd…"
    assert units.one_line(" " * 100 + "x", 5) == "…"
