"""The range of time that a scope means, and its buckets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pyflare.errors import QueryError
from pyflare.store.engine import Engine
from pyflare.workspace.scope import Scope

MOST_BUCKETS: Final = 2000
_SECOND_NS: Final = 1_000_000_000
_LAST_NS: Final = 1 << 62
"""In 2116. Times before 1970 or after that are taken for these bounds: their differences can be counted."""
_DAY_S: Final = 86_400
_STEPS_S: Final = (1, 5, 10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200, _DAY_S)
"""Widths of buckets that people read easily; beyond a day, whole days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """From `start_ns` on, and before `end_ns`, in unix nanoseconds."""

    start_ns: int
    end_ns: int

    @property
    def before(self) -> Range:
        """The range of the same length that ends where this one begins."""
        return Range(start_ns=self.start_ns - (self.end_ns - self.start_ns), end_ns=self.start_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Buckets of one width, aligned to the clock in UTC, that cover a range."""

    range: Range
    first_ns: int
    """Where the first bucket begins, in unix nanoseconds."""
    step_ns: int
    count: int

    @property
    def bucket_s(self) -> float:
        """Width of a bucket, in seconds."""
        return self.step_ns / _SECOND_NS

    @property
    def starts_ns(self) -> list[int]:
        """Where each bucket begins, in unix nanoseconds."""
        return [self.first_ns + position * self.step_ns for position in range(self.count)]

    @property
    def sql(self) -> str:
        """The position of the bucket that `start_time` is in."""
        return f"(epoch_ns(start_time) - {self.first_ns}) // {self.step_ns}"


def range_of(engine: Engine, scope: Scope) -> Range:
    """The range that a scope means.

    Where it has no end it goes on until now, or until the last span begun where
    that is later; without a beginning too, it is as long as there is data.
    """
    first_ns, last_ns = _extent(engine)
    start_ns, end_ns = scope.since_ns, scope.until_ns
    if end_ns is None:
        known_ns = [ns for ns in (last_ns, scope.now_ns - 1 if start_ns is not None else None) if ns is not None]
        end_ns = max(known_ns, default=scope.now_ns - 1) + 1
    if start_ns is None:
        start_ns = end_ns if first_ns is None else min(first_ns, end_ns)
    start_ns, end_ns = (min(max(ns, 0), _LAST_NS) for ns in (start_ns, end_ns))
    return Range(start_ns=start_ns, end_ns=max(start_ns, end_ns))


def grid_of(within: Range, *, points: int | None = None, bucket_s: float | None = None) -> Grid:
    """The buckets of a range.

    Args:
        within: The range; where it is empty there are no buckets.
        points: How many buckets there may be; the narrowest ones that people read easily are taken.
        bucket_s: The width of a bucket in seconds, instead.

    Raises:
        QueryError: There would be more than `MOST_BUCKETS`, or the width is not positive.
    """
    length_ns = within.end_ns - within.start_ns
    step_ns = round(bucket_s * _SECOND_NS) if bucket_s is not None else _step_ns(within, points or 60)
    if step_ns <= 0:
        raise QueryError(f"bucket_s: expected a positive number of seconds; got {bucket_s}.")
    first_ns = within.start_ns // step_ns * step_ns
    count = -(-(within.end_ns - first_ns) // step_ns) if length_ns else 0
    if count > MOST_BUCKETS:
        raise QueryError(
            f"bucket_s: expected at most {MOST_BUCKETS:,} buckets; {bucket_s} s would make {count:,}. "
            f"Hint: {length_ns / MOST_BUCKETS / _SECOND_NS:.0f} s or more."
        )
    return Grid(range=within, first_ns=first_ns, step_ns=step_ns, count=count)


def _step_ns(within: Range, points: int) -> int:
    for step_s in _STEPS_S:
        if _covering(within, step_s * _SECOND_NS) <= points:
            return step_s * _SECOND_NS
    days = 1
    while _covering(within, days * _DAY_S * _SECOND_NS) > points:
        days += max(1, days // 4)
    return days * _DAY_S * _SECOND_NS


def _covering(within: Range, step_ns: int) -> int:
    return -(-within.end_ns // step_ns) - within.start_ns // step_ns


def _extent(engine: Engine) -> tuple[int | None, int | None]:
    """When the earliest and the latest span began, from the catalogue and the journals alone."""
    snapshot = engine.snapshot()
    parts = (*snapshot.catalog.parts_of("traces"), *snapshot.catalog.parts_of("spans"))
    firsts, lasts = [part.min_time_ns for part in parts], [part.max_time_ns for part in parts]
    live = snapshot.live.get("spans")
    if live is not None and live.num_rows:
        import pyarrow.compute as pc

        bounds = pc.min_max(live["start_time"].cast("int64")).as_py()
        firsts.append(bounds["min"])
        lasts.append(bounds["max"])
    return min(firsts, default=None), max(lasts, default=None)
