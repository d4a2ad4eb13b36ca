"""From journal records to Arrow tables.

`JournalDecoder` turns payloads into records and knows what is still open,
`tables` turns batches of records into the columns of every table (OTLP requests
through `otlp`), and `typed_value` gives an attribute's value back as it was.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from pyflare.schema.tables import TABLES
from pyflare.store.decode.journal import Batch, JournalDecoder, SpanState
from pyflare.store.decode.repeats import Repeats
from pyflare.store.decode.rows import in_order, payload_table, row_tables, unknown_rows
from pyflare.store.decode.spans import span_table
from pyflare.store.decode.typed import typed_text, typed_value

__all__ = ["Batch", "JournalDecoder", "Repeats", "SpanState", "tables", "typed_text", "typed_value", "unknown_rows"]


def tables(batches: Sequence[Batch]) -> dict[str, pa.Table]:
    """The rows of several journals, by table name; tables without rows are left out.

    Each table has exactly `arrow_schema(table)` and is sorted by its time column.
    """
    made = row_tables(batches)
    if any(batch.spans or batch.unfinished for batch in batches):
        made["spans"] = span_table(batches)
    if any(batch.payloads for batch in batches):
        made["payloads"] = payload_table(batches)
    if any(batch.requests for batch in batches):
        return _with_requests(made, batches)
    return made


def _with_requests(made: dict[str, pa.Table], batches: Sequence[Batch]) -> dict[str, pa.Table]:
    """The tables with the rows of the OTLP requests, which come after others of the same moment."""
    from pyflare.store.decode import otlp
    from pyflare.store.normalise import evaluations, fill, fill_from_logs

    pieces = {name: [rows] for name, rows in made.items()}
    for batch in batches:
        for name, rows in otlp.tables(batch.requests, batch.info).items():
            pieces.setdefault(name, []).append(fill(rows) if name == "spans" else rows)
    whole = {
        name: tables[0] if len(tables) == 1 else in_order(pa.concat_tables(tables), TABLES[name])
        for name, tables in pieces.items()
    }
    if "spans" in whole and "logs" in whole:
        whole["spans"] = fill_from_logs(whole["spans"], whole["logs"])
    judged = [evaluations(whole.get("spans"), whole.get("logs"))]
    if judged[0].num_rows:
        judged = [whole["evaluations"], *judged] if "evaluations" in whole else judged
        whole["evaluations"] = in_order(pa.concat_tables(judged), TABLES["evaluations"])
    return whole
