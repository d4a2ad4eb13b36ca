"""Rows of spans, metrics and logs as OTLP requests: what came over OTLP goes out equal. `files` writes them down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.interchange.otlp.logs import add_logs
from pyflare.interchange.otlp.metrics import add_metrics
from pyflare.interchange.otlp.request import RequestBuilder
from pyflare.interchange.otlp.spans import add_spans
from pyflare.otlp import Signal

SIGNALS: Final[Mapping[str, Signal]] = {"spans": "traces", "metrics": "metrics", "logs": "logs"}
"""The tables that OTLP can carry, and what it calls them."""
REQUEST_ROWS: Final = 512
"""Rows of one request, at most."""
_ADD: Final = {"spans": add_spans, "metrics": add_metrics, "logs": add_logs}


def requests(table: str, rows: pa.Table, *, batch_rows: int = REQUEST_ROWS) -> Iterator[Any]:
    """Rows as export requests of the table's signal, in order.

    Args:
        table: spans, metrics or logs.
        rows: Rows with the table's columns. Spans that are still running are left out.
        batch_rows: Rows of one request, at most.
    """
    for start in range(0, rows.num_rows, batch_rows):
        yield request(table, rows.slice(start, batch_rows))


def request(table: str, rows: pa.Table) -> Any:
    """The same as one request."""
    if table == "spans":
        rows = rows.filter(pc.not_equal(rows["state"], "running"))
    builder = RequestBuilder(SIGNALS[table])
    _ADD[table](builder, rows)
    return builder.message
