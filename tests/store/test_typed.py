"""Attribute values survive being text."""

from __future__ import annotations

import json
import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyflare.store.decode.typed import json_text, typed_text, typed_value

SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text() | st.binary()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)
WRAPPERS = st.sampled_from(["doubleValue", "bytesValue", "kvlistValue"])


def _same(left: Any, right: Any) -> bool:
    """Equal in value and in type; NaN equals itself."""
    if isinstance(left, float) and isinstance(right, float) and math.isnan(left):
        return math.isnan(right)
    if type(left) is not type(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(_same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(_same(left[key], right[key]) for key in left)
    return bool(left == right)


@given(VALUES)
def test_any_value_comes_back_as_it_was(value: Any) -> None:
    """Text and type together give back the value, whatever it holds: NaN, bytes and nesting too."""
    assert _same(typed_value(*typed_text(value)), value)


@given(st.dictionaries(WRAPPERS, VALUES, min_size=1, max_size=2))
def test_objects_that_look_like_wrapped_values_come_back(value: dict[str, Any]) -> None:
    """A real object whose one key is the name of a wrapper is told from the wrapper."""
    assert _same(typed_value(*typed_text(value)), value)


@given(VALUES)
def test_text_of_compound_values_is_json(value: Any) -> None:
    """Arrays and kvlists are valid JSON, so DuckDB can look into them."""
    text, type = typed_text([value])
    assert type == "array"
    json.loads(text, parse_constant=pytest.fail)


@pytest.mark.parametrize(
    ("value", "text", "type"),
    [
        ("as it is", "as it is", None),
        (3, "3", "int"),
        (True, "true", "bool"),
        (0.5, "0.5", "double"),
        (1.0, "1.0", "double"),
        (math.inf, "Infinity", "double"),
        (-math.inf, "-Infinity", "double"),
        (math.nan, "NaN", "double"),
        (b"\x00\xff", "AP8=", "bytes"),
        (["a", 1], '["a",1]', "array"),
        ({"a": {"b": 1}}, '{"a":{"b":1}}', "kvlist"),
        (None, "null", "empty"),
    ],
)
def test_texts_are_as_documented(value: object, text: str, type: str | None) -> None:
    """Each kind of value has the text and the type that the table's documentation names."""
    assert typed_text(value) == (text, type)


@pytest.mark.parametrize(("text", "type"), [("x", "int"), ("yes", "bool"), ("!", "bytes"), ("1", "number")])
def test_a_text_that_is_not_of_its_type_is_an_error(text: str, type: str) -> None:
    """What cannot be the type it claims to be is refused, not guessed."""
    with pytest.raises(ValueError, match=r"."):
        typed_value(text, type)


def test_what_json_cannot_hold_is_its_text() -> None:
    """A value of a type that no record should have still gives valid JSON."""
    assert json_text(msgspec.UNSET) == '"UNSET"'
