"""Decompress a request, never beyond the limit."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Final

import zstandard

from pyflare.server.otlp.status import Kind, RequestError

_GZIP: Final = 16 + zlib.MAX_WBITS
_ZSTD_WINDOW_BYTES: Final = 1 << 23
"""RFC 9659: a zstd window over HTTP has at most 8 MiB."""
_ZSTD_PIECE_BYTES: Final = 512
"""Blocks of 128 KiB take 4 bytes at least: a piece unfolds to 16 MiB at most."""
_MEMBERS_MAX: Final = 16


def too_large(limit_bytes: int) -> RequestError:
    """The error of a request beyond the limit."""
    return RequestError(
        Kind.TOO_LARGE,
        f"expected a request of at most {limit_bytes:,} bytes, decompressed; got more. Send fewer records at once.",
    )


def inflate(data: bytes, compression: str, limit_bytes: int) -> bytes:
    """Decompress a body.

    Args:
        data: The body as it came.
        compression: One of `COMPRESSIONS`.
        limit_bytes: The most that may come out. No more than that is ever made.

    Raises:
        RequestError: It is not of that format, is cut short, or is too large.
    """
    try:
        return _INFLATERS[compression](data, limit_bytes)
    except _TooMuchError:
        raise too_large(limit_bytes) from None
    except (zlib.error, zstandard.ZstdError, EOFError) as error:
        raise RequestError(Kind.INVALID, f"expected a body in {compression}, got {error}", field="body") from error


class _TooMuchError(Exception):
    """More comes out than may."""


def _gzip(data: bytes, limit_bytes: int) -> bytes:
    """One member or several, as RFC 1952 allows."""
    parts: list[bytes] = []
    left = limit_bytes
    for _ in range(_MEMBERS_MAX):
        part, data = _zlib_part(data, _GZIP, left)
        parts.append(part)
        left -= len(part)
        if not data:
            return part if len(parts) == 1 else b"".join(parts)
    raise EOFError(f"one of more than {_MEMBERS_MAX} members")


def _deflate(data: bytes, limit_bytes: int) -> bytes:
    """RFC 9110 means zlib's format; some senders leave its frame away."""
    is_framed = len(data) >= 2 and data[0] & 0x0F == zlib.DEFLATED and (data[0] << 8 | data[1]) % 31 == 0
    part, rest = _zlib_part(data, zlib.MAX_WBITS if is_framed else -zlib.MAX_WBITS, limit_bytes)
    if rest:
        raise EOFError(f"{len(rest)} bytes too many")
    return part


def _zlib_part(data: bytes, wbits: int, limit_bytes: int) -> tuple[bytes, bytes]:
    """One compressed stream, and what comes after it."""
    inflater = zlib.decompressobj(wbits)
    part = inflater.decompress(data, limit_bytes + 1)
    if len(part) > limit_bytes:
        raise _TooMuchError
    if not inflater.eof:
        raise EOFError("one that is cut short")
    return part, inflater.unused_data


def _zstd(data: bytes, limit_bytes: int) -> bytes:
    """One frame or several. Fed in small pieces: the library would unfold each of them without a limit."""
    decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES)
    frame, frames = decompressor.decompressobj(), 1
    parts: list[bytes] = []
    left = limit_bytes
    for start in range(0, len(data), _ZSTD_PIECE_BYTES):
        piece = data[start : start + _ZSTD_PIECE_BYTES]
        while piece:
            if frame.eof:
                frame, frames = decompressor.decompressobj(), frames + 1
            parts.append(frame.decompress(piece))
            left -= len(parts[-1])
            if left < 0:
                raise _TooMuchError
            piece = frame.unused_data if frame.eof else b""
        if frames > _MEMBERS_MAX:
            raise EOFError(f"one of more than {_MEMBERS_MAX} frames")
    if not frame.eof:
        raise EOFError("one that is cut short")
    return b"".join(parts)


_INFLATERS: Final[dict[str, Callable[[bytes, int], bytes]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "zstd": _zstd,
}
COMPRESSIONS: Final = frozenset(_INFLATERS)
"""What can be decompressed."""
