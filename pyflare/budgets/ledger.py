"""What all processes that use a folder have spent: one writer per file, everybody reads all files.

Not safe for threads: `pyflare.budgets.keeper` takes care of that.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pyflare.budgets.folding import FOLDED, Folded, fold, read_folded
from pyflare.budgets.segment import SEGMENT_BYTES, Entry, SegmentReader, SegmentWriter
from pyflare.budgets.sums import Account, Spent, Sums

FOLDER: Final = "budgets"
_SUFFIX: Final = ".seg"
_FOLD_FROM: Final = 16
"""How many finished segments are worth folding."""
_SETTLED_NS: Final = 1_000_000_000
"""A folder's time of change is coarse: until it is that old, another file may come without changing it."""


@dataclass(slots=True)
class _Source:
    """One segment, as far as it has been read."""

    reader: SegmentReader
    sums: Sums = field(default_factory=Sums)

    def refresh(self) -> None:
        self.sums.add(self.reader.read())


class Ledger:
    """The ledger of a folder, and this process' part of it. Nothing is created before the first entry."""

    def __init__(self, root: Path) -> None:
        self.folder: Final = root / FOLDER
        self._process = f"{time.time_ns() // 1_000_000:011x}-{os.getpid()}-{secrets.token_hex(4)}"
        self._number = 0
        self._own: SegmentWriter | None = None
        self._sources: dict[str, _Source] = {}
        self._newest: set[str] = set()
        self._folded = Folded()
        self._folded_is: tuple[int, int] | None = None
        self._listed_at: tuple[int, bool] = (0, False)

    # -- writing ---------------------------------------------------------------------------------

    def append(self, entry: Entry) -> None:
        """Add an entry, for all processes to see.

        Raises:
            OSError: The folder cannot be written.
        """
        if self._own is None:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._own = self._new_segment([])
        if not self._own.write(entry):
            self.refresh()
            full, self._own = self._own, self._new_segment(self._carried(self._own.name))
            full.close()
            self._own.write(entry)
            self.fold()

    def _new_segment(self, carried: list[Entry]) -> SegmentWriter:
        self._number += 1
        path = self.folder / f"{self._process}-{self._number:06d}{_SUFFIX}"
        return SegmentWriter(path, size_bytes=SEGMENT_BYTES[self._number > 1], carried=carried)

    def _carried(self, name: str) -> list[Entry]:
        """What is reserved, which counts in the newest segment of a process alone."""
        return list(self._sources[name].sums.reserved.values()) if name in self._sources else []

    # -- reading ---------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read what has come since. Raises OSError where the folder cannot be read."""
        self._list()
        for source in self._sources.values():
            source.refresh()

    def spent(self, account: Account, start_s: int) -> Spent:
        """What an account has spent from a moment on, as of the last `refresh`."""
        found = Spent()
        for sums in (self._folded.sums, *(source.sums for source in self._sources.values())):
            for bucket, spent in sums.spent.get(account, {}).items():
                if bucket >= start_s:
                    found.add(spent)
        return found

    def by_bucket(self, account: Account) -> dict[int, int]:
        """What an account has spent, by bucket."""
        found: dict[int, int] = {}
        for sums in (self._folded.sums, *(source.sums for source in self._sources.values())):
            for bucket, spent in sums.spent.get(account, {}).items():
                found[bucket] = found.get(bucket, 0) + spent.amount
        return found

    def reserved(self, account: Account, *, only_living: bool = False) -> int:
        """What calls under way may cost. Those of processes that have died are told apart only if asked for."""
        held = 0
        for name in self._newest:
            entry = self._sources[name].sums.reserved.get(account)
            if entry is not None and (not only_living or self._lives(name)):
                held += entry.reserved
        return held

    def keys(self, budget: int) -> list[str]:
        """The keys that have spent something of a budget."""
        sources = (self._folded.sums, *(source.sums for source in self._sources.values()))
        return sorted({key for sums in sources for owner, key in sums.spent if owner == budget})

    def _lives(self, name: str) -> bool:
        return (self._own is not None and name == self._own.name) or self._sources[name].reader.is_alive()

    # -- files -----------------------------------------------------------------------------------

    def _list(self) -> None:
        """Find segments that have come or gone, where the folder has changed."""
        for _ in range(100):
            changed_ns = self._changed_ns()
            if changed_ns is None or self._listed_at == (changed_ns, True):
                return
            settled = time.time_ns() - changed_ns > _SETTLED_NS
            with contextlib.suppress(FileNotFoundError):  # folded away while being looked at
                self._look()
                self._listed_at = (changed_ns, settled)
                return

    def _changed_ns(self) -> int | None:
        try:
            return os.stat(self.folder).st_mtime_ns
        except FileNotFoundError:
            return None

    def _look(self) -> None:
        before = self._identity()
        folded = self._folded if before == self._folded_is else read_folded(self.folder)
        names = {name for name in os.listdir(self.folder) if name.endswith(_SUFFIX) and name[0] != "."}
        names -= folded.contains
        opened = {name: _Source(SegmentReader(self.folder / name)) for name in names - self._sources.keys()}
        if self._identity() != before:
            for source in opened.values():
                source.reader.close()
            raise FileNotFoundError(self.folder / FOLDED)
        for name in self._sources.keys() - names:
            self._sources.pop(name).reader.close()
        self._sources |= opened
        self._folded, self._folded_is = folded, before
        self._newest = set({_process_of(name): name for name in sorted(self._sources)}.values())

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self.folder / FOLDED)
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns

    def fold(self, *, least: int = _FOLD_FROM) -> bool:
        """Fold the segments of processes that have ended, where there are many. Returns whether it was done."""
        finished = [name for name in self._sources if name not in self._newest or not self._lives(name)]
        if len(finished) < least:
            return False
        for name in finished:  # what was written between the last look and the end
            self._sources[name].refresh()
        done = fold(self.folder, [(name, self._sources[name].sums) for name in finished], now_s=time.time())
        self._listed_at = (0, False)
        return done

    def close(self) -> None:
        """Let go of all files."""
        for source in self._sources.values():
            source.reader.close()
        self._sources.clear()
        self._newest.clear()
        self._listed_at = (0, False)
        if self._own is not None:
            self._own.close()
            self._own = None


def _process_of(name: str) -> str:
    return name.rpartition("-")[0]
