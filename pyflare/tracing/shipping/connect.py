"""The sender for a destination, of whichever protocol."""

from __future__ import annotations

from importlib.util import find_spec

from pyflare.errors import MissingExtraError
from pyflare.tracing.shipping.answer import Sender
from pyflare.tracing.shipping.destination import GRPC, Destination


def check_installed(destination: Destination) -> None:
    """Raise MissingExtraError where the protocol needs a part of PyFlare that is not installed."""
    if destination.protocol == GRPC and find_spec("grpc") is None:
        raise MissingExtraError("OTLP over gRPC", "grpc")


def connect(destination: Destination) -> Sender:
    """A sender. It opens its connection with the first request."""
    if destination.protocol == GRPC:
        from pyflare.tracing.shipping.grpc import GrpcSender

        return GrpcSender(destination)
    from pyflare.tracing.shipping.http import HttpSender

    return HttpSender(destination)
