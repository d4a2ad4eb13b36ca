"""OTLP over HTTP, as a plain ASGI application: no framework stands between the socket and the check."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

import msgspec

from pyflare.otlp import Signal, to_json
from pyflare.server.batch import Consumer
from pyflare.server.otlp.budget import Budget, Hold
from pyflare.server.otlp.cors import Cors
from pyflare.server.otlp.head import ENCODINGS, PATHS, Head, read_head, refusal
from pyflare.server.otlp.inflate import inflate, too_large
from pyflare.server.otlp.intake import Taken, hand_on, read
from pyflare.server.otlp.limits import Limits
from pyflare.server.otlp.status import Kind, RequestError

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
_Result = TypeVar("_Result")

_INLINE_BYTES: Final = 1 << 21
_INLINE_COMPRESSED_BYTES: Final = 1 << 13
"""Larger requests are read in a thread, so that others are served meanwhile."""
_READERS: Final = 2
_WAITERS: Final = 64
"""Threads for consumers that wait."""
_SOURCE: Final = "otlp/http"
_logger: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Answer:
    """A response, but for the headers that all have."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class OtlpHttp:
    """Takes OTLP at `/v1/traces`, `/v1/metrics` and `/v1/logs`; everything else goes to `fallback`."""

    def __init__(
        self,
        consumer: Consumer,
        limits: Limits | None = None,
        *,
        fallback: App | None = None,
        on_failed: Callable[[Kind], None] | None = None,
    ) -> None:
        """Hand batches to `consumer`.

        Args:
            consumer: Takes each request once it has been checked. Its `close` is not called.
            limits: What is taken at most.
            fallback: The application for other paths, and for lifespan; 404 where there is none.
            on_failed: Told of each request that was not taken.
        """
        self._consumer = consumer
        self._limits = limits or Limits()
        self._fallback = fallback
        self._on_failed = on_failed
        self._budget = Budget(self._limits.max_inflight_bytes)
        self._cors = Cors(self._limits.cors_origins)
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="pyflare-otlp-read")
        self._waiters = ThreadPoolExecutor(_WAITERS, thread_name_prefix="pyflare-otlp-store")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Take one request, as ASGI has it."""
        signal = PATHS.get(scope["path"]) if scope["type"] == "http" else None
        if signal is None and self._fallback is not None:
            await self._fallback(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._respond(signal, scope, receive, send)

    def close(self) -> None:
        """Finish the requests under way."""
        self._readers.shutdown()
        self._waiters.shutdown()

    async def _live(self, receive: Receive, send: Send) -> None:
        """Say that all is well when the server starts, and finish what is under way when it ends."""
        while (await receive())["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        await asyncio.to_thread(self.close)
        await send({"type": "lifespan.shutdown.complete"})

    async def _respond(self, signal: Signal | None, scope: Message, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        try:
            answer = await self._answer(signal, scope, headers, receive)
        except RequestError as error:
            answer = self._failed(error, headers)
        except _HungUpError:
            return
        except Exception:
            _logger.exception("a request was not taken")
            fault = RequestError(Kind.INTERNAL, "the request was not taken, for a fault of the receiver")
            answer = self._failed(fault, headers)
        answer.headers.append((b"content-length", str(len(answer.body)).encode()))
        answer.headers.extend(self._cors.headers(headers))
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body})

    def _failed(self, error: RequestError, headers: dict[bytes, bytes]) -> _Answer:
        if self._on_failed is not None:
            self._on_failed(error.kind)
        return _Answer(error.kind.http_status, *refusal(error, headers))

    async def _answer(
        self, signal: Signal | None, scope: Message, headers: dict[bytes, bytes], receive: Receive
    ) -> _Answer:
        if signal is None:
            raise RequestError(Kind.NOT_FOUND, f"expected one of {', '.join(PATHS)}; got {scope['path']}")
        if scope["method"] == "OPTIONS" and self._cors.is_on:
            return _Answer(200, self._cors.preflight(headers), b"")
        head = read_head(signal, scope, headers, self._limits)
        response = await self._take(head, receive)
        if ENCODINGS[head.media_type] == "json":
            body = msgspec.json.encode(to_json(response))
        else:
            body = bytes(response.SerializeToString())
        return _Answer(200, [(b"content-type", head.media_type)], body)

    async def _take(self, head: Head, receive: Receive) -> Any:
        """Receive, check and hand on a request. Returns the response, as protobuf."""
        with Hold(self._budget) as hold:
            body = await self._receive(receive, hold)
            job = partial(self._read, head, body, hold)
            is_small = len(body) <= (_INLINE_BYTES if head.compression is None else _INLINE_COMPRESSED_BYTES)
            taken = job() if is_small else await _in(self._readers, job)
            store = partial(hand_on, taken, self._consumer)
            return await _in(self._waiters, store) if self._consumer.waits else store()

    def _read(self, head: Head, body: bytes, hold: Hold) -> Taken:
        if head.compression is not None:
            body = inflate(body, head.compression, self._limits.max_body_bytes)
            hold.add(len(body))
        encoding = ENCODINGS[head.media_type]
        return read(head.signal, body, encoding, source=_SOURCE, key=head.sender, limits=self._limits)

    async def _receive(self, receive: Receive, hold: Hold) -> bytes:
        """The whole body as it comes, within the limits."""
        message = await receive()
        if not message.get("more_body", False) and message["type"] == "http.request":  # all there: most are
            body = bytes(message.get("body", b""))
            self._check_size(len(body))
            hold.add(len(body))
            return body
        try:
            async with asyncio.timeout(self._limits.receive_timeout_s):
                return await self._receive_parts(message, receive, hold)
        except TimeoutError:
            text = f"expected the whole request within {self._limits.receive_timeout_s:g} s, got a part of it"
            raise RequestError(Kind.UNAVAILABLE, text, retry_after_s=1.0) from None

    async def _receive_parts(self, message: Message, receive: Receive, hold: Hold) -> bytes:
        parts: list[bytes] = []
        size = 0
        while message["type"] != "http.disconnect":
            part = message.get("body", b"")
            size += len(part)
            self._check_size(size)
            hold.add(len(part))
            parts.append(part)
            if not message.get("more_body", False):
                return b"".join(parts)
            message = await receive()
        raise _HungUpError

    def _check_size(self, size_bytes: int) -> None:
        if size_bytes > self._limits.max_body_bytes:
            raise too_large(self._limits.max_body_bytes)


class _HungUpError(Exception):
    """The sender has gone."""


async def _in(pool: ThreadPoolExecutor, job: Callable[[], _Result]) -> _Result:
    return await asyncio.get_running_loop().run_in_executor(pool, job)
