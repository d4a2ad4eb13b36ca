"""Keep tests, examples and documentation off the network: only loopback and local sockets connect.

`block` is for this process; a child process blocks with
`python -c "import tests.offline; tests.offline.block(); …"`.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

attempts: list[str] = []
"""Addresses that were refused, for whoever wants to fail because of them."""


class NetworkBlockedError(OSError):
    """Something tried to reach beyond this machine."""


def block() -> None:
    """Refuse every connection beyond this machine, from now on."""
    for method in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, method, _guarded(getattr(socket.socket, method)))


def _guarded(method: Any) -> Any:
    def guarded(self: socket.socket, *args: Any) -> Any:
        # `sendto` takes the address last; the others take nothing else.
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_local(args[-1][0]):
            attempts.append(str(args[-1]))
            raise NetworkBlockedError(f"tests stay on this machine, and this one tried to reach {args[-1]}")
        return method(self, *args)

    return guarded


def _is_local(host: str) -> bool:
    if host in ("", "localhost", "0.0.0.0", "::"):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False
