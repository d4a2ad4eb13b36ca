"""What a collector's answer means, in the three ways that matter to the shipper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The request is done with, though the collector may have thrown away some of its spans."""

    rejected_spans: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The collector will never take this request: something in it is wrong, or it is too large."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Nobody knows, or not now. The same request may succeed later."""

    reason: str
    retry_after_s: float | None = None
    """How long the collector asked to be left alone."""
    blames_request: bool = False
    """Whether it is an error of the server itself, so that some span may be the cause of it."""


Answer = Accepted | Refused | Failed


class Sender(Protocol):
    """One way to send export requests."""

    def send(self, request: bytes) -> Answer:
        """Send a serialised Export…ServiceRequest of the destination's signal once. Never raises for what a network or a collector does."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...

    def abort(self) -> None:
        """From another thread: end a `send` that is under way, where that can be done."""
        ...
