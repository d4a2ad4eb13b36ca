"""A detector's state: arrays and values come back as they were, and nothing that is not one is read."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pyflare.analytics.drift.column import Categories, Numbers
from pyflare.analytics.drift.column_state import sample_arrays, sample_of, sample_values
from pyflare.analytics.drift.registered import load_detector
from pyflare.analytics.drift.state import DTYPES, State, pack, unpack
from pyflare.errors import DataError


@given(st.sampled_from(DTYPES).flatmap(lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, min_side=0))))
def test_arrays_come_back(array: np.ndarray) -> None:
    """Arrays come back with type, shape and every bit, and can be written to."""
    found = unpack(pack(State(kind="x", configuration={}, arrays={"a": array}))).arrays["a"]
    assert (found.dtype, found.shape, found.tobytes()) == (array.dtype, array.shape, array.tobytes())
    assert found.flags.writeable


def test_the_other_byte_order() -> None:
    """An array of the other byte order is kept as little-endian."""
    big = np.arange(5, dtype=">f8")
    assert unpack(pack(State(kind="x", configuration={}, arrays={"a": big}))).arrays["a"].tolist() == big.tolist()


def test_what_is_not_kept() -> None:
    """Objects, in arrays or beside them, are refused when they are written."""
    with pytest.raises(DataError, match="array 'a': expected one of"):
        pack(State(kind="x", configuration={}, arrays={"a": np.array([object()])}))
    with pytest.raises(DataError, match="cannot be written"):
        pack(State(kind="x", configuration={"f": object()}))


def _envelope(**changed: object) -> bytes:
    fields = msgspec.msgpack.decode(pack(State(kind="feature", configuration={})))
    return msgspec.msgpack.encode({**fields, **changed})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x80\x04\x95", "something else"),
        (pack(State(kind="feature", configuration={})).replace(b"pyflare", b"\xffyflare"), "something else"),
        ("text", "got str"),
        (_envelope(format="parquet"), "got one of 'parquet'"),
        (_envelope(version=2), "is of version 2, this PyFlare reads version 1. Upgrade"),
        (_envelope(crc32=1), "damaged"),
        (_envelope(body=b"", crc32=0), "does not hold what it should"),
        (pack(State(kind="nobody", configuration={})), "expected the name of a drift detector, got 'nobody'"),
        (pack(State(kind="feature", configuration={"alfa": 1})), "configuration of a detector 'feature'"),
        (pack(State(kind="feature", configuration={"alpha": 7.0})), "alpha: expected a number between 0 and 1"),
        (pack(State(kind="feature", configuration={})), "has no list of columns"),
        (pack(State(kind="feature", configuration={}, values={"columns": [{"name": "x"}]})), "cannot be read"),
    ],
)
def test_what_is_no_state(data: bytes, message: str) -> None:
    """Whatever is not the state of a detector is an error that says what it is."""
    with pytest.raises(DataError, match=message):
        load_detector(data)


def test_arrays_that_do_not_fit() -> None:
    """Arrays whose bytes, type or codes do not fit are refused, though their checksum is right."""
    state = State(kind="x", configuration={}, arrays={"a": np.zeros(3)})
    fields = msgspec.msgpack.decode(pack(state))
    body = msgspec.msgpack.decode(fields["body"])
    import zlib

    for changed, message in ((["<f8", [4], bytes(24)], "do not make"), (["|O", [3], bytes(24)], "is not kept")):
        encoded = msgspec.msgpack.encode({**body, "arrays": {"a": changed}})
        with pytest.raises(DataError, match=message):
            unpack(msgspec.msgpack.encode({**fields, "body": encoded, "crc32": zlib.crc32(encoded)}))


def test_columns_come_back() -> None:
    """Columns come back with their weights and levels; codes without a level are refused."""
    sample = {
        "x": Numbers(values=np.array([1.0, np.nan]), weights=np.array([1.0, 2.0])),
        "y": Categories(codes=np.array([0, -1], np.int32), levels=("a",)),
    }
    values, arrays = sample_values(sample), sample_arrays(sample)
    found = sample_of(values, arrays)
    assert list(found) == ["x", "y"]
    assert sample_arrays(found).keys() == arrays.keys()
    assert found["y"].levels == ("a",)
    with pytest.raises(DataError, match="cannot be read: codes: expected -1 to 0"):
        sample_of(values, {**arrays, "1": np.array([0, 4], np.int32)})
    with pytest.raises(DataError, match="unknown kind"):
        sample_of([{**values[0], "kind": "Words"}], arrays)
