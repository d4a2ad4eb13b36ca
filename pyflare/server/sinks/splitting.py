"""Sending what a backend refuses in halves: a request that is too large for it, or holds a record that it does not take."""

from __future__ import annotations

from typing import Any, Final

from pyflare.otlp.messages import SHAPES, Shape, Signal
from pyflare.tracing.shipping.answer import Accepted, Answer, Failed, Refused, Sender

_REQUESTS: Final = 64
"""At most so many for one request: enough to find a few bad records of 500. After that, pieces are refused as a whole."""


class SplittingSender:
    """Halves what is refused until the rest is accepted. What is refused in the end is a count of an acceptance.

    Where a half fails the whole is sent again later: backends take a record twice for once.
    """

    def __init__(self, sender: Sender, signal: Signal) -> None:
        self._sender = sender
        self._shape = SHAPES[signal]

    def send(self, request: bytes) -> Answer:
        """Send an export request, in pieces where it must be. Never raises."""
        answer = self._sender.send(request)
        if not isinstance(answer, Refused):
            return answer
        return self._send_pieces(request, answer.reason)

    def _send_pieces(self, request: bytes, reason: str) -> Answer:
        waiting = halves(self._shape, request)
        rejected = 0 if waiting else count(self._shape, request)
        sent = 0
        while waiting:
            piece = waiting.pop()
            answer = self._sender.send(piece)
            sent += 1
            if isinstance(answer, Failed):
                return answer
            if isinstance(answer, Accepted):
                rejected += answer.rejected_spans
                reason = answer.message or reason
                continue
            parts = halves(self._shape, piece) if sent + len(waiting) < _REQUESTS else []
            waiting += parts
            rejected += 0 if parts else count(self._shape, piece)
        return Accepted(rejected_spans=rejected, message=reason)

    def close(self) -> None:
        """Let go of the connection."""
        self._sender.close()

    def abort(self) -> None:
        """From another thread: end a `send` that is under way, where that can be done."""
        self._sender.abort()


def count(shape: Shape, request: bytes) -> int:
    """Spans, metrics or log records in a request."""
    return sum(len(getattr(scope, shape.records)) for scope in _scopes(shape, shape.request.FromString(request)))


def halves(shape: Shape, request: bytes) -> list[bytes]:
    """A request as two, each with half of its records; none where it has but one."""
    message = shape.request.FromString(request)
    total = sum(len(getattr(scope, shape.records)) for scope in _scopes(shape, message))
    if total < 2:
        return []
    middle = total // 2
    return [_part(shape, message, 0, middle), _part(shape, message, middle, total)]


def _scopes(shape: Shape, message: Any) -> list[Any]:
    return [scope for group in getattr(message, shape.resources) for scope in getattr(group, shape.scopes)]


def _part(shape: Shape, message: Any, start: int, stop: int) -> bytes:
    """The records from `start` to `stop`, with the resources and scopes around them."""
    part = shape.request()
    index = 0
    for group in getattr(message, shape.resources):
        into = None
        for scope in getattr(group, shape.scopes):
            records = getattr(scope, shape.records)
            low, high = max(start - index, 0), min(stop - index, len(records))
            index += len(records)
            if low < high:
                into = _like(getattr(part, shape.resources), group, shape.scopes) if into is None else into
                kept = _like(getattr(into, shape.scopes), scope, shape.records)
                getattr(kept, shape.records).extend(records[low:high])
    return bytes(part.SerializeToString())


def _like(target: Any, source: Any, without: str) -> Any:
    """Another item of a repeated field, equal to `source` but for one field, which is empty."""
    added = target.add()
    for field, value in source.ListFields():
        if field.name == without:
            continue
        if field.message_type is not None:
            getattr(added, field.name).CopyFrom(value)
        else:
            setattr(added, field.name, value)
    return added
