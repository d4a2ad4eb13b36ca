"""How far a destination has been served from a folder."""

from __future__ import annotations

import fcntl
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Self

import msgspec

from pyflare.errors import StoreError
from pyflare.store.journal.shipped import forward_path
from pyflare.store.journal.writer import write_atomically

_KEY_BYTES: Final = 16


class Round(msgspec.Struct, kw_only=True):
    """The commits being sent: those after `TablePosition.done`, up to one, in order of their rows' time."""

    until: int
    time_ns: int
    """Time of the last row that was handled."""
    keys: list[str] = []
    """Keys of the rows of that very time that were handled."""


class TablePosition(msgspec.Struct, kw_only=True):
    """What a destination has of one table."""

    done: int = -1
    """All rows that came into parts with this version of the catalogue or an earlier one."""
    round: Round | None = None


class Position:
    """What one destination has of a folder, locked for one process. A context manager."""

    def __init__(self, root: Path, destination: str) -> None:
        """Load the position.

        Raises:
            StoreError: Another process forwards to the same destination, or the position is damaged.
            OSError: The folder cannot be written.
        """
        self._path = forward_path(root, destination, "json")
        self._path.parent.mkdir(exist_ok=True)
        self._lock = _locked(forward_path(root, destination, "lock"), destination)
        try:
            self._tables = _load(self._path)
            self.ahead = {table: Ahead(forward_path(root, destination, f"{table}.ahead")) for table in _TABLES}
        except BaseException:
            os.close(self._lock)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)

    def of(self, table: str) -> TablePosition:
        """The position in a table; `save` writes it down."""
        return self._tables.setdefault(table, TablePosition())

    def save(self) -> None:
        """Write the position down in one step. Raises OSError."""
        write_atomically(self._path, msgspec.json.encode(self._tables))


_TABLES: Final = ("spans", "metrics", "logs")


class Ahead:
    """Keys of rows that went out from a journal, before they came into a part. Two rows may have one key."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.keys: Counter[bytes] = Counter(_pieces(path.read_bytes() if path.exists() else b""))

    def __bool__(self) -> bool:
        return bool(self.keys)

    def add(self, keys: Iterable[bytes]) -> None:
        """Write keys down. Raises OSError."""
        added = [*keys]
        self.keys.update(added)
        with open(self._path, "ab") as file:
            file.write(b"".join(added))

    def keep(self, keys: Counter[bytes]) -> None:
        """Forget all but those: the others are in parts that have been served. Raises OSError."""
        kept = self.keys & keys
        if kept != self.keys:
            self.keys = kept
            write_atomically(self._path, b"".join(kept.elements()))


def _pieces(data: bytes) -> Iterable[bytes]:
    whole = len(data) - len(data) % _KEY_BYTES  # a process may have died while it wrote the last
    return (data[start : start + _KEY_BYTES] for start in range(0, whole, _KEY_BYTES))


def _load(path: Path) -> dict[str, TablePosition]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, TablePosition])
    except FileNotFoundError:
        return {}
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise StoreError(
            f"{path}: expected what a destination has been sent; it does not read: {error}. "
            "Without the file everything would be sent again: delete it if that is meant."
        ) from error


def _locked(path: Path, destination: str) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise StoreError(f"another process forwards to {destination} at the moment. Wait for it, or end it.") from None
    return descriptor
