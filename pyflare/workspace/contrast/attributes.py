"""What attributes say of some traces: those of any of their spans."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pyflare.store.engine import Engine
from pyflare.store.language.nodes import Name
from pyflare.workspace.compare_known import NAMED_BY_COLUMNS
from pyflare.workspace.contrast.columns import MEMBERS_SQL, members_parameters, positions_of
from pyflare.workspace.contrast.fields import Field, Numbers, Positions, words_of
from pyflare.workspace.contrast.members import Groups

MAX_KEYS: Final = 200
"""The most frequent keys are compared."""
MAX_BYTES: Final = 100
"""Longer values are content, which is not compared."""
_NUMERIC: Final = pa.array(["int", "double"])
_PLAIN: Final = pa.array(["string", "bool", "int", "double"])


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
    rows = engine.run(lambda *_: (_QUERY, parameters), traces=False)
    rows = rows.filter(pc.is_in(rows["type"], value_set=_PLAIN)).combine_chunks()
    traces = positions_of(rows["trace_id"], groups)
    keys = _column(rows, "key").dictionary_encode()
    codes = keys.indices.to_numpy()
    order = np.argsort(codes, kind="stable")
    counts = np.bincount(codes, minlength=len(keys.dictionary)) if len(codes) else np.zeros(0, np.int64)
    ends = np.cumsum(counts)
    for key in np.argsort(-counts, kind="stable")[:MAX_KEYS]:
        at = order[ends[key] - counts[key] : ends[key]]
        name = Name("attributes", keys.dictionary[int(key)].as_py())
        of_key = rows.take(pa.array(at))
        yield _field(name, traces[at], of_key, len(groups.trace_ids))


def _field(name: Name, traces: Positions, rows: pa.Table, size: int) -> Field:
    values = _column(rows, "value")
    words = words_of(name, traces, values)
    if not pc.all(pc.is_in(rows["type"], value_set=_NUMERIC)).as_py():
        return words
    numbers = np.array([_number(text) for text in words.words])[words.codes]
    return Numbers(name=name, numbers=_mean(words.traces, numbers, size), texts=words)


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


def _column(rows: pa.Table, name: str) -> pa.Array:
    column = rows[name].combine_chunks()
    return column if isinstance(column, pa.Array) else pa.concat_arrays(column.chunks)
