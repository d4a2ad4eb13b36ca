"""The API over one folder, from opening it to letting it go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any, Final

from starlette.routing import Match

from pyflare.server.api.app import make_app
from pyflare.server.api.methods import Methods
from pyflare.server.api.options import ApiOptions
from pyflare.workspace import Workspace

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_METHODS: Final = ("GET", "POST", "PUT", "DELETE")


class Api:
    """An ASGI application that owns the folder it shows."""

    def __init__(self, root: Path, options: ApiOptions | None = None) -> None:
        """Open a folder.

        Raises:
            StoreNotFoundError: There is no PyFlare folder at the path.
            SchemaVersionError: The folder was written by a newer PyFlare.
        """
        self.workspace = Workspace(root)
        self.app = make_app(self.workspace, options=options)
        self._entry = Methods(self.app, self._allowed)

    def warm(self) -> None:
        """Do once what the first request would otherwise wait for."""
        self.app.state.served.overview()

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
        """Let go of the folder."""
        state = self.app.state
        state.served.close()
        if (writer := getattr(state, "score_writer", None)) is not None:
            writer.close()
        self.workspace.close()
