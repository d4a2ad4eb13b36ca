"""What clients of `/live` say, checked; and what they are told.

A client says `{"action": "subscribe", "channels": ["traces:*"], "filter": "…"}`, `{"action": "unsubscribe",
"channels": […]}` or `{"action": "ping"}`. It is told `{"type": …, "payload": …, "timestamp": …}`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

from pyflare.server.api.errors import ApiError
from pyflare.server.api.moments import rfc3339
from pyflare.store.language import Of

MAX_CHARS: Final = 64 << 10
"""Longer messages of a client are refused."""
MAX_CHANNELS: Final = 32
"""Channels that one client may follow at a time."""
EVERYTHING: Final = "*"
_TRACE_ID: Final = re.compile(r"[0-9a-f]{32}")
_SHAPES: Final = "traces:*, traces:MODEL or spans:TRACE_ID"

Kind = Literal["trace", "span", "subscribed", "unsubscribed", "dropped", "ping", "pong", "error"]


@dataclass(frozen=True, slots=True)
class Channel:
    """What a client follows: traces, all or those of one model, or the spans of one trace."""

    of: Of
    what: str
    """`*`, a model, or a trace id."""

    def __str__(self) -> str:
        return f"{self.of}:{self.what}"


class Said(msgspec.Struct, forbid_unknown_fields=True):
    """A message of a client."""

    action: Literal["subscribe", "unsubscribe", "ping"]
    channels: list[str] = []
    filter: str = ""


_decode: Final = msgspec.json.Decoder(Said).decode


def read(text: str) -> Said:
    """Read a message of a client. Raises ApiError."""
    if len(text) > MAX_CHARS:
        raise ApiError(413, "too_large", f"expected a message of at most {MAX_CHARS:,} characters, got {len(text):,}")
    try:
        said = _decode(text)
    except msgspec.DecodeError as error:
        raise _bad(str(error), hint='{"action": "subscribe", "channels": ["traces:*"]} is a message.') from error
    if said.action != "ping" and not said.channels:
        raise _bad(f"{said.action}: expected channels", hint=f"Channels are {_SHAPES}.")
    return said


def channel_of(text: str) -> Channel:
    """The channel of a name. Raises ApiError."""
    of, colon, what = text.partition(":")
    if colon and what and of == "traces" and len(what) <= 1000:
        return Channel("traces", what)
    if colon and of == "spans" and _TRACE_ID.fullmatch(what):
        return Channel("spans", what)
    raise _bad(f"{text[:200]!r} is no channel", hint=f"Channels are {_SHAPES}.")


def message(kind: Kind, payload: Mapping[str, Any] | None = None, **more: Any) -> str:
    """A message for a client."""
    said: dict[str, Any] = {"type": kind, **more, "timestamp": rfc3339(time.time_ns())}
    if payload is not None:
        said["payload"] = payload
    return msgspec.json.encode(said).decode()


def trace_message(trace: Mapping[str, Any]) -> str:
    """Tell of a trace that has begun, gone on or ended."""
    payload = {name: trace[name] for name in ("trace_id", "model_id", "status", "state", "duration_ms")}
    return message("trace", {**payload, "timestamp": trace["start_time"], "trace": trace})


def span_message(span: Mapping[str, Any]) -> str:
    """Tell of a span that has begun or ended."""
    payload = {name: span[name] for name in ("trace_id", "span_id", "status", "state", "duration_ms")}
    return message("span", {**payload, "timestamp": span["start_time"], "span": span})


def confirmation(kind: Kind, channels: Sequence[Channel]) -> str:
    """Tell which channels a client follows by now."""
    return message(kind, channels=[str(channel) for channel in channels])


def error_message(error: ApiError) -> str:
    """Tell what went wrong, in the shape of all errors."""
    return message("error", error=msgspec.Raw(error.body[len(b'{"error":') : -1]))


def _bad(problem: str, *, hint: str) -> ApiError:
    return ApiError(400, "bad_message", problem, hint=hint)
