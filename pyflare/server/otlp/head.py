"""What a request says of itself before its body comes, and how a refusal is worded for it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pyflare.otlp import Signal
from pyflare.server.otlp.inflate import COMPRESSIONS, too_large
from pyflare.server.otlp.intake import Encoding
from pyflare.server.otlp.limits import Limits
from pyflare.server.otlp.sender import KEY_HEADERS, sender_of
from pyflare.server.otlp.status import Kind, RequestError

Headers = Mapping[bytes, bytes]

PATHS: Final[dict[str, Signal]] = {"/v1/traces": "traces", "/v1/metrics": "metrics", "/v1/logs": "logs"}
"""Where each signal is taken."""
ENCODINGS: Final[dict[bytes, Encoding]] = {
    b"application/x-protobuf": "protobuf",
    b"application/protobuf": "protobuf",
    b"application/json": "json",
}
"""The encoding that each media type stands for."""
_PLAIN: Final = b"text/plain; charset=utf-8"
_ACCEPTED: Final = ", ".join(sorted(COMPRESSIONS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A request that can be taken, as far as its headers tell."""

    signal: Signal
    media_type: bytes
    """One of `ENCODINGS`; the response has the same."""
    compression: str | None
    """One of `COMPRESSIONS`, or None."""
    sender: str
    """Whose it is."""


def read_head(signal: Signal, scope: Any, headers: Headers, limits: Limits) -> Head:
    """Read the headers of an ASGI request.

    Raises:
        RequestError: It cannot be taken, whatever its body is.
    """
    if scope["method"] != "POST":
        raise RequestError(Kind.METHOD, f"expected POST, got {scope['method']}")
    media_type = _media_type(headers)
    if media_type not in ENCODINGS:
        got = media_type.decode("latin-1") or "none"
        text = f"expected the content type application/x-protobuf or application/json, got {got}"
        raise RequestError(Kind.MEDIA_TYPE, text)
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > limits.max_body_bytes:
        raise too_large(limits.max_body_bytes)
    compression = _compression(headers)
    return Head(signal=signal, media_type=media_type, compression=compression, sender=_sender(scope, headers))


def _media_type(headers: Headers) -> bytes:
    """Without parameters such as a charset, in lower case."""
    return headers.get(b"content-type", b"").partition(b";")[0].strip().lower()


def _compression(headers: Headers) -> str | None:
    name = headers.get(b"content-encoding", b"").decode("latin-1").strip().lower()
    if name in ("", "identity"):
        return None
    if name not in COMPRESSIONS:
        raise RequestError(Kind.MEDIA_TYPE, f"expected a content encoding of {_ACCEPTED} or none, got {name}")
    return name


def _sender(scope: Any, headers: Headers) -> str:
    named = {name: headers.get(name.encode(), b"").decode("latin-1") for name in KEY_HEADERS}
    client = scope.get("client")
    return sender_of(named, client[0] if client else "")


def refusal(error: RequestError, headers: Headers) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Headers and body of a refusal: google.rpc.Status in the request's encoding, or words where that is unknown."""
    media_type = _media_type(headers)
    encoding = ENCODINGS.get(media_type)
    more = []
    if error.kind is Kind.METHOD:
        more.append((b"allow", b"POST"))
    if error.kind is Kind.MEDIA_TYPE and encoding is not None:
        more.append((b"accept-encoding", _ACCEPTED.encode()))
    if error.retry_after_s is not None:
        more.append((b"retry-after", str(max(1, math.ceil(error.retry_after_s))).encode()))
    if encoding is None:
        return [(b"content-type", _PLAIN), *more], error.message.encode()
    body = error.status_json() if encoding == "json" else bytes(error.status().SerializeToString())
    return [(b"content-type", media_type), *more], body
