"""An ASGI application on a port, by uvicorn, until the process is told to end."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any, Final

from pyflare.server.ending import Ending

_KEEP_ALIVE_S: Final = 120
"""Exporters send once in a while over one connection; a minute apart is common."""


def serve_http(
    app: Any,
    listening: socket.socket,
    ending: Ending,
    on_started: Callable[[], None],
    *,
    grace_s: int,
    with_sockets: bool,
) -> None:
    """Answer requests until `ending` comes.

    Args:
        app: The ASGI application.
        listening: The socket that listens.
        ending: What tells the process to end.
        on_started: Called when requests are taken.
        grace_s: How long requests under way may take once the process is told to end, in seconds.
        with_sockets: Whether to speak WebSocket.
    """
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[Any] | None = None) -> None:
            await super().startup(sockets=sockets)
            on_started()

    server = Server(
        uvicorn.Config(
            app,
            loop="uvloop",
            http="httptools",
            ws=_speak_websocket if with_sockets else "none",  # type: ignore[arg-type]  # whatever makes a protocol will do
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=grace_s,
        )
    )

    def end() -> None:
        server.should_exit = True

    ending.tell(end)  # uvicorn has handlers of its own while it runs; these are for the moments before
    server.run(sockets=[listening])


def _speak_websocket(**options: Any) -> Any:
    """Uvicorn's protocol for WebSockets, loaded where somebody speaks it: not before the first page."""
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

    return WebSocketsSansIOProtocol(**options)
