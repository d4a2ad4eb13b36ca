"""Many finished segments become one file of sums, so that a folder stays small however many processes use it.

`folded.json` says which segments it contains. It is replaced by rename, and only
then are those deleted: whoever reads in between passes over them, and after a
crash the next folding deletes what is left.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pyflare.budgets.sums import Spent, Sums
from pyflare.errors import CorruptError

FOLDED: Final = "folded.json"
_LOCK: Final = "fold.lock"
_FORMAT: Final = 1


@dataclass(slots=True)
class Folded:
    """What `folded.json` holds."""

    contains: frozenset[str] = frozenset()
    """Names of segments that may still be there, and no longer count."""
    sums: Sums = field(default_factory=Sums)


def read_folded(folder: Path) -> Folded:
    """What has been folded; nothing where there is no such file.

    Raises:
        CorruptError: It is damaged.
        OSError: It cannot be read.
    """
    try:
        data = (folder / FOLDED).read_bytes()
    except FileNotFoundError:
        return Folded()
    try:
        return _parsed(json.loads(data))
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptError(f"{folder / FOLDED} is damaged: {error}. Delete it to begin anew.") from error


def fold(folder: Path, finished: Iterable[tuple[str, Sums]], *, now_s: float) -> bool:
    """Fold segments, unless another process is at it. Returns whether it was done.

    Args:
        folder: The ledger's.
        finished: Names and sums of segments that nobody writes to any more.
        now_s: In unix seconds; sums that no window reaches any more are left out.

    Raises:
        OSError: The folder cannot be written.
    """
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _fold(folder, finished, now_s)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _fold(folder: Path, finished: Iterable[tuple[str, Sums]], now_s: float) -> None:
    before = read_folded(folder)
    sums, contains = Sums(), set(before.contains)
    sums.merge(before.sums, now_s=now_s)
    for name, found in finished:
        # One that has been folded, and deleted, by another process since it was read here: do not count it again.
        if name not in contains and (folder / name).exists():
            sums.merge(found, now_s=now_s)
            contains.add(name)
    there = {name for name in contains if (folder / name).exists()}
    _replace(folder, _written(Folded(frozenset(there), sums)))
    for name in there:
        (folder / name).unlink(missing_ok=True)


def _replace(folder: Path, data: bytes) -> None:
    hidden = folder / f".{FOLDED}"
    with hidden.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    hidden.rename(folder / FOLDED)


def _written(folded: Folded) -> bytes:
    rows = [
        [budget, key, bucket, spent.amount, spent.calls, spent.unpriced, spent.dearest, spent.expires]
        for budget, key, bucket, spent in folded.sums.rows()
    ]
    return json.dumps({"format": _FORMAT, "contains": sorted(folded.contains), "spent": rows}).encode()


def _parsed(value: Any) -> Folded:
    if value["format"] != _FORMAT:
        raise ValueError(f"expected format {_FORMAT}, got {value['format']!r}")
    folded = Folded(frozenset(value["contains"]))
    for budget, key, bucket, *numbers in value["spent"]:
        folded.sums.bucket((budget, key), bucket).add(Spent(*numbers))
    return folded
