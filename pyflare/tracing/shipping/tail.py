"""Holding spans back until the tail sampler has spoken about their trace."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import msgspec

from pyflare.schema.records import SPAN_END_TAG, SPAN_START_TAG, VERDICT_TAG
from pyflare.tracing.guard import guard
from pyflare.tracing.shipping.ledger import Ledger, Place
from pyflare.tracing.shipping.reading import Batch, Item, Limits, group, read_refusal, read_span, record_tag

HELD_SPANS: Final = 20_000
"""Beyond this the oldest traces go out, decided or not: the spool must not wait for a trace that never ends."""
_REMEMBERED_REFUSALS: Final = 100_000


class _Start(msgspec.Struct, array_like=True, tag=SPAN_START_TAG, frozen=True, gc=False):
    """The head of a SpanStart."""

    trace_id: bytes
    span_id: bytes
    parent_span_id: bytes | None


class _End(msgspec.Struct, array_like=True, tag=SPAN_END_TAG, frozen=True, gc=False):
    """The head of a SpanEnd."""

    trace_id: bytes
    span_id: bytes
    parent_span_id: bytes | None


_decode_start: Final = msgspec.msgpack.Decoder(_Start).decode
_decode_end: Final = msgspec.msgpack.Decoder(_End).decode


@dataclass(slots=True)
class _Trace:
    """What has been read of a trace that is held."""

    parents: dict[bytes, bytes | None] = field(default_factory=dict)
    """Of each span that has started: its parent."""
    ended: set[bytes] = field(default_factory=set)
    spans: list[Place] = field(default_factory=list)
    verdicts: list[Place] = field(default_factory=list)

    @property
    def is_decided(self) -> bool:
        """Whether no first span of the trace in this process is still running."""
        return all(span_id in self.ended for span_id, parent in self.parents.items() if parent not in self.parents)


class TailReader:
    """The spans of a living journal whose process samples at the tail.

    The verdict on a trace is written before its first span's end. So a trace is
    decided when that end has been read, and what the verdict was is known after
    whatever else was written by then has been read, too.
    """

    def __init__(self, ledger: Ledger, limits: Limits, *, held_spans: int = HELD_SPANS) -> None:
        self._ledger = ledger
        self._limits = limits
        self._held_limit = held_spans
        self._offsets: dict[str, int] = {}
        self._traces: OrderedDict[bytes, _Trace] = OrderedDict()
        self._refused: OrderedDict[bytes, None] = OrderedDict()
        self._held = 0
        self._ready: list[Place] = []

    def batches(self) -> Iterator[Batch]:
        """One sweep: what was decided before it began."""
        yield from self._read_on()
        decided = [trace_id for trace_id, trace in self._traces.items() if trace.is_decided]
        yield from self._read_on()
        self._release(decided)
        yield from self._ship_ready()

    def _read_on(self) -> Iterator[Batch]:
        for segment in self._ledger.segments():
            offset = self._offsets.get(segment.name, self._ledger.position(segment.name))
            for place, payload in self._ledger.read(segment, offset):
                self._offsets[segment.name] = place.end
                self._observe(place, payload)
            if self._held > self._held_limit:
                self._release_oldest()
                yield from self._ship_ready()

    def _observe(self, place: Place, payload: bytes) -> None:
        try:
            is_held = self._note(place, payload, record_tag(payload))
        except msgspec.MsgspecError as error:
            guard.fault("read a record to ship", error)
            is_held = False
        if not is_held:
            self._ledger.handle(place)

    def _note(self, place: Place, payload: bytes, tag: int) -> bool:
        """Take note of a record. Whether its frame is held until the trace is released."""
        if tag == SPAN_START_TAG:
            start = _decode_start(payload)
            self._trace(start.trace_id).parents[start.span_id] = start.parent_span_id
            return False
        if tag == SPAN_END_TAG:
            end = _decode_end(payload)
            trace = self._trace(end.trace_id)
            trace.parents[end.span_id] = end.parent_span_id
            trace.ended.add(end.span_id)
            trace.spans.append(place)
            self._held += 1
            return True
        trace_id = read_refusal(payload) if tag == VERDICT_TAG else None
        if trace_id is None:
            return False
        self._refuse(trace_id)
        self._trace(trace_id).verdicts.append(place)
        return True

    def _trace(self, trace_id: bytes) -> _Trace:
        trace = self._traces.get(trace_id)
        if trace is None:
            trace = self._traces[trace_id] = _Trace()
        return trace

    def _refuse(self, trace_id: bytes) -> None:
        self._refused[trace_id] = None
        if len(self._refused) > _REMEMBERED_REFUSALS:
            self._refused.popitem(last=False)

    def _release_oldest(self) -> None:
        excess = self._held - self._held_limit
        oldest = []
        for trace_id, trace in self._traces.items():
            if excess <= 0:
                break
            if trace.spans:
                oldest.append(trace_id)
                excess -= len(trace.spans)
        self._release(oldest)

    def _release(self, trace_ids: list[bytes]) -> None:
        for trace_id in trace_ids:
            trace = self._traces.pop(trace_id)
            self._held -= len(trace.spans)
            if trace_id in self._refused:
                for place in trace.spans:
                    self._ledger.handle(place)
            else:
                self._ready += trace.spans
            # Only now: where the process dies before, its heir must find the verdict.
            for place in trace.verdicts:
                self._ledger.handle(place)

    def _ship_ready(self) -> Iterator[Batch]:
        try:
            yield from group(self._ready_items(), self._limits)
        finally:
            self._ready = [place for place in self._ready if not self._ledger.is_handled(place)]

    def _ready_items(self) -> Iterator[Item]:
        for place in self._ready:
            if self._ledger.is_handled(place):
                continue
            payload = self._ledger.read_one(place)
            span = None if payload is None else read_span(payload)
            if span is None:  # the segment was deleted from outside, or the record is damaged
                self._ledger.handle(place)
            else:
                yield Item(place, span)
