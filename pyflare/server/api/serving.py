"""The API over one folder, from opening it to letting it go."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any, Final

from starlette.routing import Match

from pyflare.server.api.app import FIRST_ROUTERS, ROUTERS, add_routers, make_app
from pyflare.server.api.methods import Methods
from pyflare.server.api.options import API_PREFIX, ApiOptions
from pyflare.workspace import Workspace

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_DESCRIPTION: Final = f"{API_PREFIX}/openapi.json"
_REST_AFTER_S: Final = 1.0
"""By then the first screen has its numbers."""
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
        self.app = make_app(self.workspace, options=options, routers=FIRST_ROUTERS)
        self._entry = Methods(self.app, self._allowed)
        self._rest = threading.Lock()
        self._is_whole = False
        self._later = threading.Timer(_REST_AFTER_S, self.complete)
        self._later.daemon = True

    def warm(self) -> None:
        """Do once what the first request would otherwise wait for, and soon what others would."""
        self.app.state.served.overview()
        self._later.start()

    def complete(self) -> None:
        """Add what the first screen does not ask for, if it is not there yet."""
        with self._rest:
            if not self._is_whole:
                add_routers(self.app, ROUTERS[len(FIRST_ROUTERS) :])
                self._is_whole = True

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Take one request, as ASGI has it; what is not there yet is waited for."""
        if not self._is_whole and (scope["path"] == _DESCRIPTION or not self._allowed(scope["path"])):
            await asyncio.get_running_loop().run_in_executor(None, self.complete)
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
        self._later.cancel()
        state = self.app.state
        state.served.close()
        if (writer := getattr(state, "score_writer", None)) is not None:
            writer.close()
        self.workspace.close()
