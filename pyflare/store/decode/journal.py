"""From the payloads of a journal to records, keeping track of what is still open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

import msgspec

from pyflare.schema.records import (
    PAYLOAD_TAG,
    REQUEST_TAG,
    ROW_TAG,
    SPAN_END_TAG,
    SPAN_START_TAG,
    VERDICT_TAG,
    Payload,
    Request,
    Row,
    SpanEnd,
    SpanStart,
    Verdict,
    WriterInfo,
    encode_record,
)
from pyflare.store.decode.repeats import Repeats

_ARRAY_16: Final = 0xDC
"""The first byte of a msgpack array of more than 15 items; its length takes two more bytes."""
_KEY_BYTES: Final = 26
"""Trace id and span id as they lie in a record: 16 bytes, a two-byte msgpack header, 8 bytes."""
_TRACE_ID_BYTES: Final = 16

_decode_start = msgspec.msgpack.Decoder(SpanStart).decode
_decode_end = msgspec.msgpack.Decoder(SpanEnd).decode
_decode_row = msgspec.msgpack.Decoder(Row).decode
_decode_payload = msgspec.msgpack.Decoder(Payload).decode
_decode_verdict = msgspec.msgpack.Decoder(Verdict).decode
_decode_request = msgspec.msgpack.Decoder(Request).decode


class SpanState(Enum):
    """What became of a span; the values are those of the column `state`."""

    ENDED = "ended"
    RUNNING = "running"
    DIED = "died"


@dataclass(slots=True, kw_only=True)
class Batch:
    """Records of one journal that are ready to become rows."""

    info: WriterInfo
    spans: list[SpanEnd] = field(default_factory=list)
    unfinished: list[SpanStart] = field(default_factory=list)
    unfinished_state: SpanState = SpanState.RUNNING
    rows: list[Row] = field(default_factory=list)
    payloads: list[Payload] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    """OTLP requests, sound ones. The spans of refused traces are still in them."""


class JournalDecoder:
    """Reads the records of one journal in the order they were written.

    Feed it the payloads of each segment, older generations first, and take what
    is ready whenever it suits. A span that is fed twice before it is taken counts once.
    """

    def __init__(self, info: WriterInfo, *, repeats: Repeats | None = None) -> None:
        """Begin a journal.

        Args:
            info: Whose it is.
            repeats: What is remembered of its requests, where several decoders read one journal.
        """
        self.info = info
        self.refused: set[bytes] = set()
        """Ids of traces that the tail sampler refused. Spans of theirs taken earlier must go too."""
        self.dropped: set[bytes] = set()
        """Those of them whose spans were left out of what was taken."""
        self.damaged = 0
        """Payloads that were no record: whole frames of unknown content."""
        self._open: dict[bytes, bytes] = {}  # payloads of starts, by key
        self._early: set[bytes] = set()
        """Keys of spans whose end came first: the segments of one generation are in no order."""
        self._ended: dict[bytes, SpanEnd] = {}
        self._rows: list[Row] = []
        self._payloads: list[Payload] = []
        self._requests: list[Request] = []
        self._repeats = Repeats() if repeats is None else repeats

    def feed(self, payloads: Iterable[bytes]) -> None:
        """Take in the next payloads. A damaged one is counted, never raised."""
        opened, ended, early = self._open, self._ended, self._early
        for payload in payloads:
            try:
                at = 3 if payload[0] == _ARRAY_16 else 1
                tag = payload[at]
                if tag == SPAN_END_TAG:
                    key = payload[at + 3 : at + 3 + _KEY_BYTES]
                    ended[key] = _decode_end(payload)
                    if opened.pop(key, None) is None:
                        early.add(key)
                elif tag == SPAN_START_TAG:
                    key = payload[at + 3 : at + 3 + _KEY_BYTES]
                    if key not in early:
                        opened[key] = payload
                else:
                    self._feed_other(tag, payload)
            except (msgspec.MsgspecError, IndexError):
                self.damaged += 1

    def _feed_other(self, tag: int, payload: bytes) -> None:
        if tag == ROW_TAG:
            self._rows.append(_decode_row(payload))
        elif tag == PAYLOAD_TAG:
            self._payloads.append(_decode_payload(payload))
        elif tag == VERDICT_TAG:
            self.refused.add(_decode_verdict(payload).trace_id)
        elif tag == REQUEST_TAG:
            self._feed_request(_decode_request(payload))
        else:
            self.damaged += 1

    def _feed_request(self, request: Request) -> None:
        from pyflare.store.decode.otlp import is_sound

        if not is_sound(request):
            self.damaged += 1
        elif not self._repeats.has(request):
            self._requests.append(request)

    def end_generation(self) -> None:
        """Note that a generation has been fed: what comes now began no later than it ended."""
        self._early.clear()

    def take(self) -> Batch:
        """What has become ready since the last time: ended spans, rows, payloads and requests."""
        spans, rows, payloads, requests = [*self._ended.values()], self._rows, self._payloads, self._requests
        self._ended.clear()
        self._rows, self._payloads, self._requests = [], [], []
        if self.refused:
            kept = [span for span in spans if span.trace_id not in self.refused]
            if len(kept) < len(spans):
                self.dropped.update(span.trace_id for span in spans if span.trace_id in self.refused)
            spans = kept
        return Batch(info=self.info, spans=spans, rows=rows, payloads=payloads, requests=requests)

    def unfinished(self, state: SpanState) -> Batch:
        """The spans that have begun and not ended, refused ones left out. They stay open here."""
        starts = [start for start in self._starts() if start.trace_id not in self.refused]
        return Batch(info=self.info, unfinished=starts, unfinished_state=state)

    def _starts(self) -> Iterator[SpanStart]:
        for payload in self._open.values():
            try:
                yield _decode_start(payload)
            except msgspec.MsgspecError:
                self.damaged += 1

    def carried(self) -> list[bytes]:
        """The payloads that a later reader of this journal still needs.

        These are the starts of open spans, and the verdicts on their traces.
        """
        verdicts = [encode_record(Verdict(trace_id)) for trace_id in sorted(self.refused & self.open_traces())]
        return [*verdicts, *self._open.values()]

    def open_traces(self) -> set[bytes]:
        """Ids of the traces that have spans which have begun and not ended."""
        return {key[:_TRACE_ID_BYTES] for key in self._open}
