"""Rows of one table to one destination."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pyarrow as pa

from pyflare.interchange.otlp import REQUEST_ROWS, SIGNALS, request
from pyflare.schema.records import WriterInfo
from pyflare.schema.tables import SCHEMA_VERSION
from pyflare.tracing.shipping.answer import Failed
from pyflare.tracing.shipping.backoff import Backoff
from pyflare.tracing.shipping.connect import connect
from pyflare.tracing.shipping.delivery import Delivery
from pyflare.tracing.shipping.destination import Destination

REQUEST_BYTES: Final = 2 << 20
"""Collectors take 4 MiB over gRPC by default; a request is about as large as its rows."""
_NOBODY: Final = WriterInfo(
    writer_id="",
    schema_version=SCHEMA_VERSION,
    pid=0,
    host="",
    started_unix_ns=0,
    project="",
    service_name="",
    resource={},
)


@dataclass(frozen=True, slots=True)
class _Row:
    place: int
    """Its position in the batch."""


class _Batch:
    """Rows that go out together, and which of them are handled."""

    info = _NOBODY

    def __init__(self, rows: pa.Table) -> None:
        self.rows = rows
        self.handled: set[int] = set()

    def handle(self, place: int) -> None:
        """Note that a row is accepted, or refused for good."""
        self.handled.add(place)

    def left(self) -> list[_Row]:
        """The rows that are not handled yet."""
        return [_Row(place) for place in range(self.rows.num_rows) if place not in self.handled]


class Outbox:
    """Sends the rows of one table; one batch at a time, which the next call goes on with where one has failed."""

    def __init__(
        self, table: str, destination: Destination, *, on_rejected: Callable[[int, str], None], draw: random.Random
    ) -> None:
        self.backoff: Final = Backoff(draw)
        self._table = table
        self._sender = connect(replace(destination, signal=SIGNALS[table]))
        self._delivery = Delivery(self._sender, on_rejected=on_rejected, encode=self._encode)
        self._batch = _Batch(pa.table({}))

    def send(self, rows: pa.Table) -> tuple[list[int], Failed | None]:
        """Send rows that fit into one request.

        Returns:
            The positions of the rows that are handled: accepted, or refused for good. And why not all of them are.
        """
        self._batch = _Batch(rows)
        failed = self._delivery.ship(self._batch, self._batch.left())
        return sorted(self._batch.handled), failed

    def _encode(self, _: WriterInfo, items: Sequence[Any]) -> bytes:
        rows = self._batch.rows
        chosen = (
            rows if len(items) == rows.num_rows else rows.take(pa.array([item.place for item in items], pa.int64()))
        )
        return bytes(request(self._table, chosen).SerializeToString())

    def close(self) -> None:
        """Let go of the connection."""
        self._sender.close()


def in_requests(rows: pa.Table) -> Iterator[pa.Table]:
    """Rows in pieces that fit into one request each."""
    row_bytes = max(1, rows.nbytes // max(1, rows.num_rows))
    count = max(1, min(REQUEST_ROWS, REQUEST_BYTES // row_bytes))
    for start in range(0, rows.num_rows, count):
        yield rows.slice(start, count)
