"""How often a monitor has looked: counted in the folder, for all processes together, so that it keeps its promise.

Each look may spend a part of the chance of a false alarm; which part depends on how many there were. The count is
written before the look is made, so one that is broken off is spent too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from pyflare.errors import CorruptError, ReadOnlyError, StoreError
from pyflare.store.journal.writer import write_atomically
from pyflare.store.lock import locked

FOLDER: Final = Path("drift", "looks")


class _Looks(msgspec.Struct, kw_only=True):
    """What the file of a monitor holds."""

    reference: str
    """What the looks share: the version of a stored reference, or how the reference is chosen."""
    looks: int


_decode = msgspec.json.Decoder(_Looks).decode


def count_look(root: Path, monitor: str, *, reference: str) -> int:
    """Count a look of a monitor, and say which it is, from 1.

    With another reference the count begins anew: it is another hypothesis, with a promise of its own.

    Args:
        root: The folder.
        monitor: The monitor's name.
        reference: What the looks share.

    Raises:
        CorruptError: The count cannot be read.
        ReadOnlyError: This process may not write to the folder.
        StoreError: The folder cannot be written.
    """
    path = root / FOLDER / f"{monitor}.json"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(path.with_suffix(".lock")):
            before = _read(path)
            looks = before.looks if before is not None and before.reference == reference else 0
            write_atomically(path, msgspec.json.encode(_Looks(reference=reference, looks=looks + 1)))
            return looks + 1
    except PermissionError as error:
        raise ReadOnlyError(f"{root}: expected a folder that this process may write to.") from error
    except StoreError:
        raise
    except OSError as error:
        raise StoreError(f"{path}: the look could not be counted; {error.strerror}.") from error


def _read(path: Path) -> _Looks | None:
    try:
        return _decode(path.read_bytes())
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as error:
        raise CorruptError(
            f"{path}: expected a count of looks; {error}. Hint: remove the file to begin anew."
        ) from error
