"""The process behind `pyflare ui`: the viewer and the API on one port, until it is told to end."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Any, Final

from pyflare.errors import ConfigError
from pyflare.server.live import say
from pyflare.server.ports import Address, Reservation
from pyflare.workspace import Workspace

DEFAULT_PORT: Final = 4319
_PORTS_TRIED: Final = 20


def run(directory: Path, *, host: str, port: int | None, token: str | None, open_browser: bool) -> None:
    """Serve a folder until SIGINT or SIGTERM.

    Raises:
        ConfigError: The port is taken, or the host is none of this machine's.
        StoreError: The folder cannot be read.
    """
    del token
    with Workspace(directory) as workspace:
        reserved = _reserve(host, port)
        url = f"http://{reserved.address.shown}/"
        say(f"{workspace.engine.root} is at {url}; Ctrl-C ends")
        if open_browser:
            webbrowser.open(url)
        _serve(workspace, reserved)


def _reserve(host: str, port: int | None) -> Reservation:
    if port is not None:
        return Reservation(Address(host=host, port=port), "--port")
    for number in range(DEFAULT_PORT, DEFAULT_PORT + _PORTS_TRIED - 1):
        try:
            return Reservation(Address(host=host, port=number), "--port")
        except ConfigError:
            continue
    return Reservation(Address(host=host, port=DEFAULT_PORT + _PORTS_TRIED - 1), "--port")


def _serve(workspace: Workspace, port: Reservation) -> None:
    import uvicorn

    from pyflare.server.api.app import make_app

    app: Any = make_app(workspace)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, log_level="warning", access_log=False))
    server.run(sockets=[port.listen()])
