"""What a detector knows as bytes, to be read by another process, on another machine, years later. No pickle.

The outer layer is a map in MessagePack: the name of the format, its version, and a body with its CRC-32. The body
names the kind of detector, its configuration, plain values, and arrays as raw little-endian bytes with their type and
shape. Whatever is read is checked before it is used; nothing in it is run.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from pyflare.errors import DataError

FORMAT: Final = "pyflare.drift"
VERSION: Final = 1
DTYPES: Final = ("<f8", "<f4", "<i8", "<i4", "<u8", "|i1", "|u1", "|b1")
"""Types of arrays that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a detector is made of."""

    kind: str
    """The name it is registered under."""
    configuration: Mapping[str, Any]
    """The fields it was made with, as plain values: numbers, text, lists, maps."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What it has learnt, as plain values."""
    arrays: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)
    """What it has learnt, as arrays of one of `DTYPES`."""


class _Array(msgspec.Struct, frozen=True, array_like=True):
    dtype: str
    shape: tuple[int, ...]
    data: bytes


class _Body(msgspec.Struct, frozen=True):
    kind: str
    configuration: dict[str, Any]
    values: dict[str, Any]
    arrays: dict[str, _Array]


class _Envelope(msgspec.Struct, frozen=True):
    format: str
    version: int
    crc32: int
    body: bytes


def pack(state: State) -> bytes:
    """Make bytes of a detector's state.

    Raises:
        DataError: An array is of a type that is not kept, or a value is not plain.
    """
    arrays = {name: _packed(name, array) for name, array in state.arrays.items()}
    body = _Body(kind=state.kind, configuration=dict(state.configuration), values=dict(state.values), arrays=arrays)
    try:
        encoded = msgspec.msgpack.encode(body)
    except (TypeError, msgspec.MsgspecError) as error:
        raise DataError(f"the state of a detector {state.kind!r} cannot be written: {error}.") from error
    envelope = _Envelope(format=FORMAT, version=VERSION, crc32=zlib.crc32(encoded), body=encoded)
    return msgspec.msgpack.encode(envelope)


def unpack(data: bytes) -> State:
    """Read what `pack` wrote. Its arrays are copies that may be written to.

    Raises:
        DataError: The bytes are something else, damaged, or of a newer version; the message says which.
    """
    body = _body(data)
    return State(
        kind=body.kind,
        configuration=body.configuration,
        values=body.values,
        arrays={name: _unpacked(name, array) for name, array in body.arrays.items()},
    )


def _body(data: bytes) -> _Body:
    if not isinstance(data, bytes | bytearray | memoryview):
        raise DataError(f"expected the bytes of a drift detector's state, got {type(data).__name__}.")
    try:
        envelope = msgspec.msgpack.decode(data, type=_Envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DataError(f"expected the state of a drift detector, got {len(data)} bytes of something else.") from error
    if envelope.format != FORMAT:
        raise DataError(f"expected the state of a drift detector, got one of {envelope.format!r}.")
    if envelope.version != VERSION:
        raise DataError(
            f"the state is of version {envelope.version}, this PyFlare reads version {VERSION}. Upgrade PyFlare."
        )
    if zlib.crc32(envelope.body) != envelope.crc32:
        raise DataError("the state of a drift detector is damaged: its checksum does not fit. Make it anew.")
    try:
        return msgspec.msgpack.decode(envelope.body, type=_Body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DataError(f"the state of a drift detector does not hold what it should: {error}.") from error


def _packed(name: str, array: npt.NDArray[Any]) -> _Array:
    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    if little.dtype.str not in DTYPES:
        raise DataError(f"array {name!r}: expected one of {', '.join(DTYPES)}, got {array.dtype}.")
    return _Array(dtype=little.dtype.str, shape=tuple(array.shape), data=little.tobytes())


def _unpacked(name: str, array: _Array) -> npt.NDArray[Any]:
    if array.dtype not in DTYPES or any(length < 0 for length in array.shape):
        raise DataError(f"array {name!r}: a type {array.dtype!r} of shape {array.shape} is not kept.")
    dtype = np.dtype(array.dtype)
    if math.prod(array.shape) * dtype.itemsize != len(array.data):
        raise DataError(f"array {name!r}: {len(array.data)} bytes do not make {array.shape} of {array.dtype}.")
    values = np.frombuffer(array.data, dtype).reshape(array.shape)
    # In the byte order of this machine, and writeable.
    return values.astype(dtype.newbyteorder("="))
