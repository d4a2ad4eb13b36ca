"""The viewer and the API beside a receiver, on its HTTP port."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from pyflare.errors import ConfigError
from pyflare.server.api.security import is_loopback
from pyflare.server.ports import Address
from pyflare.server.site import Site

TOKEN_VARIABLE: Final = "PYFLARE_UI_TOKEN"  # noqa: S105  (its name, not the token)
_TOKEN_CHARS: Final = range(8, 201)


def check_token(host: str, token: str | None, *, option: str) -> None:
    """Let a viewer beyond loopback be served only where a token guards it.

    Raises:
        ConfigError: There is none, or it is none that a header and a cookie can hold.
    """
    if token is not None and not (len(token) in _TOKEN_CHARS and all("!" <= char <= "~" for char in token)):
        raise ConfigError("--token: expected 8 to 200 visible ASCII characters without spaces.")
    if token is None and not is_loopback(host):
        raise ConfigError(
            f"{option} {host} can be reached from other machines, and whoever reaches it could read every trace. "
            f"Give a token that they must show, with --token or {TOKEN_VARIABLE}."
        )


def allowed_hosts(host: str) -> tuple[str, ...]:
    """The names that requests may call a server by that listens on a host.

    Beyond loopback a token keeps out who only found a name for it.
    """
    return () if is_loopback(host) else ("*",)


def make_site(root: Path, host: str) -> Site | None:
    """The site to serve beside a receiver; None where it could be read by anyone.

    Raises:
        ConfigError: The token cannot be used.
    """
    token = os.environ.get(TOKEN_VARIABLE)
    if token is None and not is_loopback(host):
        return None
    check_token(host, token, option="--http")
    return Site(root, token=token, hosts=allowed_hosts(host))


def viewer_line(address: Address) -> str:
    """Where the viewer is, or why there is none."""
    if os.environ.get(TOKEN_VARIABLE) is None and not is_loopback(address.host):
        return f"no viewer: {address.shown} can be reached from other machines; set {TOKEN_VARIABLE} to serve it there"
    return f"the viewer is at http://{address.shown}/"
