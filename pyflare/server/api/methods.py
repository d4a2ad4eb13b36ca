"""What all paths of the API have in common, whatever answers them: HEAD, OPTIONS, and how large a request may be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from pyflare.server.api.answers import Error, error_body

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

MAX_BODY_BYTES: Final = 4 << 20
"""A query of 1 MB, its parameters, and room for what JSON escapes."""
_WRITING: Final = ("POST", "PUT", "DELETE")


class Methods:
    """Answers HEAD as GET without the body, OPTIONS with what is allowed, and refuses bodies that are too large."""

    def __init__(self, app: App, allowed: Callable[[str], tuple[str, ...]]) -> None:
        """Wrap an application.

        Args:
            app: The application.
            allowed: The methods that a path takes; none where there is nothing at the path.
        """
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Take one request, as ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        match scope["method"]:
            case "HEAD":
                await self._app({**scope, "method": "GET"}, receive, _without_body(send))
            case "OPTIONS" if found := self._allowed(scope["path"]):
                allow = ", ".join(sorted({*found, "OPTIONS", *(["HEAD"] if "GET" in found else [])}))
                await _respond(send, 204, b"", [(b"allow", allow.encode())])
            case method if method in _WRITING:
                await self._take_body(scope, receive, send)
            case _:
                await self._app(scope, receive, send)

    async def _take_body(self, scope: Message, receive: Receive, send: Send) -> None:
        """Receive the whole body before anybody looks at it, as long as it is not too large."""
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return
            part = message.get("body", b"")
            size += len(part)
            if size > MAX_BODY_BYTES:
                error = Error(413, "too_large", f"expected a request of {MAX_BODY_BYTES:,} bytes at most")
                await _respond(
                    send, 413, error_body(error), [(b"content-type", b"application/json"), (b"connection", b"close")]
                )
                return
            parts.append(part)
            if not message.get("more_body", False):
                break
        whole: list[Message] = [{"type": "http.request", "body": b"".join(parts), "more_body": False}]

        async def replay() -> Message:
            return whole.pop() if whole else await receive()

        await self._app(scope, replay, send)


def _without_body(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return sending


async def _respond(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    sized = [*headers, (b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": sized})
    await send({"type": "http.response.body", "body": body})
