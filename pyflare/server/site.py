"""The viewer and the API behind one gate, as one ASGI application.

The page is served while the folder is being opened, and the first screen answered
before the framework is loaded that answers everything else: each takes longer than
a browser needs to ask.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pyflare.errors import PyFlareError, StoreError
from pyflare.server.api.answers import Error, error_body
from pyflare.server.api.security import Gate
from pyflare.server.viewer import Viewer

if TYPE_CHECKING:
    from pyflare.server.api.first import First
    from pyflare.server.api.serving import Api

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_API: Final = "/api/"
_TRY_AGAIN_LATER: Final = 1013
_GIVE_WAY_S: Final = 0.0005
"""How long importing may keep requests for the page waiting, each time they have something to do."""


class Site:
    """What a browser sees of a folder."""

    def __init__(self, root: Path, *, token: str | None = None, hosts: tuple[str, ...] = ()) -> None:
        """Serve the viewer, and a folder once it is asked for.

        Args:
            root: The folder.
            token: What requests must show.
            hosts: Names it is reached by, besides those of loopback; "*" for any.
        """
        self._root = root
        self._viewer = Viewer()
        self._gate = Gate(self._answer, token=token, hosts=hosts)
        self._loading = ThreadPoolExecutor(1, thread_name_prefix="pyflare-loading")
        self._opening: Future[First] | None = None
        self._first: First | None = None
        self._api: Api | None = None
        self._closing = False

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
        """Begin to load what answers, and give way to whoever asks for the page meanwhile.

        Nobody looks for garbage until all is there: what is made here stays, and is not looked at again.
        """
        before_s = sys.getswitchinterval()
        sys.setswitchinterval(_GIVE_WAY_S)
        gc.disable()

        def done(_: object) -> None:
            gc.freeze()
            gc.enable()
            sys.setswitchinterval(before_s)

        self._opening = self._loading.submit(self._open)
        self._loading.submit(self._load).add_done_callback(done)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Take one request, as ASGI has it."""
        await self._gate(scope, receive, send)

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket" and not scope["path"].startswith(_API):
            await self._page(scope, receive, send)
            return
        try:
            api = self._api
            if api is None:
                first = await self._opened()
                if (answered := await asyncio.to_thread(first.answer, scope)) is not None:
                    await _send(send, answered.status, answered.headers, answered.content)
                    return
                api = await asyncio.wrap_future(self._loading.submit(self._load))
        except PyFlareError as error:
            await _fail(scope, receive, send, str(error))
            return
        await api(scope, receive, send)

    async def _page(self, scope: Message, receive: Receive, send: Send) -> None:
        if self.takes(scope):
            await self._viewer(scope, receive, send)
        else:
            await _respond(send, Error(404, "not_found", f"there is nothing at {scope['path']}"))

    async def _opened(self) -> First:
        """What answers the first screen; whoever comes after it could not be opened has it tried again."""
        if self._opening is None or (self._opening.done() and self._opening.exception() is not None):
            self._opening = self._loading.submit(self._open)
        return await asyncio.wrap_future(self._opening)

    def _open(self) -> First:
        """What answers the first screen. Only ever called in the one thread."""
        if self._first is None:
            from pyflare.server.api.first import First
            from pyflare.server.api.served import Served

            self._first = First(Served.open(self._root))
        return self._first

    def _load(self) -> Api:
        """What answers everything. Only ever called in the one thread."""
        if self._api is None:
            first = self._open()
            first.wait()
            if self._closing:
                raise StoreError("the viewer is being closed")
            from pyflare.server.api.serving import Api

            self._api = Api(first.served)
        return self._api

    def close(self) -> None:
        """Let go of the folder."""
        self._closing = True
        if self._first is not None:
            self._first.hurry()
        self._loading.shutdown(cancel_futures=True)
        gc.unfreeze()  # what is never looked at again is not let go of either, and DuckDB says so as it ends
        if self._api is not None:
            self._api.close()
        if self._first is not None:
            self._first.served.close()


async def _fail(scope: Message, receive: Receive, send: Send, message: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": _TRY_AGAIN_LATER, "reason": "the folder cannot be read"})
        return
    said, _, hint = message.partition("Hint: ")
    await _respond(send, Error(503, "store_unavailable", said.strip(), hint.strip() or None))


async def _respond(send: Send, error: Error) -> None:
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    await _send(send, error.status, headers, error_body(error))


async def _send(send: Send, status: int, headers: Mapping[str, str], body: bytes) -> None:
    sized = headers if status == 304 else {**headers, "content-length": str(len(body))}
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in sized.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
