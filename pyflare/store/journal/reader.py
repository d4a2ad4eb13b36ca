"""The reading end of a journal: which processes have written, and what.

Nothing here takes a lock that a writer could meet, and nothing is mapped into
memory: a segment is truncated when it is sealed, and a mapping beyond the new
end would be a SIGBUS.
"""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zlib import crc32

import msgspec

from pyflare.schema.records import SPAN_START_TAG, WriterInfo
from pyflare.store.journal.format import FRAME, HEADER, MAGIC, SEGMENT_NAME, WRITER_ID
from pyflare.store.journal.losses import SIZE_BYTES, decode

_FIRST_READ_BYTES: Final = 1 << 14
_LARGEST_READ_BYTES: Final = 1 << 22
_decode_info = msgspec.json.Decoder(WriterInfo).decode
_unpack_frame = FRAME.unpack_from
_START: Final = bytes([SPAN_START_TAG])
"""The second byte of a span's start, after that of a short msgpack array."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One file of records."""

    path: Path
    generation: int
    """The generation it was written in; for a carry segment the number of the commit that made it."""
    cursor: int
    is_carry: bool

    @property
    def name(self) -> str:
        """The file's name, unique within its journal for all time."""
        return self.path.name

    @property
    def order(self) -> tuple[bool, int, int]:
        """Sorts carried spans first, then as written."""
        return (not self.is_carry, self.generation, self.cursor)

    def sealed_length(self) -> int | None:
        """Where the last frame ends, in bytes; None while the segment is open.

        Raises:
            FileNotFoundError: A compaction has deleted the segment.
        """
        with open(self.path, "rb", buffering=0) as file:
            header = file.read(HEADER.size)
        if len(header) < HEADER.size:
            return None
        magic, length = HEADER.unpack(header)
        return length if magic == MAGIC and length else None


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterJournal:
    """The journal of one process, living or dead."""

    directory: Path
    info: WriterInfo
    """Who wrote it; made up from the directory's name where `problem` is set."""
    problem: str | None = None
    """Why `writer.json` could not be read, or None."""

    @property
    def alive(self) -> bool:
        """Whether the process still holds its lock. The probe is shared and never waits.

        Of a journal that belongs to another user it cannot be known: it counts as alive.
        """
        try:
            descriptor = os.open(self.directory / "counters", os.O_RDONLY)
        except FileNotFoundError:
            return False
        except PermissionError:
            return True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    @property
    def readable(self) -> bool:
        """Whether this user may read what lies in the journal."""
        counters = self.directory / "counters"
        return os.access(counters, os.R_OK) or not counters.exists()

    def losses(self) -> dict[str, int]:
        """What the process could not keep, by reason; empty where the counts are gone."""
        try:
            with open(self.directory / "counters", "rb", buffering=0) as file:
                return decode(file.read(SIZE_BYTES))
        except FileNotFoundError:
            return {}

    def segments(self) -> list[Segment]:
        """The segments there are now: carried spans first, then by generation and cursor."""
        try:
            names = os.listdir(self.directory)
        except FileNotFoundError:
            return []
        found = [segment for name in names if (segment := parse_segment(self.directory / name)) is not None]
        return sorted(found, key=lambda segment: segment.order)


def parse_segment(path: Path) -> Segment | None:
    """The segment a path names, or None where it is not one."""
    match = SEGMENT_NAME.fullmatch(path.name)
    if match is None:
        return None
    carry = match["carry"]
    if carry is not None:
        return Segment(path=path, generation=int(carry), cursor=0, is_carry=True)
    return Segment(path=path, generation=int(match["generation"]), cursor=int(match["cursor"]), is_carry=False)


def list_writers(root: Path) -> list[WriterJournal]:
    """Every journal below `root`, oldest process first."""
    try:
        names = os.listdir(root / "journal")
    except FileNotFoundError:
        return []
    journals = (_open_journal(root / "journal" / name) for name in sorted(names) if WRITER_ID.fullmatch(name))
    return [journal for journal in journals if journal is not None]


def _open_journal(directory: Path) -> WriterJournal | None:
    try:
        info = _decode_info((directory / "writer.json").read_bytes())
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        if not directory.is_dir():  # deleted since it was listed
            return None
        return WriterJournal(directory=directory, info=_guess_info(directory.name), problem=f"writer.json: {error}")
    return WriterJournal(directory=directory, info=info)


def _guess_info(writer_id: str) -> WriterInfo:
    started_ms, pid, _ = writer_id.split("-")
    return WriterInfo(
        writer_id=writer_id,
        schema_version=1,
        pid=int(pid),
        host="",
        started_unix_ns=int(started_ms, 16) * 1_000_000,
        project="default",
        service_name="unknown_service",
        resource={},
    )


def read_frames(segment: Segment, offset: int = HEADER.size) -> tuple[list[bytes], int]:
    """The whole frames from `offset` on, and the offset after the last of them.

    Call it again with the `settled_end` of what it returned to read what has come
    since. It stops at the first frame that is absent, cut or damaged.

    Raises:
        FileNotFoundError: A compaction has deleted the segment.
    """
    payloads: list[bytes] = []
    wanted = _FIRST_READ_BYTES
    descriptor = os.open(segment.path, os.O_RDONLY)
    try:
        while True:
            chunk = os.pread(descriptor, wanted, offset)
            consumed, missing = _split(chunk, payloads)
            offset += consumed
            if not missing or len(chunk) < wanted or offset + missing > os.fstat(descriptor).st_size:
                return payloads, offset
            wanted = max(missing, min(2 * wanted, _LARGEST_READ_BYTES))
    finally:
        os.close(descriptor)


def settled_end(payloads: list[bytes], end: int) -> int:
    """The offset up to which frames stay as they are, in a segment that may still grow.

    The end of a span takes the place of its start, where that is the last frame.

    Args:
        payloads: What `read_frames` returned.
        end: The offset that it returned.
    """
    if payloads and payloads[-1][1:2] == _START:
        return end - FRAME.size - len(payloads[-1])
    return end


def _split(chunk: bytes, payloads: list[bytes]) -> tuple[int, int]:
    """Append the chunk's whole frames to `payloads`.

    Returns:
        The bytes taken up, and how many would be needed to see the next frame
        whole; 0 where there is no next frame.
    """
    size = len(chunk)
    position = 0
    header_bytes = FRAME.size
    append = payloads.append
    while (start := position + header_bytes) <= size:
        length, checksum = _unpack_frame(chunk, position)
        if not length:
            return position, 0
        end = start + length
        if end > size:
            return position, header_bytes + length
        payload = chunk[start:end]
        if crc32(payload) != checksum:
            return position, 0
        append(payload)
        position = end
    return position, header_bytes


def damaged_bytes(segment: Segment, good_end: int) -> int:
    """Bytes of a sealed segment, or of a dead writer's, that hold no readable frame.

    Args:
        segment: A segment that nobody writes to any more.
        good_end: The offset that `read_frames` returned.

    Returns:
        For a sealed segment all bytes between the last good frame and its end;
        for one that its process never sealed the size of the frame it broke off in.

    Raises:
        FileNotFoundError: A compaction has deleted the segment.
    """
    sealed = segment.sealed_length()
    if sealed is not None:
        return max(0, sealed - good_end)
    with open(segment.path, "rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        header = os.pread(file.fileno(), FRAME.size, good_end)
    if len(header) < FRAME.size or not (length := FRAME.unpack(header)[0]):
        return 0
    return int(min(FRAME.size + length, size - good_end))
