"""Traces that are named by rows about many of them: what deletion and retention take out of such rows.

What a drift monitor found, or an alert, is about thousands of traces and names
some. When one of those goes, the row stays and names it no longer: so whoever
reads such rows, also by SQL of their own, need not ask whether their traces are
still there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import duckdb
import pyarrow as pa

from pyflare.schema.tables import TABLES
from pyflare.store.change import Change
from pyflare.store.scratch import fetch, rewrite_part

SAMPLES: Final = "sample_trace_ids"
"""The column that names them."""
NAMING: Final = tuple(name for name, table in TABLES.items() if SAMPLES in table.column_names)
"""The tables that have it."""
NAMES_DELETED: Final = f"list_has_any({SAMPLES}, (SELECT list(trace_id) FROM deleted_traces))"
"""Whether a row names any trace of the table `deleted_traces`, as SQL."""
_UNNAMED: Final = f"list_filter({SAMPLES}, lambda named: NOT list_contains($gone, named))"


def forget_traces(connection: duckdb.DuckDBPyConnection, change: Change) -> None:
    """Rewrite the parts whose rows name a trace of the connection's table `deleted_traces`, without its name.

    Raises:
        OSError: A part could not be written.
    """
    for table in NAMING:
        parts = {str(part.path(change.root)): part for part in change.parts_of(table)}
        for path, gone in _named(connection, [*parts]).items():
            instead = {SAMPLES: _UNNAMED}
            rest = rewrite_part(connection, change.root, parts[path], "true", {"gone": gone}, instead=instead)
            change.replace([parts[path]], rest)


def _named(connection: duckdb.DuckDBPyConnection, paths: list[str]) -> dict[str, list[str]]:
    """The deleted traces that are named, by the file that names them."""
    if not paths:
        return {}
    query = f"""
        SELECT filename, list(DISTINCT trace_id) AS gone
        FROM (SELECT filename, unnest({SAMPLES}) AS trace_id FROM read_parquet($paths, filename = true))
        SEMI JOIN deleted_traces USING (trace_id) GROUP BY filename"""
    found = fetch(connection, query, {"paths": paths})
    return dict(zip(found["filename"].to_pylist(), found["gone"].to_pylist(), strict=True))


def named_in(connection: duckdb.DuckDBPyConnection, live: Mapping[str, pa.Table]) -> list[str]:
    """The traces of the connection's table `deleted_traces` that some rows are of, or name; sorted."""
    found: set[str] = set()
    for rows in live.values():
        for column, each in (("trace_id", "trace_id"), (SAMPLES, f"unnest({SAMPLES})")):
            if column in rows.column_names:
                named = f"(SELECT DISTINCT {each} AS trace_id FROM live_rows)"
                query = f"SELECT trace_id FROM {named} SEMI JOIN deleted_traces USING (trace_id)"
                found.update(fetch(connection, query, live_rows=rows)["trace_id"].to_pylist())
    return sorted(found)
