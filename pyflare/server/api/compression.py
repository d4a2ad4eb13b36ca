"""Bodies made smaller, by gzip or zstd, where the one who asks can read that."""

from __future__ import annotations

import zlib
from typing import Final

import zstandard

SMALLEST_BYTES: Final = 1024
"""Below this a packet holds the body either way."""
_ZSTD_LEVEL: Final = 3
_GZIP_LEVEL: Final = 5
_LARGE_BYTES: Final = 1 << 20
"""From here on gzip takes its fastest level: over loopback time is dearer than bytes."""
_GZIP_WINDOW: Final = 31
"""zlib's word for gzip's format with the largest window."""
_KNOWN: Final = ("zstd", "gzip")


def choose(accept_encoding: str | None) -> str | None:
    """The best encoding that `Accept-Encoding` allows; None for none."""
    if not accept_encoding:
        return None
    weights: dict[str, float] = {}
    for item in accept_encoding.lower().split(","):
        name, _, parameters = item.strip().partition(";")
        weights[name.strip()] = _weight(parameters)
    anything = weights.get("*", 0.0)
    best = max(_KNOWN, key=lambda name: weights.get(name, anything))
    return best if weights.get(best, anything) > 0 else None


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def compress(content: bytes, encoding: str) -> bytes:
    """The content in `gzip` or `zstd`."""
    if encoding == "zstd":
        return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(content)
    level = _GZIP_LEVEL if len(content) < _LARGE_BYTES else 1
    packer = zlib.compressobj(level, zlib.DEFLATED, _GZIP_WINDOW)
    return packer.compress(content) + packer.flush()
