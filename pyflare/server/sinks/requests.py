"""Taking the requests out of a receiver's journal, in batches, to pass them on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, cast

import msgspec

from pyflare.otlp.messages import REQUESTS, SHAPES, Signal
from pyflare.schema.records import REQUEST_TAG, VERDICT_TAG, Request, WriterInfo
from pyflare.server.batch import Batch
from pyflare.server.processors.spans import keep_spans
from pyflare.server.sinks.splitting import count
from pyflare.tracing.guard import guard
from pyflare.tracing.shipping.ledger import Ledger, Place
from pyflare.tracing.shipping.reading import BATCH_BYTES, read_refusal, record_tag, refused_traces

_decode: Final = msgspec.msgpack.Decoder(Request).decode


@dataclass(frozen=True, slots=True)
class Item:
    """A request, and the frame it comes from."""

    place: Place
    request: Request
    body: bytes
    """What is passed on: the request as it came, without the spans of refused traces."""

    @property
    def signal(self) -> Signal:
        """What the request holds."""
        return cast(Signal, self.request.signal)


class RequestReader:
    """The requests of one journal, as they came, but for the traces that a tail sampler refused.

    Where the journal's process samples at the tail, a request is held back for
    `hold_s` seconds: by then the verdicts on its traces have been written.
    """

    def __init__(self, ledger: Ledger, *, hold_s: float = 0.0, clock: Callable[[], int] = time.time_ns) -> None:
        self._ledger = ledger
        self._hold_ns = int(hold_s * 1e9)
        self._clock = clock
        self._refused = set(refused_traces(ledger)) if ledger.dead else set()
        self._looked_ahead: dict[str, int] = {}

    def batches(self) -> Iterator[list[Item]]:
        """One sweep: requests of one signal each time, as many as one export may have."""
        batch: list[Item] = []
        size_bytes = 0
        for item in self._items():
            is_full = size_bytes + len(item.body) > BATCH_BYTES
            if batch and (is_full or item.signal != batch[0].signal):
                yield batch
                batch, size_bytes = [], 0
            batch.append(item)
            size_bytes += len(item.body)
        if batch:
            yield batch

    def _items(self) -> Iterator[Item]:
        ledger = self._ledger
        holds = self._hold_ns > 0 and not ledger.dead
        latest_ns = self._clock() - self._hold_ns
        if self._hold_ns:
            self._look_ahead()
        for segment in ledger.segments():
            for place, payload in ledger.read(segment, ledger.position(segment.name)):
                if ledger.is_handled(place):
                    continue
                request = read_request(payload) if record_tag(payload) == REQUEST_TAG else None
                if holds and request is not None and request.unix_ns > latest_ns:
                    return
                body = b"" if request is None else self._without_refused(request)
                if request is None or not body:
                    ledger.handle(place)
                else:
                    yield Item(place, request, body)

    def _look_ahead(self) -> None:
        """Take note of all verdicts that have been written by now."""
        for segment in self._ledger.segments():
            offset = self._looked_ahead.get(segment.name, self._ledger.position(segment.name))
            for place, payload in self._ledger.read(segment, offset):
                self._looked_ahead[segment.name] = place.end
                trace_id = read_refusal(payload) if record_tag(payload) == VERDICT_TAG else None
                if trace_id is not None:
                    self._refused.add(trace_id)

    def _without_refused(self, request: Request) -> bytes:
        if not self._refused or request.signal != "traces":
            return request.body
        batch = Batch(
            signal="traces",
            source="",
            message=REQUESTS["traces"].FromString(request.body),
            body=request.body,
            records=0,
            received_unix_ns=request.unix_ns,
        )
        keep_spans(batch, lambda trace_id: trace_id not in self._refused)
        return batch.serialised()


def read_request(payload: bytes) -> Request | None:
    """A request, or None where it cannot be read: one damaged record must not hold up the others for ever."""
    try:
        request = _decode(payload)
    except msgspec.MsgspecError as error:
        guard.fault("read a request to pass on", error)
        return None
    return request if request.signal in SHAPES else None


def join_bodies(_: WriterInfo, items: Sequence[Item]) -> bytes:
    """One request of several: serialised messages of one type are joined by putting one behind the other."""
    return b"".join(item.body for item in items)


def count_records(item: Item) -> int:
    """Spans, metrics or log records in a request."""
    return count(SHAPES[item.signal], item.body)
