"""The network guard of the tests, tested."""

from __future__ import annotations

import socket

import pytest

from tests import offline


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.com", 80), ("2001:db8::1", 80, 0, 0)])
def test_beyond_this_machine(address: tuple[object, ...]) -> None:
    """A connection beyond this machine is refused and remembered."""
    family = socket.AF_INET6 if len(address) == 4 else socket.AF_INET
    with socket.socket(family) as client, pytest.raises(offline.NetworkBlockedError):
        client.connect(address)
    assert offline.attempts == [str(address)]
    offline.attempts.clear()


def test_this_machine() -> None:
    """Loopback works."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()
