"""The viewer and the API behind one gate, as one ASGI application.

The page is served while the API is still being made: importing a framework and
opening a folder takes longer than a browser needs to ask for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from pyflare.errors import PyFlareError
from pyflare.server.api.answers import Error, error_body
from pyflare.server.api.security import Gate
from pyflare.server.viewer import Viewer

if TYPE_CHECKING:
    from pyflare.server.api.serving import Api

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_API: Final = "/api/"
_TRY_AGAIN_LATER: Final = 1013


class Site:
    """What a browser sees of a folder."""

    def __init__(self, make_api: Callable[[], Api], *, token: str | None = None, hosts: tuple[str, ...] = ()) -> None:
        """Serve the viewer, and the API once it is there.

        Args:
            make_api: Makes the API; called in a thread, by `prepare` or the first request for it.
            token: What requests must show.
            hosts: Names it is reached by, besides those of loopback; "*" for any.
        """
        self._make_api = make_api
        self._viewer = Viewer()
        self._gate = Gate(self._answer, token=token, hosts=hosts)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pyflare-api")
        self._api: Api | None = None

    def takes(self, scope: Message) -> bool:
        """Whether a request is for the API, a file of the viewer, or a page."""
        if scope["type"] == "lifespan":
            return False
        path: str = scope["path"]
        if scope["type"] == "websocket" or path == "/" or path.startswith(_API) or self._viewer.has(path):
            return True
        accept: bytes = dict(scope["headers"]).get(b"accept", b"")
        return scope["method"] in ("GET", "HEAD") and b"text/html" in accept

    def prepare(self) -> None:
        """Begin to make the API."""
        self._thread.submit(self._made)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Take one request, as ASGI has it."""
        await self._gate(scope, receive, send)

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket" and not scope["path"].startswith(_API):
            await self._page(scope, receive, send)
            return
        try:
            api = await self._ready()
        except PyFlareError as error:
            await _fail(scope, receive, send, str(error))
            return
        await api(scope, receive, send)

    async def _page(self, scope: Message, receive: Receive, send: Send) -> None:
        if self.takes(scope):
            await self._viewer(scope, receive, send)
        else:
            await _respond(send, Error(404, "not_found", f"there is nothing at {scope['path']}"))

    async def _ready(self) -> Api:
        """The API, once it is made."""
        if self._api is not None:
            return self._api
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._made)

    def _made(self) -> Api:
        """The API. Only ever called in the one thread."""
        if self._api is None:
            self._api = self._make_api()
        return self._api

    def close(self) -> None:
        """Let go of the folder."""
        self._thread.shutdown()
        if self._api is not None:
            self._api.close()


async def _fail(scope: Message, receive: Receive, send: Send, message: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": _TRY_AGAIN_LATER, "reason": "the folder cannot be read"})
        return
    said, _, hint = message.partition("Hint: ")
    await _respond(send, Error(503, "store_unavailable", said.strip(), hint.strip() or None))


async def _respond(send: Send, error: Error) -> None:
    body = error_body(error)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
