"""OTLP over gRPC: the three Export services on raw bytes, so that one check serves both transports."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from urllib.parse import unquote

import grpc

from pyflare.errors import ConfigError
from pyflare.otlp import SHAPES, Signal
from pyflare.server.batch import Consumer
from pyflare.server.otlp.budget import Budget, Hold
from pyflare.server.otlp.intake import hand_on, read
from pyflare.server.otlp.limits import Limits
from pyflare.server.otlp.sender import KEY_HEADERS, sender_of
from pyflare.server.otlp.status import Kind, RequestError

_SOURCE: Final = "otlp/grpc"
_WORKERS: Final = 4
_WAITERS: Final = 64
"""Threads, for consumers that do not wait and for those that do."""
_RESPONSE_BYTES: Final = 4 << 20
_STATUS_DETAILS: Final = "grpc-status-details-bin"
_CODES: Final = {code.value[0]: code for code in grpc.StatusCode}
_logger: Final = logging.getLogger(__name__)


class OtlpGrpc:
    """A gRPC server for OTLP. It listens from `start` to `stop`."""

    def __init__(
        self,
        consumer: Consumer,
        limits: Limits | None = None,
        *,
        on_failed: Callable[[Kind], None] | None = None,
    ) -> None:
        """Hand batches to `consumer`.

        Args:
            consumer: Takes each request once it has been checked. Its `close` is not called.
            limits: What is taken at most.
            on_failed: Told of each request that was not taken.
        """
        self._consumer = consumer
        self._on_failed = on_failed
        self._limits = limits or Limits()
        self._budget = Budget(self._limits.max_inflight_bytes)
        self._threads = ThreadPoolExecutor(
            _WAITERS if consumer.waits else _WORKERS, thread_name_prefix="pyflare-otlp-grpc"
        )
        self._server = grpc.server(self._threads, handlers=_handlers(self._export), options=_options(self._limits))

    def bind(self, address: str) -> int:
        """Listen on an address such as `127.0.0.1:4317`, without encryption. Returns the port.

        Raises:
            ConfigError: The address cannot be listened on.
        """
        try:
            port = self._server.add_insecure_port(address)
        except RuntimeError as error:
            raise ConfigError(f"cannot listen on {address} for OTLP over gRPC: {error}") from error
        return int(port)

    def start(self) -> None:
        """Begin to take requests."""
        self._server.start()

    def stop(self, grace_s: float = 5.0) -> None:
        """Take no more requests, and finish those under way within `grace_s` seconds."""
        self._server.stop(grace_s).wait()
        self._threads.shutdown()

    def _export(self, signal: Signal, body: bytes, context: Any) -> bytes:
        try:
            with Hold(self._budget) as hold:
                hold.add(len(body))
                taken = read(signal, body, "protobuf", source=_SOURCE, key=_sender(context), limits=self._limits)
                return bytes(hand_on(taken, self._consumer).SerializeToString())
        except RequestError as error:
            self._fail(context, error)
        except Exception:
            _logger.exception("a request was not taken")
            self._fail(context, RequestError(Kind.INTERNAL, "the request was not taken, for a fault of the receiver"))
        return b""

    def _fail(self, context: Any, error: RequestError) -> None:
        if self._on_failed is not None:
            self._on_failed(error.kind)
        status = error.status()
        context.set_trailing_metadata(((_STATUS_DETAILS, status.SerializeToString()),))
        context.set_code(_CODES[status.code])
        context.set_details(status.message)


def _options(limits: Limits) -> list[tuple[str, int]]:
    return [
        ("grpc.max_receive_message_length", limits.max_body_bytes),
        ("grpc.max_send_message_length", _RESPONSE_BYTES),
        ("grpc.max_concurrent_streams", limits.max_concurrent_streams),
        ("grpc.so_reuseport", int(limits.reuse_port)),
    ]


def _handlers(export: Callable[[Signal, bytes, Any], bytes]) -> list[Any]:
    """A handler for each service. Without (de)serialisers gRPC hands over bytes as they came."""

    def method(signal: Signal) -> Any:
        return grpc.unary_unary_rpc_method_handler(lambda body, context: export(signal, body, context))

    return [
        grpc.method_handlers_generic_handler(shape.service, {"Export": method(signal)})
        for signal, shape in SHAPES.items()
    ]


def _sender(context: Any) -> str:
    named = {name: value for name, value in context.invocation_metadata() if name in KEY_HEADERS}
    return sender_of(named, _host(context.peer()))


def _host(peer: str) -> str:
    """The address in gRPC's name of a peer: `ipv4:127.0.0.1:5000`, `ipv6:%5B::1%5D:5000` or `unix:`."""
    return unquote(peer.partition(":")[2].rpartition(":")[0]).strip("[]")
