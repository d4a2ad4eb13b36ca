"""Taking the spans out of a journal, in batches.

A reader yields batches; whoever takes one has it handled in the ledger before
asking for the next, or stops asking. Nothing is kept in memory in between: what
was not handled is read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from pyflare.schema.records import SPAN_END_TAG, VERDICT_TAG, SpanEnd, Verdict
from pyflare.tracing.guard import guard
from pyflare.tracing.shipping.ledger import Ledger, Place

BATCH_BYTES: Final = 2 << 20
"""Collectors take 4 MiB over gRPC by default; a request is about as large as its records."""
_ARRAY_16: Final = 0xDC
"""First byte of a msgpack array of more than 15 items; two bytes of length follow."""

_decode_span: Final = msgspec.msgpack.Decoder(SpanEnd).decode
_decode_verdict: Final = msgspec.msgpack.Decoder(Verdict).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large a batch gets."""

    spans: int
    size_bytes: int = BATCH_BYTES


@dataclass(frozen=True, slots=True)
class Item:
    """A span, and the frame it comes from."""

    place: Place
    span: SpanEnd


Batch = list[Item]


class Reader(Protocol):
    """Takes what there is to ship out of one journal."""

    def batches(self) -> Iterator[Batch]:
        """One sweep over all that was written before it began, and possibly more."""
        ...


class JournalReader:
    """Every span as it comes, but for the traces that a tail sampler refused."""

    def __init__(self, ledger: Ledger, limits: Limits) -> None:
        self._ledger = ledger
        self._limits = limits
        # A dead journal says to its end which traces were refused; a living one comes here only without tail sampling.
        self._refused = refused_traces(ledger) if ledger.dead else frozenset()

    def batches(self) -> Iterator[Batch]:
        """One sweep."""
        return group(self._items(), self._limits)

    def _items(self) -> Iterator[Item]:
        ledger = self._ledger
        for segment in ledger.segments():
            for place, payload in ledger.read(segment, ledger.position(segment.name)):
                if ledger.is_handled(place):
                    continue
                span = read_span(payload) if record_tag(payload) == SPAN_END_TAG else None
                if span is None or span.trace_id in self._refused:
                    ledger.handle(place)
                else:
                    yield Item(place, span)


def refused_traces(ledger: Ledger) -> frozenset[bytes]:
    """The traces of a journal that its tail sampler refused."""
    return frozenset(
        trace_id
        for segment in ledger.segments()
        for _, payload in ledger.read(segment, ledger.beginning)
        if record_tag(payload) == VERDICT_TAG and (trace_id := read_refusal(payload)) is not None
    )


def read_span(payload: bytes) -> SpanEnd | None:
    """A span, or None where it cannot be read: one damaged record must not hold up the others for ever."""
    try:
        return _decode_span(payload)
    except msgspec.MsgspecError as error:
        guard.fault("read a span to ship", error)
        return None


def read_refusal(payload: bytes) -> bytes | None:
    """The id of a trace that was refused, or None where the record cannot be read."""
    try:
        return _decode_verdict(payload).trace_id
    except msgspec.MsgspecError as error:
        guard.fault("read a verdict", error)
        return None


def group(items: Iterable[Item], limits: Limits) -> Iterator[Batch]:
    """Batches of as many items as a request may have."""
    batch: Batch = []
    size_bytes = 0
    for item in items:
        item_bytes = item.place.end - item.place.start
        if batch and (len(batch) >= limits.spans or size_bytes + item_bytes > limits.size_bytes):
            yield batch
            batch, size_bytes = [], 0
        batch.append(item)
        size_bytes += item_bytes
    if batch:
        yield batch


def record_tag(payload: bytes) -> int:
    """Which kind of record a payload is."""
    return payload[3] if payload[0] == _ARRAY_16 else payload[1]
