"""Single values out of attributes: numbers, words, members of JSON. What does not fit is None, never an error."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from pyflare.dialects.json_text import BAD_JSON, decoded
from pyflare.store.normalise.entries import ARRAY, DOUBLE, INT, STRING
from pyflare.store.normalise.vector import Integers, Mask, Types, np

_MOST: Final = (1 << 63) - 1
_LONGEST_DIGITS: Final = 30
_check = msgspec.json.Decoder(msgspec.Raw).decode
_encode = msgspec.json.Encoder().encode


def encoded(value: object) -> str | None:
    """A value as JSON text; None where it has none."""
    found = encoded_bytes(value)
    return None if found is None else found.decode()


def encoded_bytes(value: object) -> bytes | None:
    """The same as UTF-8."""
    try:
        return _encode(value)
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError):
        return None


def is_json(text: str) -> bool:
    """Whether text is valid JSON."""
    try:
        _check(text)
    except BAD_JSON:
        return False
    return True


def count(value: object) -> int | None:
    """A number of things: a whole number that is not negative, or text of one."""
    number = amount(value)
    return int(number) if number is not None and number == int(number) else None


def amount(value: object) -> float | None:
    """A finite number that is not negative, or text of one; a whole number stays exact."""
    if isinstance(value, str):
        value = _number(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if math.isfinite(value) and 0 <= value <= _MOST else None


def _number(text: str) -> int | float | None:
    if len(text) > _LONGEST_DIGITS:
        return None
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return None


def numbers(texts: pa.Array, types: Types, *, scale: float | None) -> tuple[Integers, Mask]:
    """Texts of attributes as whole numbers, and which of them are such numbers."""
    if scale is None and bool((types == INT).all()):
        try:
            found = np.asarray(pc.cast(texts, pa.int64()))
            return found, found >= 0
        except pa.ArrowInvalid:
            pass
    values = [
        scaled(text, scale) if type in (STRING, INT, DOUBLE) else None
        for text, type in zip(texts.to_pylist(), types.tolist(), strict=True)
    ]
    return whole_numbers(values)


def whole_numbers(values: Sequence[int | None]) -> tuple[Integers, Mask]:
    """Numbers as an array, and which of them there are."""
    valid = np.array([value is not None for value in values], bool)
    return np.array([value or 0 for value in values], np.int64), valid


def scaled(value: object, scale: float | None) -> int | None:
    """A number in other units, to the nearest whole one."""
    if scale is None:
        return count(value)
    number = amount(value)
    return round(number * scale) if number is not None and number * scale <= _MOST else None


def translator(words: Mapping[str, str] | None, *, keep: bool) -> Callable[[str], str | None]:
    """From a dialect's word to the column's. A word that is in no table is kept or left out."""
    if words is None:
        return _itself
    return lambda text: words.get(text.strip().lower(), text if keep else None)


def _itself(text: str) -> str:
    return text


def word_list(value: object, translate: Callable[[str], str | None]) -> list[str] | None:
    """A list of words, or one word, translated; None where there is none."""
    items: Iterable[object] = value if isinstance(value, list) else [value]
    found = [word for item in items if isinstance(item, str) and item and (word := translate(item))]
    return found or None


def words_of(text: str, type: int, translate: Callable[[str], str | None]) -> list[str] | None:
    """The same from an attribute's text: an array, or one word."""
    if type == ARRAY:
        return word_list(decoded(text), translate)
    return word_list(text, translate) if type == STRING else None


def nanoseconds_since(text: object, start_ns: int) -> int | None:
    """How long after a moment in unix nanoseconds another in ISO 8601 was, which may stand in quotes."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text.strip('"'))
        elapsed_ns = round(moment.timestamp() * 1e6) * 1000 - start_ns
    except (ValueError, OverflowError, OSError):
        return None
    return elapsed_ns if moment.tzinfo is not None and 0 <= elapsed_ns <= _MOST else None


class Members:
    """Reads members of JSON objects, each attribute of each span once."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, int], Any] = {}

    def value(self, attribute: str, names: tuple[str, ...], position: int, text: str) -> Any:
        """An object that has the members of those names, of what the attribute holds; None where it is no such object.

        Members of other names are passed over without being made.
        """
        known = attribute, position
        if known not in self._read:
            try:
                self._read[known] = _decoder(names)(text)
            except BAD_JSON:
                self._read[known] = None
        return self._read[known]


@cache
def _decoder(names: tuple[str, ...]) -> Callable[[str], Any]:
    if "" in names:
        return msgspec.json.decode
    fields = [(f"m{number}", Any, None) for number in range(len(names))]
    shape = msgspec.defstruct(
        "Shape", fields, rename={f"m{number}": name for number, name in enumerate(names)}, gc=False
    )
    read = msgspec.json.Decoder(shape).decode
    return lambda text: dict(zip(names, msgspec.structs.astuple(read(text)), strict=True))


def member(value: Any, path: str) -> Any:
    """What lies at a path of names joined by dots; `*` stands for all items of a list."""
    if not path:
        return value
    name, _, rest = path.partition(".")
    if name == "*":
        if not isinstance(value, list):
            return None
        return [found for item in value if (found := member(item, rest)) is not None]
    return member(value.get(name), rest) if isinstance(value, dict) else None
