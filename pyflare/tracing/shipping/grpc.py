"""OTLP over gRPC: one call, one answer, no retries of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import grpc
from google.protobuf.message import DecodeError
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from pyflare._version import __version__
from pyflare.tracing.shipping.answer import Answer, Failed, Refused
from pyflare.tracing.shipping.destination import Destination
from pyflare.tracing.shipping.forking import talking
from pyflare.tracing.shipping.service import service_of

_TOO_LARGE: Final = ("larger than max", "exceeds maximum size")
"""How servers word that a message is too large; the code is the one of a rate limit, too."""
_STATUS_DETAILS: Final = "grpc-status-details-bin"


class GrpcSender:
    """Keeps one channel to a collector."""

    def __init__(self, destination: Destination) -> None:
        self._destination = destination
        self._service = service_of(destination.signal)
        self._metadata = tuple((name.lower(), value) for name, value in destination.headers.items())
        self._channel: Any = None

    def send(self, request: bytes) -> Answer:
        """Send one export request. Never raises for what a network or a collector does."""
        with talking.held():
            return self._send(request)

    def _send(self, request: bytes) -> Answer:
        try:
            if self._channel is None:
                self._channel = _open_channel(self._destination)
            service = self._service
            export = self._channel.unary_unary(service.method, response_deserializer=service.response.FromString)
            response = export(request, timeout=self._destination.timeout_s, metadata=self._metadata)
        except grpc.RpcError as error:
            answer = _meaning(error)
        except (OSError, ValueError) as error:  # a certificate that cannot be read; a channel closed by `close`
            answer = Failed(reason=f"{type(error).__name__}: {error}")
        else:
            return self._service.accepted(response)
        if isinstance(answer, Failed):
            self.close()  # a channel that could not connect waits for longer than we want to
        return answer

    def close(self) -> None:
        """End the channel."""
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()

    def abort(self) -> None:
        """End the channel, and with it the call under way."""
        self.close()


def _open_channel(destination: Destination) -> Any:
    compression = grpc.Compression.Gzip if destination.compression == "gzip" else grpc.Compression.NoCompression
    options = (("grpc.primary_user_agent", f"pyflare/{__version__}"), ("grpc.enable_retries", 0))
    if not destination.is_secure:
        return grpc.insecure_channel(destination.address, options=options, compression=compression)
    credentials = grpc.ssl_channel_credentials(
        _read(destination.certificate_file),
        _read(destination.client_key_file),
        _read(destination.client_certificate_file),
    )
    return grpc.secure_channel(destination.address, credentials, options=options, compression=compression)


def _read(path: str | None) -> bytes | None:
    return None if path is None else Path(path).read_bytes()


def _meaning(error: grpc.RpcError) -> Answer:
    code, details = error.code(), error.details() or ""
    reason = f"gRPC {code.name} {details}".rstrip()
    too_large = code is grpc.StatusCode.RESOURCE_EXHAUSTED and any(words in details for words in _TOO_LARGE)
    if code is grpc.StatusCode.INVALID_ARGUMENT or too_large:
        return Refused(reason=reason)
    return Failed(
        reason=reason,
        retry_after_s=_retry_after_s(dict(error.trailing_metadata() or ())),
        blames_request=code in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN),
    )


def _retry_after_s(metadata: dict[str, Any]) -> float | None:
    try:
        for detail in Status.FromString(metadata.get(_STATUS_DETAILS, b"")).details:
            if detail.Is(RetryInfo.DESCRIPTOR):
                info = RetryInfo()
                detail.Unpack(info)
                return float(info.retry_delay.seconds + info.retry_delay.nanos / 1e9)
    except DecodeError:
        return None
    return None
