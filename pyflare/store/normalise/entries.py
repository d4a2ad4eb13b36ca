"""The attributes of many spans, found by key without looking at each span."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.store.normalise.rules import KEYS, PREFIXES
from pyflare.store.normalise.vector import Codes, Integers, Mask, Types, integers, np

TYPES: Final = ("string", "int", "double", "bool", "bytes", "array", "kvlist", "empty")
"""The types of attribute values, as `attribute_types` names them; strings have no entry there."""
STRING: Final = TYPES.index("string")
INT: Final = TYPES.index("int")
DOUBLE: Final = TYPES.index("double")
ARRAY: Final = TYPES.index("array")
_TYPE_NUMBERS: Final = {name: number for number, name in enumerate(TYPES)}
_UNKNOWN_TYPE: Final = _TYPE_NUMBERS["empty"]
"""A type that this version does not know is read like no value."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The values of one attribute, where spans have it."""

    rows: Integers
    """Which spans, in order."""
    positions: Integers
    """Where the values lie in `Entries.texts`."""
    types: Types
    """Positions in `TYPES`."""

    def where(self, mask: Mask) -> Cells:
        """Some of them."""
        return Cells(self.rows[mask], self.positions[mask], self.types[mask])


class Entries:
    """The known attributes of the spans of a table."""

    def __init__(self, attributes: pa.ChunkedArray, types: pa.ChunkedArray) -> None:
        self.count = len(attributes)
        self.indexed: dict[str, list[str]] = {}
        """By prefix, the indexed attributes there are."""
        self._numbers: dict[str, int] = {}
        sizes, keys, self.texts = _parts(attributes)
        self._by_number = self._group(keys, sizes)
        self._types_source = types
        self._types: dict[str, tuple[Integers, Types]] | None = None

    def __contains__(self, key: str) -> bool:
        return key in self._numbers

    def __bool__(self) -> bool:
        return bool(self._numbers)

    def _group(self, keys: pa.Array, sizes: Integers) -> list[tuple[Integers, Integers]]:
        """The positions of each known key, and the rows they belong to."""
        if not len(keys):
            return []
        encoded = pc.dictionary_encode(keys)
        distinct = encoded.dictionary.to_pylist()
        lookup = np.zeros(len(distinct) + 1, np.int32)
        for code, key in enumerate(distinct):
            lookup[code] = self._number(key)
        if not self._numbers:
            return []
        numbers = lookup[_codes(encoded)]
        known = np.flatnonzero(numbers)
        found = numbers[known]
        order = np.argsort(found.astype(np.int16) if len(self._numbers) < (1 << 15) else found, kind="stable")
        positions = known[order]
        rows = np.repeat(np.arange(len(sizes)), sizes)[positions]
        bounds = np.searchsorted(found[order], np.arange(1, len(self._numbers) + 2))
        return [(rows[start:end], positions[start:end]) for start, end in pairwise(bounds)]

    def _number(self, key: str | None) -> int:
        """A number from one on for a key that is known, else zero."""
        if key is None:
            return 0
        if key not in KEYS:
            prefix = next((prefix for prefix in PREFIXES if key.startswith(prefix)), None)
            if prefix is None:
                return 0
            self.indexed.setdefault(prefix, []).append(key)
        return self._numbers.setdefault(key, len(self._numbers) + 1)

    def cells(self, key: str) -> Cells | None:
        """The values of a known attribute; None where no span has it."""
        number = self._numbers.get(key)
        if number is None:
            return None
        rows, positions = self._by_number[number - 1]
        return Cells(rows, positions, self._types_of(key, rows))

    def _types_of(self, key: str, rows: Integers) -> Types:
        if self._types is None:
            self._types = self._read_types()
        typed = self._types.get(key)
        if typed is None:
            return np.zeros(len(rows), np.int8)
        typed_rows, types = typed
        if len(rows) == len(typed_rows) and np.array_equal(rows, typed_rows):
            return types
        dense = np.zeros(self.count, np.int8)
        dense[typed_rows] = types
        return dense[rows]

    def _read_types(self) -> dict[str, tuple[Integers, Types]]:
        sizes, keys, values = _parts(self._types_source)
        if not len(keys):
            return {}
        encoded = pc.dictionary_encode(keys)
        names = encoded.dictionary.to_pylist()
        codes = _codes(encoded)
        words = pc.dictionary_encode(values)
        numbers = [_TYPE_NUMBERS.get(word, _UNKNOWN_TYPE) for word in words.dictionary.to_pylist()]
        types = np.array([*numbers, STRING], np.int8)[_codes(words)]
        order = np.argsort(codes, kind="stable")
        rows = np.repeat(np.arange(len(sizes)), sizes)[order]
        bounds = np.searchsorted(codes[order], np.arange(len(names) + 1))
        return {
            name: (rows[start:end], types[order[start:end]])
            for name, start, end in zip(names, bounds[:-1], bounds[1:], strict=True)
            if name in self._numbers
        }

    def take(self, positions: Integers) -> pa.Array:
        """The texts at some positions."""
        return self.texts.take(integers(positions))


def _codes(encoded: Any) -> Codes:
    """A dictionary array's indices; a null's is one past the last."""
    indices = encoded.indices
    if indices.null_count:
        indices = pc.fill_null(indices, len(encoded.dictionary))
    return np.asarray(indices)


def _parts(maps: pa.ChunkedArray) -> tuple[Integers, pa.Array, pa.Array]:
    """A map column as the number of entries in each row, and their keys and values."""
    whole = maps.combine_chunks()
    offsets = np.asarray(whole.offsets).astype(np.int64) if len(whole) else np.zeros(1, np.int64)
    first, last = int(offsets[0]), int(offsets[-1])
    return np.diff(offsets), whole.keys.slice(first, last - first), whole.items.slice(first, last - first)
