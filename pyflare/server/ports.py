"""The ports a receiver listens on."""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass
from typing import Final

from pyflare.errors import ConfigError

_BACKLOG: Final = 2048
_TAKEN: Final = errno.EADDRINUSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A host and a port."""

    host: str
    port: int

    @property
    def shown(self) -> str:
        """As it is written in an endpoint."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(endpoint: str, option: str) -> Address:
    """The address that `HOST:PORT` names; `option` is what the user set, for the message.

    Raises:
        ConfigError: It is none.
    """
    host, colon, port = endpoint.rpartition(":")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise ConfigError(f"{option}: expected HOST:PORT, such as 127.0.0.1:4318 or [::1]:4318; got {endpoint!r}.")
    return Address(host=host.removeprefix("[").removesuffix("]"), port=int(port))


class Reservation:
    """Keeps a port for this process and its workers, without listening on it.

    Several sockets may listen on one port where each has asked for it beforehand
    (SO_REUSEPORT); whoever has not finds the port taken.
    """

    def __init__(self, address: Address, option: str) -> None:
        """Reserve a port; port 0 becomes one that is free.

        Raises:
            ConfigError: The port is taken, may not be opened, or the host is not this machine's.
        """
        try:
            if address.port:
                _bind(address, shared=False).close()  # also finds a PyFlare that would share it
            self._socket = _bind(address, shared=True)
        except OSError as error:
            raise ConfigError(_problem(address, option, error)) from error
        self.address = Address(host=address.host, port=int(self._socket.getsockname()[1]))

    def listen(self) -> socket.socket:
        """A socket of this process' own that listens on the port. Raises OSError."""
        listening = _bind(self.address, shared=True)
        listening.listen(_BACKLOG)
        listening.setblocking(False)
        return listening

    def close(self) -> None:
        """Give the port back."""
        self._socket.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The ports reserved; None where a protocol is turned off."""

    http: Reservation | None
    grpc: Reservation | None

    def close(self) -> None:
        """Give them back."""
        for reservation in (self.http, self.grpc):
            if reservation is not None:
                reservation.close()

    @property
    def shown(self) -> str:
        """What is listened on."""
        named = {"HTTP": self.http, "gRPC": self.grpc}
        return " and ".join(f"{name} on {port.address.shown}" for name, port in named.items() if port is not None)


def reserve(*, http: str | None, grpc: str | None) -> Ports:
    """Reserve the ports of two endpoints; None for none. Raises ConfigError."""
    reserved = None if http is None else Reservation(parse_address(http, "--http"), "--http")
    try:
        return Ports(http=reserved, grpc=None if grpc is None else Reservation(parse_address(grpc, "--grpc"), "--grpc"))
    except BaseException:
        if reserved is not None:
            reserved.close()
        raise


def _bind(address: Address, *, shared: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        opened.bind((address.host, address.port))
    except BaseException:
        opened.close()
        raise
    return opened


def _problem(address: Address, option: str, error: OSError) -> str:
    if error.errno == _TAKEN:
        return (
            f"Port {address.port} on {address.host} is taken by another program. "
            f"Stop that, or choose another port with {option}."
        )
    if isinstance(error, PermissionError):
        return f"Port {address.port} may not be opened by this user. Choose one from 1024 on with {option}."
    return f"Nothing can listen on {address.shown} ({error.strerror or error}). Choose another address with {option}."
