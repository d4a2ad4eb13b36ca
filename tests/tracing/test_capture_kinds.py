"""What the kinds of values that programs pass around are captured as."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import json
import math
import pathlib
import types
import uuid

import attrs
import msgspec
import numpy as np
import pandas as pd
import polars as pl
import pydantic
import pytest

from pyflare.tracing.capture import encode_arguments
from tests.tracing.captured import LIMITS, captured, truncated


def test_numbers_json_cannot_hold_are_words():
    """Not null: nothing turns into nothing unseen."""
    assert captured([math.nan, math.inf, -math.inf]) == ["nan", "inf", "-inf"]
    assert json.loads(encode_arguments({"a": math.nan, "b": 1.5}, LIMITS)[0]) == {"a": "nan", "b": 1.5}


# -- kinds of objects --------------------------------------------------------------------------------


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


@dataclasses.dataclass
class Data:
    a: int
    hidden: str = dataclasses.field(default="secret", repr=False)
    other: object = None


@attrs.define
class Attrs:
    a: int
    hidden: str = attrs.field(default="secret", repr=False)


class Struct(msgspec.Struct):
    a: int


class Model(pydantic.BaseModel):
    a: int
    password: pydantic.SecretStr = pydantic.SecretStr("hunter2")


class Named(collections.namedtuple("Named", "a b")):
    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Colour.RED, "red"),
        (Level.HIGH, 3),
        (Data(1, other=[Data(2)]), {"a": 1, "other": [{"a": 2, "other": None}]}),
        (Attrs(1), {"a": 1}),
        (Struct(1), {"a": 1}),
        (Named(1, 2), {"a": 1, "b": 2}),
        (Model(a=1), {"a": 1, "password": "SecretStr('**********')"}),
        (datetime.date(2020, 1, 2), "2020-01-02"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (decimal.Decimal("1.50"), "1.50"),
        (pathlib.PurePosixPath("a/b"), "a/b"),
        (np.float32(1.5), 1.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.array(7), 7),
        (np.arange(20).reshape(4, 5), {"type": "numpy.ndarray", "shape": [4, 5], "dtype": "int64", "first": [0, 1, 2, 3, 4]}),
        (np.zeros((0, 3)), {"type": "numpy.ndarray", "shape": [0, 3], "dtype": "float64", "first": []}),
        (pd.Series([1.5, 2.5]), {"type": "pandas.Series", "shape": [2], "dtype": "float64", "first": [1.5, 2.5]}),
        (pl.Series("a", [1, 2]), {"type": "polars.Series", "shape": [2], "dtype": "Int64", "first": [1, 2]}),
        (pd.DataFrame({"a": [1, 2], "b": [3, 4]}), {"type": "pandas.DataFrame", "shape": [2, 2], "columns": ["a", "b"]}),
        (pl.DataFrame({"a": [1, 2]}), {"type": "polars.DataFrame", "shape": [2, 1], "columns": ["a"]}),
        (Colour, "<Colour>"),
        (len, "<len>"),
        ({1, }, [1]),
        (types.MappingProxyType({"a": 1}), {"a": 1}),
        ({("a", 1): 2, None: 3}, {"('a', 1)": 2, "None": 3}),
    ],
    ids=repr,
)  # fmt: skip
def test_known_kinds_keep_their_shape(value, expected):
    """Records by their fields, arrays and frames by their shape, secrets not at all."""
    assert captured(value) == expected
    assert not truncated(value)


def test_a_large_array_is_not_copied():
    """The first values of a transposed gigabyte are had without a second gigabyte."""
    import tracemalloc

    array = np.zeros((2000, 1000)).T
    tracemalloc.start()
    captured(array)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_mapping_keys_that_look_alike_are_both_kept():
    """The number 1 and the text "1" are two keys."""
    assert captured({1: "number", "1": "text"}) == {"1": "number", "1 (2)": "text"}
