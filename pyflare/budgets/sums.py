"""What was spent by budget, key and bucket, added up from the entries of a segment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pyflare.budgets.segment import Entry

Account = tuple[int, str]
"""A budget's id, and the key within it."""


@dataclass(slots=True)
class Spent:
    """What was spent in one bucket, or in several."""

    amount: int = 0
    """In the budget's unit: micro-dollars, tokens or calls."""
    calls: int = 0
    unpriced: int = 0
    """Calls among them whose price is not known: they are not in the amount."""
    dearest: int = 0
    """The largest amount that one call has come to."""
    expires: int = 0
    """In unix seconds."""

    def add(self, other: Spent | Entry) -> None:
        """Count something else in."""
        self.amount += other.amount
        self.calls += other.calls
        self.unpriced += other.unpriced
        self.dearest = max(self.dearest, other.dearest if isinstance(other, Spent) else other.amount)
        self.expires = max(self.expires, other.expires)


@dataclass(slots=True)
class Sums:
    """Sums of one segment, or of many that were folded."""

    spent: dict[Account, dict[int, Spent]] = field(default_factory=dict)
    reserved: dict[Account, Entry] = field(default_factory=dict)

    def add(self, entries: Iterable[Entry]) -> None:
        """Count entries in."""
        for entry in entries:
            account = (entry.budget, entry.key)
            if entry.calls:
                self.bucket(account, entry.bucket).add(entry)
            if entry.reserved:
                self._reserve(account, entry)

    def merge(self, other: Sums, *, now_s: float) -> None:
        """Count what another has spent in, but for what no window reaches any more."""
        for account, buckets in other.spent.items():
            for bucket, spent in buckets.items():
                if spent.expires > now_s:
                    self.bucket(account, bucket).add(spent)

    def bucket(self, account: Account, bucket: int) -> Spent:
        """One bucket of an account."""
        return self.spent.setdefault(account, {}).setdefault(bucket, Spent())

    def rows(self) -> Iterator[tuple[int, str, int, Spent]]:
        """All buckets: budget, key, bucket, spent."""
        for (budget, key), buckets in self.spent.items():
            for bucket, spent in buckets.items():
                yield budget, key, bucket, spent

    def _reserve(self, account: Account, entry: Entry) -> None:
        before = self.reserved.get(account)
        amount = entry.reserved + (before.reserved if before is not None else 0)
        if amount:
            self.reserved[account] = entry._replace(reserved=amount, amount=0, calls=0, unpriced=0)
        else:
            self.reserved.pop(account, None)
