"""The process behind `pyflare ui`: the viewer and the API on one port, until it is told to end."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

from pyflare.errors import ConfigError
from pyflare.server.ending import Ending
from pyflare.server.ports import Address, Reservation
from pyflare.server.saying import say

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
    reserved = _reserve(host, port)
    listening = reserved.listen()  # whoever comes from now on waits, while all that answers is loaded
    shown = _url(reserved)

    def started() -> None:
        site.prepare()  # not before: who waits for the page shall have it, and load it beside all this
        say(f"{root} is at {shown}{' (opens with ?token=TOKEN)' if token else ''}; Ctrl-C ends")
        if open_browser:
            _open(f"{shown}?token={token}" if token else shown)

    ending = Ending()
    try:
        from pyflare.server.http import serve_http
        from pyflare.server.mounting import allowed_hosts, check_token
        from pyflare.server.site import Site

        check_token(host, token, option="--host")
        with ending.on_signals():
            site = Site(root, token=token, hosts=allowed_hosts(host))
            serve_http(site, listening, ending, started, grace_s=_GRACE_S, with_sockets=True)
            site.close()
    finally:
        listening.close()
        reserved.close()


def _open(address: str) -> None:
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


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
