"""What the server and its query processes say to each other: frames of bytes, each with its length before it."""

from __future__ import annotations

import os
import select
import struct
import time
from typing import Any, Final

import msgspec

_LENGTH: Final = struct.Struct("<Q")
GAVE_UP: Final = 75
"""A query process' exit code where a query would not end when it was interrupted."""
_CHUNK_BYTES: Final = 1 << 20


class Question(msgspec.Struct, frozen=True):
    """One query."""

    sql: str
    params: list[Any] | dict[str, Any]
    rows: int
    """Rows at most."""
    timeout_s: float


class Reply(msgspec.Struct, frozen=True):
    """What became of it. Where nothing went wrong, a frame with the rows as an Arrow stream follows."""

    types: tuple[str, ...] = ()
    """Of the columns, in DuckDB's words."""
    error: str | None = None
    """query, corrupt, timeout or memory; None where nothing went wrong."""
    message: str = ""


class ClosedError(Exception):
    """The other side has gone."""


def write_frame(descriptor: int, content: bytes) -> None:
    """Send one frame. Raises BrokenPipeError."""
    view = memoryview(_LENGTH.pack(len(content)) + content)
    while view:
        view = view[os.write(descriptor, view[:_CHUNK_BYTES]) :]


def read_frame(descriptor: int, *, timeout_s: float | None = None) -> bytes:
    """Receive one frame.

    Raises:
        ClosedError: The other side has gone.
        TimeoutError: It did not come in time.
    """
    until_s = None if timeout_s is None else time.monotonic() + timeout_s
    (length,) = _LENGTH.unpack(_read(descriptor, _LENGTH.size, until_s))
    return _read(descriptor, length, until_s)


def _read(descriptor: int, length: int, until_s: float | None) -> bytes:
    parts = []
    while length:
        left_s = None if until_s is None else max(0.0, until_s - time.monotonic())
        if not select.select([descriptor], [], [], left_s)[0]:
            raise TimeoutError
        part = os.read(descriptor, min(length, _CHUNK_BYTES))
        if not part:
            raise ClosedError
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
