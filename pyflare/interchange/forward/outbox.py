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
        self.noted: set[int] = set()
        """Those of them that were noted while others were still to be sent."""

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
        self._note: Callable[[list[int]], None] = _ignore
        self._error: OSError | None = None

    def send(self, rows: pa.Table, *, note: Callable[[list[int]], None]) -> tuple[list[int], int, Failed | None]:
        """Send rows that fit into one request; in several, where the destination refuses some of them.

        Args:
            rows: The rows.
            note: Told the positions of rows that are handled, before a further request for the others is made.

        Returns:
            The positions of rows that are handled (accepted, or refused for good) and that `note` was not told;
            how many are handled in all; and why not all of them are.

        Raises:
            OSError: `note` has raised it.
        """
        self._batch, self._note = _Batch(rows), note
        failed = self._delivery.ship(self._batch, self._batch.left())
        if self._error is not None:
            raise self._error
        return sorted(self._batch.handled - self._batch.noted), len(self._batch.handled), failed

    def _encode(self, _: WriterInfo, items: Sequence[Any]) -> bytes:
        batch = self._batch
        if fresh := sorted(batch.handled - batch.noted):
            try:
                self._note(fresh)
                batch.noted.update(fresh)
            except OSError as error:  # raised here it would pass for a row that cannot be encoded
                self._error = error
        places = [item.place for item in items]
        chosen = batch.rows if len(places) == batch.rows.num_rows else batch.rows.take(pa.array(places, pa.int64()))
        return bytes(request(self._table, chosen).SerializeToString())

    def close(self) -> None:
        """Let go of the connection."""
        self._sender.close()


def _ignore(places: list[int]) -> None:
    """Take no notice."""


def in_requests(rows: pa.Table) -> Iterator[pa.Table]:
    """Rows in pieces that fit into one request each."""
    row_bytes = max(1, rows.nbytes // max(1, rows.num_rows))
    count = max(1, min(REQUEST_ROWS, REQUEST_BYTES // row_bytes))
    for start in range(0, rows.num_rows, count):
        yield rows.slice(start, count)
