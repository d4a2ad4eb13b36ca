"""The viewer and the API beside a receiver, on its HTTP port."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyflare.errors import ConfigError
from pyflare.server.api.security import is_loopback
from pyflare.server.ports import Address
from pyflare.server.site import Site

if TYPE_CHECKING:
    from pyflare.server.api.serving import Api

TOKEN_VARIABLE: Final = "PYFLARE_UI_TOKEN"  # noqa: S105  (its name, not the token)
_TOKEN_CHARS: Final = range(8, 201)


def api_maker(root: Path, *, warm: bool) -> Callable[[], Api]:
    """What makes the API of a folder, once it is wanted."""

    def make() -> Api:
        with _without_collections() if warm else nullcontext():
            from pyflare.server.api.serving import Api

            api = Api(root)
            if warm:
                api.warm()
        return api

    return make


@contextmanager
def _without_collections() -> Iterator[None]:
    """Import and build without looking for garbage meanwhile: what is made here stays, and is not looked at again."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


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
    return Site(api_maker(root, warm=False), token=token, hosts=allowed_hosts(host))


def viewer_line(address: Address) -> str:
    """Where the viewer is, or why there is none."""
    if os.environ.get(TOKEN_VARIABLE) is None and not is_loopback(address.host):
        return f"no viewer: {address.shown} can be reached from other machines; set {TOKEN_VARIABLE} to serve it there"
    return f"the viewer is at http://{address.shown}/"
