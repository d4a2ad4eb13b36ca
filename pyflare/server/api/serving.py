"""The API over one folder, until the folder is let go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from starlette.routing import Match

from pyflare.server.api.app import make_app
from pyflare.server.api.methods import Methods
from pyflare.server.api.served import Served

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_METHODS: Final = ("GET", "POST", "PUT", "DELETE")


class Api:
    """An ASGI application that owns the folder it shows."""

    def __init__(self, served: Served) -> None:
        """Show a folder that is open."""
        self.app = make_app(served)
        self._entry = Methods(self.app, self._allowed)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Take one request, as ASGI has it."""
        await self._entry(scope, receive, send)

    def _allowed(self, path: str) -> tuple[str, ...]:
        """The methods that a path takes."""
        scopes: dict[str, Message] = {
            method: {"type": "http", "path": path, "method": method, "headers": []} for method in _METHODS
        }
        return tuple(
            method
            for method, scope in scopes.items()
            if any(route.matches(scope)[0] is Match.FULL for route in self.app.routes)
        )

    def close(self) -> None:
        """End what was begun to answer."""
        if (writer := getattr(self.app.state, "score_writer", None)) is not None:
            writer.close()
