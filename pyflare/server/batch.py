"""What goes from receiver to processor to sink, and the errors that say whether a retry can help."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from pyflare.errors import PyFlareError
from pyflare.otlp.messages import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """One record that was refused while its neighbours were kept."""

    reason: str
    """What was expected, what came and what to do."""
    record: dict[str, Any]
    """The record as OTLP/JSON, with the resource and scope around it: what a retry needs."""


@dataclass(slots=True, kw_only=True)
class Batch:
    """The records of one export request, checked: ids, times and encodings are valid."""

    signal: Signal
    source: str
    """The receiver, such as `otlp/http`."""
    message: Any
    """The request as protobuf. Who changes it calls `changed()`."""
    body: bytes | None
    """The message serialised, as long as nobody has changed it."""
    records: int
    """Spans, data points or log records in it."""
    received_unix_ns: int
    key: str = ""
    """Whose it is, for rate limits: an API key's hash, or the peer's address."""
    rejections: list[Rejection] = field(default_factory=list)
    """Records that were taken out of it, for quarantine."""
    rejected: int = 0
    """How many were taken out: of very many, `rejections` holds the first."""
    warnings: list[str] = field(default_factory=list)
    """What the sender should know although all was accepted."""

    def changed(self) -> None:
        """Forget the serialised form, because the message is no longer what it was."""
        self.body = None

    def serialised(self) -> bytes:
        """The message as protobuf bytes."""
        if self.body is None:
            self.body = bytes(self.message.SerializeToString())
        return self.body


class Consumer(Protocol):
    """Takes batches: a processor or a sink. Several threads may call it at once."""

    @property
    def waits(self) -> bool:
        """Whether `consume` may wait or take long: call it in a thread, not in an event loop."""
        ...

    def consume(self, batch: Batch) -> None:
        """Take a batch. When this returns, its records are the consumer's: stored, or dropped on purpose.

        Raises:
            UnavailableError: Not now: nothing of the batch was kept, and the sender should come again.
            RefusedError: Never: nothing of the batch was kept, and sending it again is of no use.
        """
        ...

    def close(self) -> None:
        """Finish what is under way. No batch comes after it."""
        ...


class UnavailableError(PyFlareError, RuntimeError):
    """The batch cannot be taken now. Over HTTP 503 (429 for a rate limit), over gRPC UNAVAILABLE."""

    def __init__(
        self, message: str, *, retry_after_s: float = 1.0, is_rate_limit: bool = False, reason: str = "unavailable"
    ) -> None:
        """Say why, after how many seconds to come again, and the reason that metrics count it under."""
        super().__init__(message)
        self.reason = "rate_limit" if is_rate_limit else reason
        self.retry_after_s = retry_after_s
        self.is_rate_limit = is_rate_limit


class RefusedError(PyFlareError, ValueError):
    """The batch will never be taken. Over HTTP 400, over gRPC INVALID_ARGUMENT."""
