"""Usage that is reported twice by spans of one trace that came in different commits.

Mostly a caller ends, and comes, after what it called: the new span is the one
whose usage is repeated. Where it is one that a part holds already, the part is
written anew, which is rare.
"""

from __future__ import annotations

from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pyflare.schema.arrow import arrow_schema
from pyflare.schema.tables import SPANS
from pyflare.store.change import Change
from pyflare.store.normalise import TREE_COLUMNS, USAGE_COLUMNS, mark_repeated
from pyflare.store.once import span_keys
from pyflare.store.scratch import fetch, parts_source, rewrite_part

_TYPES: Final = {field.name: field.type for field in arrow_schema(SPANS)}
_TREE: Final = ", ".join(TREE_COLUMNS)
_MARKED: Final = "trace_id || span_id IN (SELECT key FROM marks)"


def settle_usage(
    connection: duckdb.DuckDBPyConnection, change: Change, spans: pa.Table, earlier: pa.Table
) -> tuple[pa.Table, pa.Table]:
    """Compare the usage of new spans with that of spans of their traces in parts.

    Args:
        connection: Where to work.
        change: What to put rewritten parts into.
        spans: The new spans, marked among themselves.
        earlier: The rows of `traces` that parts have of their traces.

    Returns:
        The spans, those marked whose usage a stored span repeats, and `trace_id`
        of the traces in which a stored span was marked: their rows have to be made anew.

    Raises:
        OSError: A part could not be written.
    """
    used = [pc.fill_null(pc.greater(earlier[name], 0), False) for name in USAGE_COLUMNS]
    known = earlier.filter(pc.or_(pc.or_(used[0], used[1]), used[2]))
    ids = known.select(["trace_id"])
    new = spans.filter(pc.is_in(spans["trace_id"], value_set=ids["trace_id"].combine_chunks()))
    if not new.num_rows or not known.num_rows:
        return spans, ids.slice(0, 0)
    since_ns = pc.min(known["start_time"].cast(pa.int64())).as_py()
    stored = _stored(connection, change, ids, since_ns=since_ns)
    tree = pa.concat_tables([new.select(TREE_COLUMNS), stored])
    before = pc.fill_null(tree["usage_repeated"], False)
    newly = tree.filter(pc.and_not(pc.fill_null(mark_repeated(tree)["usage_repeated"], False), before))
    if not newly.num_rows:
        return spans, ids.slice(0, 0)
    keys = span_keys(newly).combine_chunks()
    stored_keys = span_keys(stored)
    marked = stored.filter(pc.is_in(stored_keys, value_set=keys)).select(["trace_id"])
    if marked.num_rows:
        _mark_stored(connection, change, pa.table({"key": keys}), marked, since_ns=since_ns)
    return _mark_new(spans, keys), marked


def _stored(connection: duckdb.DuckDBPyConnection, change: Change, ids: pa.Table, *, since_ns: int) -> pa.Table:
    """What parts know of how the spans of some traces hang together, and of their usage."""
    parts = tuple(part for part in change.parts_of(SPANS.name) if part.max_time_ns >= since_ns)
    query = f"""
        SELECT {_TREE} FROM ({parts_source(change.root, SPANS.name, parts)})
        WHERE trace_id IN (SELECT trace_id FROM ids)"""
    schema = pa.schema([pa.field(name, _TYPES[name]) for name in TREE_COLUMNS])
    return fetch(connection, query, ids=ids).cast(schema)


def _mark_new(spans: pa.Table, keys: pa.Array) -> pa.Table:
    is_marked = pc.is_in(span_keys(spans), value_set=keys)
    marked = pc.if_else(is_marked, pa.scalar(True), spans["usage_repeated"])
    return spans.set_column(spans.schema.get_field_index("usage_repeated"), "usage_repeated", marked)


def _mark_stored(
    connection: duckdb.DuckDBPyConnection, change: Change, marks: pa.Table, ids: pa.Table, *, since_ns: int
) -> None:
    """Write the parts anew that hold any of the spans to mark. Raises OSError."""
    parts = {str(part.path(change.root)): part for part in change.parts_of(SPANS.name) if part.max_time_ns >= since_ns}
    query = f"""
        SELECT DISTINCT filename FROM read_parquet($paths, filename = true)
        WHERE trace_id IN (SELECT trace_id FROM ids) AND {_MARKED}"""
    found = fetch(connection, query, {"paths": [*parts]}, ids=ids, marks=marks)
    connection.register("marks", marks)
    try:
        for path in found["filename"].to_pylist():
            instead = {"usage_repeated": f"CASE WHEN {_MARKED} THEN true ELSE usage_repeated END"}
            change.replace([parts[path]], rewrite_part(connection, change.root, parts[path], "true", instead=instead))
    finally:
        connection.unregister("marks")
