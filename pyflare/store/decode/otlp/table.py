"""Columns into a table of the schema, and what its times can hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.schema.arrow import ARROW_TYPES, arrow_schema
from pyflare.schema.columns import Table
from pyflare.store.decode.rows import in_order

LATEST_NS: Final = 1 << 62
"""The latest time a column holds, in unix nanoseconds: a start and a duration still add up. It is in 2116."""
_LATEST: Final = pa.scalar(LATEST_NS, pa.uint64())


def finish(columns: Mapping[str, pa.Array], table: Table, count: int) -> pa.Table:
    """A table with exactly `arrow_schema(table)`, sorted by time; columns that are not given are null."""
    found = [
        columns[column.name] if column.name in columns else pa.nulls(count, ARROW_TYPES[column.type])
        for column in table.columns
    ]
    return in_order(pa.Table.from_arrays(found, schema=arrow_schema(table)), table)


def within(times_ns: pa.Array) -> pa.Array:
    """uint64 times as int64; what is later than `LATEST_NS` becomes that."""
    return pc.min_element_wise(times_ns, _LATEST).cast(pa.int64())


def fits(times_ns: pa.Array) -> pa.Array:
    """Whether each of uint64 times is no later than `LATEST_NS`."""
    return pc.less_equal(times_ns, _LATEST)


def none_for(values: pa.Array, default: Any) -> pa.Array:
    """The values with null for protobuf's default, which stands for a field that was not set."""
    return pc.if_else(pc.equal(values, default), pa.scalar(None, values.type), values)
