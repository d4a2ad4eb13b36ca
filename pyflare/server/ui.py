"""The process behind `pyflare ui`: the viewer and the API on one port, until it is told to end."""

from __future__ import annotations

import threading
import webbrowser
from pathlib import Path
from typing import Final

from pyflare.errors import ConfigError
from pyflare.server.ending import Ending
from pyflare.server.http import serve_http
from pyflare.server.mounting import allowed_hosts, api_maker, check_token
from pyflare.server.ports import Address, Reservation
from pyflare.server.saying import say
from pyflare.server.site import Site

DEFAULT_PORT: Final = 4319
_PORTS_TRIED: Final = 20
_GRACE_S: Final = 1
"""How long requests under way may take once the process is told to end."""
_WILDCARDS: Final = ("0.0.0.0", "::")  # noqa: S104  (compared with, not listened on)


def run(root: Path, *, host: str, port: int | None, token: str | None, open_browser: bool) -> None:
    """Serve a folder until SIGINT or SIGTERM.

    Args:
        root: The folder, which exists.
        host: Where to listen.
        port: On which port; None for 4319 or the next one that is free.
        token: What requests must show; None only where this machine alone reaches the host.
        open_browser: Whether to open the browser.

    Raises:
        ConfigError: The port is taken, the host is none of this machine's, or it needs a token.
    """
    check_token(host, token, option="--host")
    reserved = _reserve(host, port)
    site = Site(api_maker(root, warm=True), token=token, hosts=allowed_hosts(host))
    site.prepare()
    shown = _url(reserved)

    def started() -> None:
        say(f"{root} is at {shown}{' (opens with ?token=TOKEN)' if token else ''}; Ctrl-C ends")
        if open_browser:
            address = f"{shown}?token={token}" if token else shown
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    ending = Ending()
    try:
        with ending.on_signals():
            serve_http(site, reserved, ending, started, grace_s=_GRACE_S, with_sockets=True)
            site.close()
    finally:
        reserved.close()


def _url(port: Reservation) -> str:
    address = port.address
    host = "127.0.0.1" if address.host in _WILDCARDS else address.host
    return f"http://{Address(host=host, port=address.port).shown}/"


def _reserve(host: str, port: int | None) -> Reservation:
    if port is not None:
        return Reservation(Address(host=host, port=port), "--port")
    *others, last = range(DEFAULT_PORT, DEFAULT_PORT + _PORTS_TRIED)
    for number in others:
        try:
            return Reservation(Address(host=host, port=number), "--port")
        except ConfigError:
            continue
    return Reservation(Address(host=host, port=last), "--port")
