"""One file of the ledger: entries that one process appends to mapped memory, and everybody reads.

A frame is the length and the CRC-32 of an entry, then the entry, as in a journal
(`pyflare.store.journal.format`): what a killed process has not written whole does
not count. The writer holds a lock (`flock`) on the file while it lives.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
from pathlib import Path
from typing import Final, NamedTuple
from zlib import crc32

from pyflare.errors import CorruptError

SEGMENT_BYTES: Final = (1 << 15, 1 << 18)
"""Of a process' first segment and of further ones, some 400 and 3,500 entries: a short program leaves little behind."""
_MAGIC: Final = b"PYFLLGR1"
_FRAME: Final = struct.Struct("<II")
_ENTRY: Final = struct.Struct("<QqqqqII")
_FIRST: Final = len(_MAGIC)
_KEY_BYTES: Final = 1024


class Entry(NamedTuple):
    """What a call did to one budget: it took a reservation, or gave it back and was charged."""

    budget: int
    """The budget's id, 64 bits."""
    key: str
    """Whose: the user, model, … that the budget is by."""
    bucket: int
    """Where the bucket of time begins, in unix seconds."""
    expires: int
    """When no window of the budget reaches the bucket any more, in unix seconds."""
    reserved: int = 0
    """Added to what is reserved; negative where it is given back. In the budget's unit."""
    amount: int = 0
    """What was spent, in the budget's unit: micro-dollars, tokens or calls."""
    calls: int = 0
    unpriced: int = 0
    """Calls among them whose price is not known."""

    def encoded(self) -> bytes:
        """As a frame."""
        key = self.key.encode("utf-8", "replace")[:_KEY_BYTES]
        payload = _ENTRY.pack(self.budget, *self[2:]) + key
        return _FRAME.pack(len(payload), crc32(payload)) + payload


def _decoded(payload: bytes) -> Entry:
    budget, *numbers = _ENTRY.unpack_from(payload)
    return Entry(budget, payload[_ENTRY.size :].decode("utf-8", "replace"), *numbers)


class SegmentWriter:
    """The end of a segment that its process writes to."""

    def __init__(self, path: Path, *, size_bytes: int, carried: list[Entry]) -> None:
        """Make the file, with what the process has reserved already in it, and only then give it its name.

        Raises:
            OSError: The folder cannot be written, or is full.
        """
        frames = b"".join(entry.encoded() for entry in carried)
        size = max(size_bytes, 2 * len(frames))
        hidden = path.with_name(f".{path.name}")
        self._descriptor = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _allocate(self._descriptor, size)
            self._map = mmap.mmap(self._descriptor, size)
            self._map[:_FIRST] = _MAGIC
            self._map[_FIRST : _FIRST + len(frames)] = frames
            hidden.rename(path)
        except BaseException:
            os.close(self._descriptor)
            hidden.unlink(missing_ok=True)
            raise
        self._position = _FIRST + len(frames)
        self.name = path.name

    def write(self, entry: Entry) -> bool:
        """Append an entry. Returns whether there was room."""
        frame = entry.encoded()
        start, end = self._position, self._position + len(frame)
        if end + _FRAME.size > len(self._map):
            return False
        self._map[start + _FRAME.size : end] = frame[_FRAME.size :]
        self._map[start : start + _FRAME.size] = frame[: _FRAME.size]  # last: it is what makes the entry be there
        self._position = end
        return True

    def close(self) -> None:
        """Let go of the file: it is complete."""
        self._map.close()
        os.close(self._descriptor)


class SegmentReader:
    """The end of a segment that anybody reads, from where the last look stopped."""

    def __init__(self, path: Path) -> None:
        """Open it.

        Raises:
            CorruptError: It is no segment.
            OSError: It is gone, or cannot be read.
        """
        self._descriptor = os.open(path, os.O_RDONLY)
        try:
            self._map = mmap.mmap(self._descriptor, 0, prot=mmap.PROT_READ)
        except (OSError, ValueError) as error:  # an empty file cannot be mapped
            os.close(self._descriptor)
            raise CorruptError(f"{path} cannot be read: {error}. Delete it; what it held is lost.") from error
        if self._map[:_FIRST] != _MAGIC:
            self.close()
            raise CorruptError(f"{path} is no segment of a ledger. Delete it; what it held is lost.")
        self._position = _FIRST

    def read(self) -> list[Entry]:
        """The entries that have come since."""
        found: list[Entry] = []
        while self._position + _FRAME.size <= len(self._map):
            length, checksum = _FRAME.unpack_from(self._map, self._position)
            end = self._position + _FRAME.size + length
            if length < _ENTRY.size or end > len(self._map):
                break
            payload = self._map[self._position + _FRAME.size : end]
            if crc32(payload) != checksum:
                break
            found.append(_decoded(payload))
            self._position = end
        return found

    def is_alive(self) -> bool:
        """Whether the process that writes it still lives."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        return False

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()
        os.close(self._descriptor)


def _allocate(descriptor: int, size: int) -> None:
    """Reserve the blocks, so that no later store into the mapping can fail for want of space."""
    if hasattr(os, "posix_fallocate"):  # not on macOS
        os.posix_fallocate(descriptor, 0, size)
    else:
        os.pwrite(descriptor, bytes(size), 0)
