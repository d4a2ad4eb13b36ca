"""The bytes of a segment: a header, then frames.

Header, 16 bytes: magic, and the offset where the last frame ends (0 until the
segment is sealed). Frame: length and CRC-32 of the payload, then the payload.
A frame whose checksum is wrong has not been written whole; whatever comes after
it does not count. The end of a span takes the place of its start where nothing
came in between: a start that is the last frame of a segment that may still grow
is not there for good, and whoever reads on begins with it.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from typing import Final

MAGIC: Final = b"PYFLJRN1"
HEADER: Final = struct.Struct("<8sQ")
FRAME: Final = struct.Struct("<II")
WRITER_ID: Final = re.compile(r"[0-9a-f]{11,13}-[0-9]{1,10}-[0-9a-f]{8}")
"""Start in unix milliseconds (hex), pid, random. Sorts by start."""
SEGMENT_NAME: Final = re.compile(r"(?:(?P<generation>[0-9]{6,})-(?P<cursor>[0-9]+)|carry-(?P<carry>[0-9]{6,}))\.seg")


def frame(payload: bytes) -> bytes:
    """One payload with its length and checksum before it."""
    return FRAME.pack(len(payload), zlib.crc32(payload)) + payload


def scan(data: bytes | memoryview, *, offset: int = HEADER.size) -> Iterator[tuple[int, memoryview]]:
    """Yield `(offset after the frame, payload)` for each whole frame from `offset` on.

    Stops at the first frame that is absent, cut or damaged.
    """
    view = memoryview(data)
    size = len(view)
    while offset + FRAME.size <= size:
        length, checksum = FRAME.unpack_from(view, offset)
        end = offset + FRAME.size + length
        if length == 0 or end > size:
            return
        payload = view[offset + FRAME.size : end]
        if zlib.crc32(payload) != checksum:
            return
        offset = end
        yield offset, payload
