"""Files as they are written and read: whole or not there, and compressed where their names or first bytes say so."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, cast

import pyarrow as pa

_GZIP_LEVEL: Final = 6
_GZIP_MAGIC: Final = b"\x1f\x8b"
_ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
COMPRESSED: Final = frozenset({".gz", ".zst", ".zstd"})
"""Endings of names that ask for compression."""


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Another name for a file beside it, which becomes `path` where nothing failed. Raises OSError."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        yield unfinished
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """A file that appears when it is whole, compressed where its name ends in .gz or .zst. Raises OSError."""
    with whole(path) as unfinished, contextlib.ExitStack() as stack:
        raw = stack.enter_context(open(unfinished, "xb"))
        if path.suffix == ".gz":
            yield cast("BinaryIO", stack.enter_context(gzip.GzipFile("", "wb", _GZIP_LEVEL, raw, 0)))
        elif path.suffix in COMPRESSED:
            yield stack.enter_context(pa.CompressedOutputStream(raw, "zstd"))
        else:
            yield raw


@contextlib.contextmanager
def reading(path: Path) -> Iterator[BinaryIO]:
    """A file's content, decompressed where it begins like gzip or zstd. Raises OSError."""
    with contextlib.ExitStack() as stack:
        raw = stack.enter_context(open(path, "rb"))
        magic = raw.read(4)
        raw.seek(0)
        if magic.startswith(_GZIP_MAGIC):
            yield cast("BinaryIO", stack.enter_context(gzip.GzipFile(fileobj=raw)))
        elif magic == _ZSTD_MAGIC:
            stream = stack.enter_context(pa.CompressedInputStream(raw, "zstd"))
            yield stack.enter_context(io.BufferedReader(stream))
        else:
            yield raw


def plain_suffixes(path: Path) -> list[str]:
    """The endings of a file's name in lower case, without the one that says how it is compressed."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    return suffixes[:-1] if suffixes and suffixes[-1] in COMPRESSED else suffixes
