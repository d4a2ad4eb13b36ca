"""What a receiver takes at most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of the OTLP receivers, for each process."""

    max_body_bytes: int = 64 * _MIB
    """The largest request, decompressed. OTLP recommends 64 MiB."""
    max_inflight_bytes: int = 256 * _MIB
    """Bytes of requests that are being received or decoded at once; beyond it senders are told to come again."""
    receive_timeout_s: float = 60.0
    """How long the body of a request may take to come, in seconds."""
    max_records: int = 500_000
    """Spans, metrics or log records in one request."""
    max_concurrent_streams: int = 100
    """gRPC calls under way at once on one connection."""
    reuse_port: bool = False
    """Whether several processes listen on one gRPC port."""
    max_kept_rejections: int = 1_000
    """Refused records of one request that go to quarantine; the others are only counted."""
    max_rejection_bytes: int = 256 * 1024
    """The largest refused record that quarantine keeps, as JSON; so for the resource and the scope around it."""
    max_kept_bytes: int = 8 * _MIB
    """Refused records of one request that go to quarantine, in bytes of JSON."""
    cors_origins: tuple[str, ...] = ()
    """Origins of web pages that may send, such as `https://shop.example`; `*` stands for anything."""
