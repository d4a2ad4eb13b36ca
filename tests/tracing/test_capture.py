"""Values of any kind as JSON: always valid, always bounded, and nothing of the program's touched."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import fractions
import io
import json
import pathlib
import threading
import time
import types
import uuid
from unittest import mock

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyflare.tracing.capture import Limits, encode_arguments, encode_preview, encode_value
from tests.tracing.captured import LIMITS, captured, truncated

SMALL = Limits(inline_bytes=200, content_bytes=2000, depth=4, items=5, preview_bytes=200)


class Broken:
    """Raises from everywhere."""

    def _raise(self, *args, **kwargs):
        raise RuntimeError("broken")

    __repr__ = __str__ = __len__ = __iter__ = __getattr__ = __hash__ = __bool__ = __eq__ = __float__ = _raise
    __dir__ = __format__ = __bytes__ = __getitem__ = __int__ = __index__ = __contains__ = keys = items = _raise


class BrokenClass:
    @property
    def __class__(self):
        raise RuntimeError("broken")

    def __repr__(self):
        raise RuntimeError("broken")


class BrokenDict(dict):
    def items(self):
        raise RuntimeError("broken")


class BrokenList(list):
    def __iter__(self):
        raise RuntimeError("broken")


class Endless(list):
    """Iterates for ever."""

    def __iter__(self):
        while True:
            yield 1


class EndlessMapping(collections.abc.Mapping):
    def __getitem__(self, key):
        return key

    def __len__(self):
        return 3

    def __iter__(self):
        number = 0
        while True:
            yield number
            number += 1


class Liar(list):
    def __len__(self):
        return -5  # noqa: PLE0303  (a liar)

    def __iter__(self):
        return iter(range(10_000))


class Meta(type):
    @property
    def __name__(cls):
        raise RuntimeError("broken")


class BrokenName(metaclass=Meta):
    def __repr__(self):
        raise RuntimeError("broken")


class TextWithMoods(str):
    __slots__ = ()

    def __str__(self):
        raise RuntimeError("broken")

    def encode(self, *args, **kwargs):
        raise RuntimeError("broken")

    def __len__(self):
        raise RuntimeError("broken")


class Number(int):
    def __int__(self):
        raise RuntimeError("broken")

    __index__ = __repr__ = __str__ = __int__


ODD = [
    Broken(), BrokenClass(), BrokenDict(a=1), BrokenList([1]), Endless(), EndlessMapping(), Liar(), BrokenName(),
    TextWithMoods("text"), Number(3), Broken, BrokenName, object(), NotImplemented, ..., type, len, lambda: 0,
    float("nan"), float("inf"), -float("inf"), -0.0, 1e308, 5e-324, 2**63, 2**64, -(2**63) - 1, 10**30, 10**5000,
    "\ud800", "a\udcffb", {"\udcff": "\udcff"}, "\x00\x1f\u2028\U0001f600", b"\xff\x00", bytearray(b"x"), memoryview(b"abc"),
    memoryview(b"abcdef")[::2], 3 + 4j, range(10), slice(1, 2), {1, 2}, frozenset("ab"), {1: 2, None: 3, (1, 2): 4},
    {Broken: 1}, collections.OrderedDict(a=1), collections.defaultdict(list, a=[1]), collections.Counter("aab"),
    collections.deque([1, 2]), collections.ChainMap({"a": 1}, {"b": 2}), collections.UserDict(a=1),
    types.SimpleNamespace(a=1), types.MappingProxyType({"a": 1}), iter([1]), (x for x in "a"), map(str, [1]), zip([1]),
    threading.Lock(), io.StringIO("x"), ValueError("x"), Ellipsis, datetime.datetime.now(datetime.UTC),
    datetime.timedelta(1), decimal.Decimal("1.50"), decimal.Decimal("NaN"), fractions.Fraction(1, 3), uuid.UUID(int=5),
    pathlib.Path("a/b"), mock.Mock(), mock.MagicMock(), mock.AsyncMock(), mock.Mock(spec=dict), np.float32(1.5),
    np.int64(3), np.bool_(True), np.datetime64("2020-01-01"), np.array(5), np.zeros((3, 4)), np.zeros((0, 3)),
    np.array([None, object()]), np.ma.masked, np.float64("nan"), pd.Series([1, 2]), pd.DataFrame({"a": [1]}), pd.NaT,
    pd.NA, pd.Timestamp("2020-01-01"), pl.Series([1, 2]), pl.DataFrame({"a": [1]}), pl.LazyFrame({"a": [1]}),
]  # fmt: skip


@pytest.mark.parametrize("index", range(len(ODD)))
@pytest.mark.parametrize("limits", [LIMITS, SMALL], ids=["default", "small"])
def test_any_object_becomes_valid_json(index, limits):
    """Whatever it is and does, alone, nested, as an argument and as a preview."""
    value = ODD[index]  # not a parameter itself: it would have to bear being shown
    captured(value, limits)
    captured([{"key": (value,)}], limits)
    json.loads(encode_arguments({"argument": value}, limits)[0])
    json.loads(encode_preview(value, limits))


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(st.characters(exclude_categories=[]), max_size=300),
        st.binary(max_size=300),
        st.integers(0, len(ODD) - 1).map(lambda index: ODD[index]),
    ),
    lambda inner: st.one_of(
        st.lists(inner),
        st.tuples(inner, inner),
        st.dictionaries(st.one_of(st.text(), st.integers(), st.none(), st.booleans()), inner),
        st.builds(lambda value: types.SimpleNamespace(value=value), inner),
        st.builds(lambda value: collections.deque([value]), inner),
    ),
    max_leaves=30,
)


@given(VALUES)
@settings(deadline=None, max_examples=300)
def test_captured_values_are_bounded(value):
    """Bytes, depth and items stay within the limits, by a small factor for escapes and the last token."""
    data, shortened = encode_value(value, SMALL)
    decoded = json.loads(data)
    assert len(data) < 8 * SMALL.content_bytes
    assert _depth(decoded) <= SMALL.depth + 1
    assert _widest(decoded) <= SMALL.items + 1
    assert len(encode_preview(value, SMALL)) < 8 * SMALL.preview_bytes + 500
    assert isinstance(shortened, bool)


def _depth(value):
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


def _widest(value):
    if isinstance(value, dict):
        value = list(value.values())
    return max([len(value), *map(_widest, value)]) if isinstance(value, list) else 0


PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(st.text(), inner, max_size=5)),
    max_leaves=20,
)  # fmt: skip


@given(PLAIN)
@settings(deadline=None, max_examples=300)
def test_plain_values_come_back_whole(value):
    """What JSON knows is kept exactly."""
    assert captured(value, Limits(depth=50)) == value
    assert not truncated(value, Limits(depth=50))


# -- nothing of the program's is touched -------------------------------------------------------------


def test_iterators_are_not_consumed():
    """Generators, files, maps, zips and the like are as they were."""
    file = io.StringIO("line\nline")
    iterators = [
        iter([1, 2]),
        (x for x in [1, 2]),
        map(int, "12"),
        zip([1], [2], strict=True),
        enumerate("ab"),
        reversed([1]),
    ]
    before = [len(list(one)) for one in (iter([1, 2]), [1, 2], "12", [1], "ab", [1])]
    captured([*iterators, file])
    assert [len(list(one)) for one in iterators] == before
    assert file.read() == "line\nline"


def test_mappings_are_not_changed():
    """A default dictionary gets no new keys, an ordered one keeps its order."""
    default = collections.defaultdict(list)
    captured(default)
    assert default == {}
    cache = collections.OrderedDict(b=1, a=2)
    captured(cache)
    assert list(cache) == ["b", "a"]


def test_mocks_are_not_called():
    """A test double that is passed through a traced function has recorded no call."""
    for double in (
        mock.Mock(),
        mock.MagicMock(),
        mock.Mock(spec=dict),
        mock.MagicMock(spec=list),
        mock.MagicMock(spec=np.ndarray),
    ):
        captured([double])
        assert double.mock_calls == []
        assert double.method_calls == []


def test_properties_are_not_evaluated():
    """Only the fields of records are read, never the properties of other objects."""
    touched = []

    class Lazy:
        def __getattr__(self, name):
            touched.append(name)
            raise AttributeError(name)

        @property
        def dtype(self):
            touched.append("dtype")

        @property
        def expensive(self):
            touched.append("expensive")

    captured(Lazy())
    assert touched == []


def test_each_field_is_read_once():
    """A record's fields are read a single time each."""
    reads = []

    @dataclasses.dataclass
    class Record:
        a: int

        def __getattribute__(self, name):
            if name == "a":
                reads.append(name)
            return super().__getattribute__(name)

    assert captured(Record(1)) == {"a": 1}
    assert reads == ["a"]


def test_proxies_are_not_resolved():
    """An object that pretends to be of another class is taken for what it is."""

    class Proxy:
        @property
        def __class__(self):
            raise AssertionError("resolved")

        def __repr__(self):
            return "<Proxy>"

    assert captured(Proxy()) == "<Proxy>"


def test_a_keyboard_interrupt_is_not_swallowed():
    """Ctrl-C while a value is captured stops the program, as it must."""

    class Slow:
        def __repr__(self):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        captured(Slow())


def test_containers_changed_by_another_thread_do_no_harm():
    """A dictionary that grows while it is captured is captured as far as possible."""
    shared = {number: [number] for number in range(500)}
    stop = threading.Event()

    def change():
        while not stop.is_set():
            shared[len(shared)] = [1]
            if len(shared) > 5000:
                shared.clear()

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(200):
            captured(shared)
    finally:
        stop.set()
        thread.join()


# -- bounds ------------------------------------------------------------------------------------------


def test_cycles_are_cut():
    """Whatever contains itself is said to."""
    lists = [1]
    lists.append(lists)
    mapping = {"a": {}}
    mapping["a"]["b"] = mapping
    assert captured(lists) == [1, "… cycle to list"]
    assert captured(mapping) == {"a": {"b": "… cycle to dict"}}


def test_a_value_met_twice_is_no_cycle():
    """Shared parts are written wherever they occur."""
    shared = [1]
    assert captured({"a": shared, "b": shared}) == {"a": [1], "b": [1]}


def test_graphs_that_share_their_parts_take_no_long_time():
    """A few lists that hold one another a thousand times are not followed along every path."""
    for empty in ([], {}, (), set(), ""):
        value = empty
        for _ in range(12):
            value = [value] * 1000
        started = time.perf_counter()
        assert truncated(value)
        assert time.perf_counter() - started < 2


def test_deep_values_are_cut_at_the_depth():
    """Deeper levels are named, not followed."""
    value = "bottom"
    for _ in range(100_000):
        value = [value]
    assert captured(value, SMALL) == [[[["… list"]]]]
    assert truncated(value, SMALL)


def test_long_containers_say_how_much_is_missing():
    """The first items and a count of the rest."""
    assert captured(list(range(10)), SMALL) == [0, 1, 2, 3, 4, "… 5 more"]
    assert captured({str(number): number for number in range(10)}, SMALL)["…"] == "5 more"
    assert truncated(list(range(10)), SMALL)


def test_long_text_says_how_much_is_missing():
    """Cut between characters, never inside one."""
    text = "é" * 10_000
    kept = captured(text, SMALL)
    assert kept == "é" * 2000 + "… (8000 more characters)"


def test_large_bytes_are_not_copied():
    """Of a large buffer only the size is kept."""
    assert captured(bytearray(10_000_000)) == "… 10000000 bytes"
    assert captured(memoryview(bytes(10_000_000))) == "… 10000000 bytes"
    assert captured(b"\x00\x01") == "AAE="


def test_a_long_repr_is_cut():
    """An object that describes itself at length is cut and says so."""

    class Chatty:
        def __repr__(self):
            return "x" * 1_000_000

    assert len(captured(Chatty())) < 10_000
    assert truncated(Chatty())


def test_huge_numbers_are_kept_as_far_as_they_can():
    """Integers beyond 64 bits stay numbers; beyond Python's own limit for text they are described."""
    assert captured(10**30) == 10**30
    assert captured({"n": -(2**70)}) == {"n": -(2**70)}
    assert captured(10**5000) == "<int of 16610 bits>"
    assert json.loads(encode_arguments({"n": 10**5000}, LIMITS)[0]) == {"n": "<int of 16610 bits>"}
