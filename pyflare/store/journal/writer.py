"""The writing end of a journal: where the hot path leaves its records.

A writer owns a pool of cursors. `write` takes one out, copies a frame into its
memory-mapped segment and puts it back; `deque.pop` and `append` are atomic, so
no lock is held and nothing waits. See docs/concepts/architecture.md.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import itertools
import mmap
import os
import secrets
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import msgspec

from pyflare.schema.records import WriterInfo
from pyflare.schema.tables import SCHEMA_VERSION
from pyflare.store.journal.format import FRAME, HEADER, MAGIC
from pyflare.store.journal.losses import SIZE_BYTES, Losses

SEGMENT_BYTES: Final = (1 << 18, 1 << 21)
"""Sizes of a process' first and further segments: a short program leaves little behind."""
_ZEROS: Final = bytes(1 << 15)
"""Zeros are written into a new segment in pieces of this size: the page cache then holds it in folios
of 32 kB, each mapped by one page fault instead of eight. That halves the cost of a record."""
_LARGE_BYTES: Final = 1 << 15
"""A record from this size on is put into the page cache by a system call: for 1.4 MB that takes a quarter less time
than a store into the mapping, which faults page by page."""
_COUNTERS: Final = "counters"
_SEALED_UNSYNCED: Final = 1024
"""How many sealed segments `sync` still looks after; what lies before them the system has long written."""
RETRY_S: Final = 1.0
"""How long a writer that could not make a segment drops records before it tries again."""

_pack_frame = FRAME.pack_into
_FRAME_BYTES: Final = FRAME.size


class _LimitReachedError(OSError):
    """Another segment would be beyond the limit that was set."""


class _Cursor:
    """One open segment and the place where the next frame goes."""

    __slots__ = ("generation", "last", "map", "path", "position", "size")

    def __init__(self, path: Path, size: int, generation: int) -> None:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            _allocate(descriptor, size)
            self.map = mmap.mmap(descriptor, size)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        finally:
            os.close(descriptor)
        self.map[: HEADER.size] = HEADER.pack(MAGIC, 0)
        self.path = path
        self.size = size
        self.position = HEADER.size
        self.generation = generation
        self.last: bytes | None = None
        """The payload of the last frame."""

    def seal(self) -> None:
        """Write down where the segment ends, and give the rest of it back."""
        self.map[: HEADER.size] = HEADER.pack(MAGIC, self.position)
        self.map.close()
        os.truncate(self.path, self.position)


def _allocate(descriptor: int, size: int) -> None:
    """Reserve the blocks, so that no later store into the mapping can fail for want of space."""
    if hasattr(os, "posix_fallocate"):  # not on macOS
        os.posix_fallocate(descriptor, 0, size)
    for offset in range(0, size, len(_ZEROS)):
        os.pwrite(descriptor, _ZEROS[: size - offset], offset)


class JournalWriter:
    """The journal of this process. Nothing is created before the first record."""

    def __init__(
        self,
        root: Path,
        *,
        service_name: str,
        project: str = "default",
        resource: dict[str, Any] | None = None,
        keep: bool = True,
        destinations: tuple[str, ...] = (),
        forked_from: str | None = None,
        receives: bool = False,
        segment_bytes: tuple[int, int] | None = None,
        counts_failures: bool = True,
        limit_bytes: int | None = None,
    ) -> None:
        """Prepare a journal below `root`.

        Args:
            root: The folder.
            service_name: Whose journal it is.
            project: Tenant or project.
            resource: OpenTelemetry resource attributes of the process.
            keep: False where the journal is only the spool of its destinations.
            destinations: Names of the OTLP destinations that want its records.
            forked_from: The parent's writer id.
            receives: Whether it is for requests of other programs.
            segment_bytes: Sizes of the first and of further segments.
            counts_failures: Whether a record that cannot be written is lost. False where whoever sent
                it is told, and sends it again.
            limit_bytes: How large its segments may become together; as large as the disk allows if left out.
        """
        started_unix_ns = time.time_ns()
        self.info = WriterInfo(
            writer_id=f"{started_unix_ns // 1_000_000:011x}-{os.getpid()}-{secrets.token_hex(4)}",
            schema_version=SCHEMA_VERSION,
            pid=os.getpid(),
            host=socket.gethostname(),
            started_unix_ns=started_unix_ns,
            project=project,
            service_name=service_name,
            resource=resource or {},
            keep=keep,
            destinations=list(destinations),
            forked_from=forked_from,
            receives=receives,
        )
        self.root = root
        self.directory = root / "journal" / self.info.writer_id
        self.losses = Losses()
        self.error: OSError | None = None
        """Why the journal cannot be written at the moment, or None."""
        self.on_seal: Callable[[int], None] | None = None
        """Told the size of each segment that is sealed because it is full."""
        self.on_failure: Callable[[OSError], None] | None = None
        """Told once why a record is lost: the folder cannot be written."""
        self.generation = 1
        self._segment_bytes = segment_bytes or SEGMENT_BYTES
        self._counts_failures = counts_failures
        self._limit_bytes = limit_bytes
        self._pool: deque[_Cursor] = deque()
        self._take = self._pool.pop
        self._give_back: Callable[[_Cursor], None] = self._pool.append
        self._open_cursors: dict[_Cursor, None] = {}
        self._sealed_unsynced: deque[Path] = deque(maxlen=_SEALED_UNSYNCED)
        self._segment_numbers = itertools.count()
        self._rotating = threading.Lock()
        self._lock_descriptor: int | None = None
        self._retry_at_s = 0.0
        self._closed = False

    def write(self, payload: bytes, instead_of: bytes | None = None) -> bool:
        """Append one record. Returns whether it was kept; a loss is counted. Never raises OSError.

        Args:
            payload: The record.
            instead_of: The record of a span's start, as it was written, where this is its end.
                If nothing came after it in its segment, its end takes its place there.
        """
        size = len(payload)
        try:
            cursor = self._take()
        except IndexError:
            cursor = None
        if (
            cursor is None
            or cursor.generation != self.generation
            or (end := (position := cursor.position) + size + _FRAME_BYTES) > cursor.size
        ):
            cursor = self._other_cursor(cursor, size + _FRAME_BYTES)
            if cursor is None:
                return False
            position = cursor.position
            end = position + size + _FRAME_BYTES
        elif instead_of is not None and cursor.last is instead_of and (shorter := len(instead_of)) <= size:
            position -= shorter + _FRAME_BYTES
            end -= shorter + _FRAME_BYTES
        try:
            cursor.position = position  # whatever interrupts this, the next record is written over what is half done
            map = cursor.map
            if size < _LARGE_BYTES:
                map[position + _FRAME_BYTES : end] = payload
            elif not self._put_large(cursor.path, position + _FRAME_BYTES, payload):
                return False
            _pack_frame(map, position, size, crc32(payload))
            cursor.position = end
            cursor.last = payload
        finally:
            self._give_back(cursor)
        return True

    def _put_large(self, path: Path, offset: int, payload: bytes) -> bool:
        """Put a large payload into its place. Whether it is there."""
        try:
            descriptor = os.open(path, os.O_WRONLY)
            try:
                view = memoryview(payload)
                while view:
                    written = os.pwrite(descriptor, view, offset)
                    view, offset = view[written:], offset + written
            finally:
                os.close(descriptor)
        except OSError as error:
            self.error = error
            self._count_failure(error)
            with contextlib.suppress(OSError):
                self._begin_again_if_deleted()
            return False
        return True

    def _other_cursor(self, cursor: _Cursor | None, needed: int) -> _Cursor | None:
        """A cursor with room for `needed` bytes, in place of none, an outdated one or a full one."""
        while cursor is not None:
            if cursor.generation != self.generation:
                self._retire(cursor)
            elif cursor.position + needed > cursor.size:
                self._rotate(cursor)
            else:
                return cursor
            try:
                cursor = self._take()
            except IndexError:
                break
        return self._claim(needed)

    def _claim(self, size: int) -> _Cursor | None:
        """Open another segment that has room for a frame of `size` bytes; None where it cannot be had."""
        if self._closed:
            if self._counts_failures:
                self.losses.add("write_failed")
            return None
        if self.error is not None and time.monotonic() < self._retry_at_s:
            self._count_failure(self.error)
            return None
        try:
            self._open()
            try:
                cursor = self._new_cursor(size)
            except FileNotFoundError:
                self._begin_again_if_deleted()
                cursor = self._new_cursor(size)
        except OSError as error:
            self.error = error
            self._retry_at_s = time.monotonic() + RETRY_S
            self._count_failure(error)
            return None
        self.error = None
        return cursor

    def _new_cursor(self, size: int) -> _Cursor:
        number = next(self._segment_numbers)
        bytes_wanted = max(self._segment_bytes[min(number, len(self._segment_bytes) - 1)], size + HEADER.size)
        self._check_limit(bytes_wanted)
        generation = self.generation
        cursor = _Cursor(self.directory / f"{generation:06d}-{number}.seg", bytes_wanted, generation)
        self._open_cursors[cursor] = None
        return cursor

    def _check_limit(self, bytes_wanted: int) -> None:
        """Raise OSError where another segment of the size would be beyond the limit."""
        if self._limit_bytes is None:
            return
        used_bytes = sum(entry.stat().st_size for entry in os.scandir(self.directory) if entry.name.endswith(".seg"))
        if used_bytes + bytes_wanted > self._limit_bytes:
            raise _LimitReachedError(
                errno.ENOSPC, f"{self.directory} has reached its limit of {self._limit_bytes} bytes"
            )

    def _count_failure(self, error: OSError) -> None:
        if not self._counts_failures:
            return
        if isinstance(error, _LimitReachedError):
            self.losses.add("spool_full")
            return
        no_space = error.errno in (errno.ENOSPC, errno.EDQUOT)
        self.losses.add("disk_full" if no_space else "write_failed")
        if self.on_failure is not None:
            told, self.on_failure = self.on_failure, None
            told(error)

    def _open(self) -> None:
        """Have a directory, its lock, and a file for the counts."""
        if self._lock_descriptor is None:
            self._make_directory()
        if not self.losses.persistent:
            self._persist_losses()

    def _make_directory(self) -> None:
        """Make the journal's directory and take the lock that says this process lives.

        It is made under a hidden name and renamed, so that nobody meets it without its
        lock. Threads may come at once, or a signal handler: whoever renames first has made it.
        """
        prepare_folder(self.root)
        unnamed = self.directory.with_name(f".{self.directory.name}-{secrets.token_hex(4)}")
        unnamed.mkdir(parents=True)
        descriptor: int | None = None
        try:
            descriptor = os.open(unnamed / _COUNTERS, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _allocate(descriptor, SIZE_BYTES)
            (unnamed / "writer.json").write_bytes(msgspec.json.encode(self.info))
            unnamed.rename(self.directory)
        except BaseException as error:
            import shutil

            if descriptor is not None:
                os.close(descriptor)
            shutil.rmtree(unnamed, ignore_errors=True)
            if isinstance(error, OSError) and error.errno in (errno.EEXIST, errno.ENOTEMPTY):
                if (self.directory / _COUNTERS).exists():
                    return
                shutil.rmtree(self.directory, ignore_errors=True)  # what somebody has left of it; then try again
            raise
        self._lock_descriptor = descriptor
        if self._closed:  # by another thread meanwhile
            self._release_lock()

    def _persist_losses(self) -> None:
        """Count in the file from now on, through a descriptor of its own.

        A mapping keeps a duplicate of its descriptor open; one of the locked
        descriptor would hold the lock after `close`, and in a forked child.
        """
        descriptor = os.open(self.directory / _COUNTERS, os.O_RDWR)
        try:
            self.losses.persist(descriptor)
        finally:
            os.close(descriptor)

    def _rotate(self, full: _Cursor) -> None:
        """Move on to the next generation and seal what belongs to the older ones."""
        if self._rotating.acquire(blocking=False):  # else another thread is about to move on
            try:
                self.generation += 1
            finally:
                self._rotating.release()
        self._retire(full)
        if self.on_seal is not None:
            self.on_seal(full.position)

    def _retire(self, cursor: _Cursor) -> None:
        self._open_cursors.pop(cursor, None)
        self._sealed_unsynced.append(cursor.path)
        try:
            cursor.seal()
        except OSError as error:  # the records are there all the same; only the header is not
            self.error = error

    def sync(self) -> bool:
        """Ask the system to put what has been written onto the disk itself. Returns whether it has.

        Where somebody has deleted the folder it is made anew.
        """
        done = True
        with contextlib.suppress(OSError):
            self._begin_again_if_deleted()
        sealed = [self._sealed_unsynced.popleft() for _ in range(len(self._sealed_unsynced))]
        for path in (*sealed, *(cursor.path for cursor in list(self._open_cursors))):
            try:
                _sync_file(path)
            except FileNotFoundError:  # compacted and deleted meanwhile
                continue
            except OSError as error:
                self.error = error
                self._sealed_unsynced.append(path)
                done = False
        return done

    def _begin_again_if_deleted(self) -> None:
        """Where somebody has deleted the journal, go on in a new directory. What the old one held is gone.

        A directory without its lock would pass for a dead writer's, so it counts as deleted.
        """
        if self._lock_descriptor is None or not self._rotating.acquire(blocking=False):
            return
        try:
            if (self.directory / _COUNTERS).exists():
                return
            self.generation += 1  # cursors that threads hold right now are outdated
            self._drain()
            self._release_lock()
            self.losses.persistent = False
            self._open()
        finally:
            self._rotating.release()

    def seal(self) -> None:
        """Seal what has been written, and stay open for what may still come."""
        self.generation += 1
        self._drain()

    def close(self) -> None:
        """Seal every segment and let go of the lock. Later writes are counted as lost."""
        self._closed = True
        self._give_back = self._retire  # for a thread that is writing right now
        self._drain()
        self._release_lock()

    def _drain(self) -> None:
        """Seal every segment that no thread is writing to right now."""
        while self._pool:
            try:
                cursor = self._take()
            except IndexError:
                break
            self._retire(cursor)

    def _release_lock(self) -> None:
        descriptor, self._lock_descriptor = self._lock_descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def abandon_in_child(self) -> None:
        """After fork: drop the parent's lock and segments without touching their content."""
        self._closed = True
        self._release_lock()


def _sync_file(path: Path) -> None:
    """Wait for the disk. Unlike `mmap.flush` it lets other threads run meanwhile."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def prepare_folder(root: Path) -> None:
    """Make `root` a PyFlare folder, if it is not one."""
    root.mkdir(parents=True, exist_ok=True)
    marker = root / "pyflare.json"
    if not marker.exists():
        write_atomically(root / ".gitignore", b"*\n")
        write_atomically(marker, msgspec.json.encode({"schema_version": SCHEMA_VERSION}))


def write_atomically(path: Path, data: bytes) -> None:
    """Replace `path` in one step, so that nobody sees half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(3)}")
    temporary.write_bytes(data)
    os.replace(temporary, path)
