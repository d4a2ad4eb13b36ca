"""The attributes of many records: one flat list of entries, and where each record's begin."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from pyflare.store.decode.otlp.values import text_of

TYPES: Final = (None, "int", "double", "bool", "bytes", "array", "kvlist", "empty")
"""Types of values, by their code in `Attributes.types`. A string has none."""
TYPE_CODES: Final = {name: code for code, name in enumerate(TYPES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """The attributes of n records with m entries in all."""

    offsets: pa.Array
    """int32, shape (n + 1,): where the entries of each record begin and the last one's end."""
    keys: pa.Array
    """string, shape (m,)."""
    texts: pa.Array
    """string, shape (m,): values as `typed_text` gives them."""
    types: pa.Array
    """int8, shape (m,): positions in `TYPES`."""

    def maps(self) -> tuple[pa.Array, pa.Array]:
        """The columns of values and of types. Where a record has a key twice, the last one counts."""
        single = self._each_key_once()
        not_text = pc.not_equal(single.types, 0)
        before = pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(not_text.cast(pa.int32()))])
        words = pa.array(TYPES, pa.string()).take(single.types.filter(not_text))
        return (
            pa.MapArray.from_arrays(single.offsets, single.keys, single.texts),
            pa.MapArray.from_arrays(before.take(single.offsets), single.keys.filter(not_text), words),
        )

    def _each_key_once(self) -> Attributes:
        """The same without entries that a later one of the same record overrides; DuckDB refuses maps with such."""
        codes = self.keys.dictionary_encode()
        records = pc.list_parent_indices(pa.ListArray.from_arrays(self.offsets, codes.indices))
        pairs = pc.add(pc.multiply(records.cast(pa.int64()), len(codes.dictionary)), codes.indices.cast(pa.int64()))
        if pc.count_distinct(pairs).as_py() == len(pairs):
            return self
        return self._take(_last_of_each(pairs.to_pylist()), records)

    def _take(self, positions: list[int], records: pa.Array) -> Attributes:
        kept = pa.array(positions, pa.int64())
        counts = [0] * (len(self.offsets) - 1)
        for record in records.take(kept).to_pylist():
            counts[record] += 1
        offsets = pc.cumulative_sum(pa.array([0, *counts], pa.int32()))
        return Attributes(
            offsets=offsets, keys=self.keys.take(kept), texts=self.texts.take(kept), types=self.types.take(kept)
        )


def _last_of_each(items: list[int]) -> list[int]:
    """Positions of items that do not come again, each moved to where the item came first: as in a dict."""
    last = {item: position for position, item in enumerate(items)}
    return [*last.values()]


class AttributesBuilder:
    """Collects the attributes of records one by one."""

    def __init__(self) -> None:
        self._offsets = array("i", [0])
        self._keys: list[str] = []
        self._texts: list[str] = []
        self._types = array("b")

    def add(self, attributes: Iterable[KeyValue]) -> None:
        """Append the attributes of the next record."""
        for attribute in attributes:
            text, type = text_of(attribute.value)
            self._keys.append(attribute.key)
            self._texts.append(text)
            self._types.append(TYPE_CODES[type])
        self._offsets.append(len(self._keys))

    def finish(self) -> Attributes:
        """The attributes of all records added."""
        return Attributes(
            offsets=_of_buffer(self._offsets, pa.int32()),
            keys=pa.array(self._keys, pa.string()),
            texts=pa.array(self._texts, pa.string()),
            types=_of_buffer(self._types, pa.int8()),
        )


def _of_buffer(values: array[int], type: Any) -> pa.Array:
    return pa.Array.from_buffers(type, len(values), [None, pa.py_buffer(values)])
