"""Delivering a batch: what is accepted or refused is handled, and one bad span does not take the others with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from pyflare.schema.records import WriterInfo
from pyflare.tracing.shipping.answer import Accepted, Answer, Failed, Refused, Sender
from pyflare.tracing.shipping.encode import encode_request
from pyflare.tracing.shipping.reading import Item

_REQUESTS: Final = 64
"""At most so many for one batch: enough to find three bad spans of 512. After that, pieces are refused as a whole."""
_HOPELESS_REQUESTS: Final = 12
"""So many without one accepted reach a single span of 512: it is not a span that the server fails on."""
_PATIENCE: Final = 5
"""Errors of the server in a row before a span of the request is suspected."""


class Placed(Protocol):
    """Something to deliver: a span, or a whole request."""

    @property
    def place(self) -> Any:
        """Where it comes from: what its keeper is told when it is handled."""
        ...


class Keeper(Protocol):
    """Knows what has been handled: a journal's ledger, or whoever reads the store."""

    @property
    def info(self) -> WriterInfo:
        """Whose records they are."""
        ...

    def handle(self, place: Any) -> None:
        """Note that what comes from a place is accepted, or refused for good."""
        ...


def _encode_spans(info: WriterInfo, items: Sequence[Item]) -> bytes:
    return encode_request(info, [item.span for item in items])


def _one(_: object) -> int:
    return 1


@dataclass(slots=True)
class _Search:
    """The search for bad spans in one batch."""

    requests: int = 0
    has_accepted: bool = False
    suspects: list[Placed] = field(default_factory=list)


class Delivery:
    """Sends batches to one destination."""

    def __init__(
        self,
        sender: Sender,
        *,
        on_rejected: Callable[[int, str], None],
        encode: Callable[[WriterInfo, Sequence[Any]], bytes] = _encode_spans,
        weigh: Callable[[Any], int] = _one,
    ) -> None:
        """Deliver through a sender.

        Args:
            sender: The connection.
            on_rejected: Told how many records the destination refused, and why.
            encode: Makes one request of several items of a journal.
            weigh: Says how many records an item is.
        """
        self._sender = sender
        self._encode = encode
        self._weigh = weigh
        self._on_rejected = on_rejected
        self._server_errors = 0

    def ship(self, ledger: Keeper, batch: Sequence[Placed]) -> Failed | None:
        """Send a batch. None where all of it is handled, else why some of it is not.

        A batch that is refused is halved until the bad spans are found; they are
        counted and skipped. Where the server itself fails again and again, the
        spans that it fails on are skipped only if it accepts others.
        """
        search = _Search()
        failed = self._ship_piece(ledger, batch, search)
        if failed is not None:
            return failed
        if search.suspects and not search.has_accepted:
            return Failed(reason="the server fails on every span")
        self._server_errors = 0
        if search.suspects:
            self._reject(ledger, search.suspects, "the server fails on it")
        return None

    def _ship_piece(self, ledger: Keeper, piece: Sequence[Placed], search: _Search) -> Failed | None:
        """Send a piece of the batch. None where it is handled, or suspected."""
        answer = self._send(ledger.info, piece)
        search.requests += 1
        if isinstance(answer, Accepted):
            search.has_accepted = True
            self._accept(ledger, piece, answer)
            return None
        if isinstance(answer, Failed) and not self._suspects(answer, search):
            return answer
        if len(piece) > 1 and search.requests < _REQUESTS:
            middle = len(piece) // 2
            return self._ship_piece(ledger, piece[:middle], search) or self._ship_piece(ledger, piece[middle:], search)
        if isinstance(answer, Refused):
            self._reject(ledger, piece, answer.reason)
            return None
        if len(piece) > 1:
            return answer  # the rest is for another time
        search.suspects += piece
        return None

    def _suspects(self, answer: Failed, search: _Search) -> bool:
        """Whether a failure may be due to a span, rather than to the server or the way to it."""
        if not answer.blames_request:
            return False
        if search.requests == 1:
            self._server_errors += 1
        is_hopeless = search.requests >= _HOPELESS_REQUESTS and not search.has_accepted
        return self._server_errors > _PATIENCE and not is_hopeless

    def _send(self, info: WriterInfo, piece: Sequence[Placed]) -> Answer:
        try:
            request = self._encode(info, piece)
        except Exception as error:
            return Refused(reason=f"it cannot be written as OTLP: {type(error).__name__}: {error}")
        return self._sender.send(request)

    def _accept(self, ledger: Keeper, piece: Sequence[Placed], answer: Accepted) -> None:
        for item in piece:
            ledger.handle(item.place)
        if answer.rejected_spans:
            self._on_rejected(answer.rejected_spans, answer.message)

    def _reject(self, ledger: Keeper, piece: Sequence[Placed], reason: str) -> None:
        for item in piece:
            ledger.handle(item.place)
        self._on_rejected(sum(map(self._weigh, piece)), reason)
