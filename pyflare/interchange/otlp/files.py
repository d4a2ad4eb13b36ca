"""OTLP requests as files: JSON lines, and protobuf one after another, with or without their lengths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import msgspec
import pyarrow as pa

from pyflare.errors import DataError
from pyflare.interchange.formats import ExportFormat
from pyflare.interchange.otlp import requests
from pyflare.otlp import to_json

_VARINT_BYTES_MAX = 10


def write_requests(table: str, batches: Iterable[pa.RecordBatch], format: ExportFormat, file: BinaryIO) -> None:
    """Write rows of one table. Raises OSError.

    Serialised requests of one signal that stand one after another are one request: so a single message of any
    size can be written piece by piece.
    """
    encode = msgspec.json.Encoder().encode
    for batch in batches:
        for message in requests(table, pa.Table.from_batches([batch])):
            if format is ExportFormat.OTLP_JSON:
                file.write(encode(to_json(message)) + b"\n")
                continue
            body = message.SerializeToString()
            file.write(body if format is ExportFormat.OTLP_MESSAGE else _varint(len(body)) + body)


def _varint(number: int) -> bytes:
    digits = bytearray()
    while number > 0x7F:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    digits.append(number)
    return bytes(digits)


def read_delimited(file: BinaryIO, *, largest_bytes: int) -> Iterator[bytes]:
    """The messages of a file in which each stands after its length.

    Raises:
        DataError: The file ends within a message, or a length is none.
    """
    while (length := _read_varint(file)) is not None:
        if length > largest_bytes:
            raise DataError(
                f"expected messages of up to {largest_bytes:,} bytes, each after its length; got {length:,}."
            )
        message = file.read(length)
        if len(message) < length:
            raise DataError(f"expected a message of {length:,} bytes, but the file ends after {len(message):,}.")
        yield message


def _read_varint(file: BinaryIO) -> int | None:
    number = 0
    for position in range(_VARINT_BYTES_MAX):
        digit = file.read(1)
        if not digit:
            if position:
                raise DataError("expected the length of a message, but the file ends within it.")
            return None
        number |= (digit[0] & 0x7F) << 7 * position
        if digit[0] < 0x80:
            return number
    raise DataError("expected the length of a message in at most 10 bytes, got more.")
