"""What attributes say of some traces: those of any of their spans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pyflare.store.engine import Engine
from pyflare.store.language.nodes import Name
from pyflare.workspace.compare_known import NAMED_BY_COLUMNS
from pyflare.workspace.contrast.columns import MEMBERS_SQL, members_parameters, positions_of
from pyflare.workspace.contrast.fields import Field, Numbers, Positions, Words
from pyflare.workspace.contrast.members import Groups

MAX_KEYS: Final = 200
"""The most frequent keys are compared."""
MAX_BYTES: Final = 100
"""Longer values are content, which is not compared."""
_NUMERIC: Final = frozenset({"int", "double"})
_PLAIN: Final = _NUMERIC | {"string", "bool"}


_QUERY: Final = f"""
SELECT trace_id, key, value, coalesce(attribute_types[key], 'string') AS type FROM (
    SELECT trace_id, attribute_types, unnest(map_keys(attributes)) AS key, unnest(map_values(attributes)) AS value
    FROM spans WHERE {MEMBERS_SQL}
) WHERE strlen(value) <= {MAX_BYTES} AND key NOT IN (SELECT unnest(?::VARCHAR[]))
    AND left(value, 1) NOT IN ('{{', '[') AND NOT regexp_matches(key, '[.][0-9]+([.]|$)')"""
"""Objects and lists are content; keys with a number between dots belong to lists that were taken apart."""


def attribute_fields(engine: Engine, groups: Groups) -> Iterator[Field]:
    """The attributes of the traces' spans, the most frequent keys first; numbers of a trace as their mean."""
    parameters = [*members_parameters(groups), sorted(NAMED_BY_COLUMNS)]
    rows, size = engine.run(lambda *_: (_QUERY, parameters), traces=False), len(groups.trace_ids)
    traces = positions_of(rows["trace_id"], groups)
    keys, values, types = (_encoded(rows[name]) for name in ("key", "value", "type"))
    is_plain, is_number = _among(types, _PLAIN), _among(types, _NUMERIC)
    numbers = np.array([_number(text) for text in values.words])
    order = np.flatnonzero(is_plain)
    order = order[np.argsort(keys.codes[order], kind="stable")]
    counts = np.bincount(keys.codes[order], minlength=len(keys.words))
    ends = np.cumsum(counts)
    for key in map(int, np.argsort(-counts, kind="stable")[:MAX_KEYS]):
        at = order[ends[key] - counts[key] : ends[key]]
        if at.size:
            name = Name("attributes", keys.words[key])
            words = _words(name, traces[at], values, at)
            yield _as_numbers(words, numbers[values.codes[at]], size) if is_number[at].all() else words


def _words(name: Name, traces: Positions, values: _Encoded, at: Positions) -> Words:
    used, codes = np.unique(values.codes[at], return_inverse=True)
    return Words(name=name, traces=traces, codes=codes, words=[values.words[code] for code in used])


def _as_numbers(words: Words, numbers: npt.NDArray[np.float64], size: int) -> Numbers:
    return Numbers(name=words.name, numbers=_mean(words.traces, numbers, size), texts=words)


def _mean(traces: Positions, numbers: npt.NDArray[np.float64], size: int) -> npt.NDArray[np.float64]:
    """Per trace the mean of its finite numbers; nan where it has none."""
    is_finite = np.isfinite(numbers)
    sums = np.bincount(traces[is_finite], weights=numbers[is_finite], minlength=size)
    counts = np.bincount(traces[is_finite], minlength=size)
    means = np.full(size, np.nan)
    means[counts > 0] = sums[counts > 0] / counts[counts > 0]
    return means


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


@dataclass(frozen=True, slots=True)
class _Encoded:
    """A column of texts: the different ones, and for each row which."""

    words: list[str]
    codes: Positions


def _encoded(column: pa.ChunkedArray) -> _Encoded:
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    return _Encoded(encoded.dictionary.to_pylist(), encoded.indices.to_numpy().astype(np.int64))


def _among(column: _Encoded, words: frozenset[str]) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = np.array([word in words for word in column.words], np.bool_)[column.codes]
    return found
