"""Taking rows out of parts: whatever belongs to a trace, a session or a user.

Parts are immutable, so a part with such rows is rewritten without them, in one
change for all tables, and the old file is deleted: the bytes are gone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import duckdb
import msgspec
import pyarrow as pa

from pyflare.schema.arrow import arrow_schema
from pyflare.schema.tables import SPANS, TABLES
from pyflare.store.catalog import Deletion
from pyflare.store.change import Change
from pyflare.store.mentions import NAMES_DELETED, NAMING, forget_traces, named_in
from pyflare.store.scratch import fetch, parts_source, rewrite_part

DELETION_COLUMNS: Final = ("trace_id", "session_id", "user_id")

_OF_TRACE: Final = "trace_id IN (SELECT trace_id FROM deleted_traces)"
_OF_PREDICTION: Final = "prediction_id IN (SELECT prediction_id FROM deleted_predictions)"

_Parameters = Mapping[str, Any]


class Removal:
    """What one deletion means for the rows of each table, as a change stands now."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, change: Change, deletion: Deletion) -> None:
        self._connection = connection
        self._change = change
        self._deletion = deletion
        self._parameters: _Parameters = {"value": deletion.value, "until": deletion.requested_unix_ns}
        self.traces = self._find_traces()
        connection.register("deleted_traces", self.traces)
        self.predictions = self._find("predictions", "prediction_id")
        connection.register("deleted_predictions", self.predictions)

    def _find_traces(self) -> pa.Table:
        """A trace in which the user or session appears goes whole."""
        if self._deletion.column == "trace_id":
            return pa.table({"trace_id": [self._deletion.value]})
        known = pa.table({"trace_id": pa.array(self._deletion.trace_ids, pa.string())})
        return pa.concat_tables([known, self._select("spans", "trace_id", self._own_rows("spans"))])

    def _own_rows(self, table: str) -> str:
        """Rows that name the user or session themselves. Those that came after the request are not meant."""
        moment = f"epoch_ns({TABLES[table].time_column})"
        return f"({self._deletion.column} = $value AND {moment} <= $until)"

    def condition(self, table: str) -> str:
        """Which rows of a table go; empty where none can."""
        names = TABLES[table].column_names
        ways = [_OF_TRACE] if "trace_id" in names else []
        if self._deletion.column in names and self._deletion.column != "trace_id":
            ways.append(self._own_rows(table))
        if "prediction_id" in names and table != "predictions":
            ways.append(_OF_PREDICTION)
        return " OR ".join(ways)

    def _find(self, table: str, column: str) -> pa.Table:
        return self._select(table, column, self.condition(table))

    def _select(self, table: str, column: str, where: str) -> pa.Table:
        source = parts_source(self._change.root, table, self._change.parts_of(table))
        query = f"SELECT DISTINCT {column} FROM ({source}) WHERE {where}"
        return fetch(self._connection, query, self._parameters)

    def apply(self, live: Mapping[str, pa.Table]) -> Counter[str]:
        """Take the rows out of every table's parts, and the traces out of rows that only name them.

        Args:
            live: Rows that no part holds yet: payloads they refer to are still needed.

        Returns:
            How many rows went, by table.

        Raises:
            OSError: A part could not be written.
        """
        spans = parts_source(self._change.root, "spans", self._change.parts_of("spans"))
        references = fetch(self._connection, references_sql(spans, self.condition("spans")), self._parameters)
        removed: Counter[str] = Counter()
        for table in TABLES:
            where = self.condition(table)
            if where:
                removed[table] = remove_rows(self._connection, self._change, table, where, self._parameters)
        removed["payloads"] = remove_payloads(self._connection, self._change, references, live)
        forget_traces(self._connection, self._change)
        return +removed

    def later(self, live: Mapping[str, pa.Table], waiting: Mapping[str, int]) -> Deletion:
        """The deletion as it is to be done again, when the writers in `waiting` have gone on."""
        still_named = named_in(self._connection, live)
        return msgspec.structs.replace(self._deletion, waiting=dict(waiting), trace_ids=tuple(still_named))

    def matches(self, live: Mapping[str, pa.Table]) -> bool:
        """Whether any of some rows that no part holds yet would go too, or names a trace that does."""
        for table, rows in live.items():
            where = " OR ".join(filter(None, [self.condition(table), NAMES_DELETED if table in NAMING else ""]))
            query = f"SELECT count(*) AS matching FROM live_rows WHERE {where}"
            if where and fetch(self._connection, query, self._parameters, live_rows=rows)["matching"][0].as_py():
                return True
        return False


def remove_rows(
    connection: duckdb.DuckDBPyConnection,
    change: Change,
    table: str,
    where: str,
    parameters: Mapping[str, Any] | None = None,
) -> int:
    """Rewrite the parts of a table that hold rows for which `where` is true. Returns how many rows went.

    Raises:
        OSError: A part could not be written.
    """
    parts = {str(part.path(change.root)): part for part in change.parts_of(table)}
    if not parts:
        return 0
    query = f"SELECT filename, count(*) AS n FROM read_parquet($paths, filename = true) WHERE {where} GROUP BY filename"
    found = fetch(connection, query, {**(parameters or {}), "paths": [*parts]})
    removed = 0
    for path, count in zip(found["filename"].to_pylist(), found["n"].to_pylist(), strict=True):
        part = parts[path]
        rest = None if count == part.rows else rewrite_part(connection, change.root, part, f"NOT ({where})", parameters)
        change.replace([part], rest)
        removed += count
    return removed


def references_sql(spans: str, where: str = "true") -> str:
    """The payloads that spans refer to, as a column `content_id`."""
    return f"""
        SELECT DISTINCT unnest([input_ref, output_ref]) AS content_id FROM ({spans})
        WHERE (input_ref IS NOT NULL OR output_ref IS NOT NULL) AND ({where})"""


def remove_payloads(
    connection: duckdb.DuckDBPyConnection, change: Change, candidates: pa.Table, live: Mapping[str, pa.Table]
) -> int:
    """Remove those of some payloads that no span refers to any more. Returns how many rows went.

    Raises:
        OSError: A part could not be written.
    """
    if not candidates.num_rows:
        return 0
    spans = parts_source(change.root, "spans", change.parts_of("spans"))
    live_spans = live.get("spans", arrow_schema(SPANS).empty_table())
    query = f"""
        SELECT content_id FROM candidates WHERE content_id IS NOT NULL
        EXCEPT {references_sql(spans)} EXCEPT {references_sql("FROM live_spans")}"""
    unneeded = fetch(connection, query, candidates=candidates, live_spans=live_spans)
    connection.register("unneeded", unneeded)
    try:
        return remove_rows(connection, change, "payloads", "content_id IN (SELECT content_id FROM unneeded)")
    finally:
        connection.unregister("unneeded")
