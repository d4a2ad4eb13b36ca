"""Span tables as they come to be normalised."""

import json

import pyarrow as pa

from pyflare.schema.arrow import arrow_schema
from pyflare.schema.tables import SPANS
from pyflare.store.decode import arrays
from pyflare.store.normalise import fill

START_NS = 1_760_000_000_000_000_000


def table(*spans, columns=None):
    """Spans of the given attributes; `columns` holds values of other columns, for all of them."""
    count = len(spans)
    attributes, types = arrays.typed_maps(spans)
    made = {
        "trace_id": pa.array(["0" * 31 + "1"] * count),
        "span_id": pa.array([f"{number:016x}" for number in range(1, count + 1)]),
        "start_time": pa.array([START_NS] * count, pa.timestamp("ns")),
        "status_code": pa.array(["unset"] * count),
        "attributes": attributes,
        "attribute_types": types,
    }
    schema = arrow_schema(SPANS)
    for name, value in (columns or {}).items():
        made[name] = pa.array([value] * count, schema.field(name).type)
    return pa.Table.from_arrays(
        [made[field.name] if field.name in made else pa.nulls(count, field.type) for field in schema], schema=schema
    )


def filled(attributes, **columns):
    """One span's columns after normalisation, those that were filled; JSON as values."""
    before = table(attributes, columns=columns)
    after = fill(before)
    row, old = after.to_pylist()[0], before.to_pylist()[0]
    found = {name: value for name, value in row.items() if value != old[name]}
    return {name: json.loads(value) if name in {"input", "output"} else value for name, value in found.items()}


def text(content):
    return {"type": "text", "content": content}


def event(name, attributes, *, after_ns=0):
    return {"time": START_NS + after_ns, "name": name, "attributes": json.dumps(attributes)}
