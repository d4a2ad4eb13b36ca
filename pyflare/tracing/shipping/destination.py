"""Where spans are shipped to."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

from pyflare.errors import ConfigError

if TYPE_CHECKING:
    from pyflare.config import Settings

HTTP: Final = "http/protobuf"
GRPC: Final = "grpc"
REQUESTS_PREFIX: Final = "requests-"
_SIGNAL_PATH: Final = re.compile(r"/v1/(traces|metrics|logs)$")
_NOT_IN_A_NAME: Final = re.compile(r"[^a-z0-9.]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """An OTLP collector.

    Raises:
        ConfigError: The endpoint, protocol or compression cannot be used.
    """

    endpoint: str
    """Such as `https://collector:4318`. For HTTP, `/v1/` and the signal are added unless they are there."""
    protocol: str = HTTP
    """`http/protobuf` or `grpc`."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    compression: str = "gzip"
    """`gzip` or `none`."""
    timeout_s: float = 10.0
    """How long one export may take."""
    certificate_file: str | None = None
    """Certificates of the authorities to trust, instead of the system's. PEM."""
    client_certificate_file: str | None = None
    client_key_file: str | None = None
    signal: str = "traces"
    """What is sent there: `traces`, `metrics` or `logs`."""

    def __post_init__(self) -> None:
        parts = self._parts()
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(
                f"An OTLP endpoint is a URL such as https://collector:4318, not {_without_password(self.endpoint)!r}. "
                "Begin it with http:// for plain text or https:// for TLS."
            )
        if self.protocol not in (HTTP, GRPC):
            raise ConfigError(f"The protocol of an OTLP endpoint is '{HTTP}' or '{GRPC}', not {self.protocol!r}.")
        if self.compression not in ("gzip", "none"):
            raise ConfigError(f"Exports are compressed with 'gzip' or 'none', not {self.compression!r}.")

    @classmethod
    def from_settings(cls, settings: Settings) -> Destination:
        """The destination that the settings name. There must be an endpoint."""
        assert settings.endpoint is not None
        return cls(
            endpoint=settings.endpoint,
            protocol=settings.protocol,
            headers=settings.headers,
            compression=settings.compression,
            timeout_s=settings.timeout_s,
            certificate_file=settings.certificate_file,
            client_certificate_file=settings.client_certificate_file,
            client_key_file=settings.client_key_file,
        )

    @property
    def name(self) -> str:
        """The name under which journals wait for it: the same for the same URL, whatever the headers."""
        parts = self._parts()
        label = _NOT_IN_A_NAME.sub("-", f"{parts.hostname}-{parts.port or parts.scheme}")
        return f"{label}-{hashlib.sha256(self.url.encode()).hexdigest()[:8]}"

    @property
    def name_for_requests(self) -> str:
        """The name under which the journals of receivers wait for it, whatever the signal.

        Another one than for the journals of programs: whoever ships spans would pass over their requests.
        """
        return f"{REQUESTS_PREFIX}{replace(self, signal='traces').name}"

    @property
    def url(self) -> str:
        """Where requests go, over HTTP; for gRPC the endpoint as given."""
        parts = self._parts()
        path = parts.path.rstrip("/")
        if self.protocol == HTTP:
            path = f"{_SIGNAL_PATH.sub('', path)}/v1/{self.signal}"
        return parts._replace(path=path).geturl()

    @property
    def is_secure(self) -> bool:
        """Whether TLS is spoken."""
        return self._parts().scheme == "https"

    @property
    def address(self) -> str:
        """Host and port, for gRPC."""
        parts = self._parts()
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        return f"{host}:{parts.port or (443 if self.is_secure else 4317)}"

    @property
    def shown(self) -> str:
        """The endpoint without a password in it, for messages."""
        return _without_password(self.endpoint)

    def _parts(self) -> SplitResult:
        try:
            parts = urlsplit(self.endpoint)
            _ = parts.port  # raises where it is no number
        except ValueError as error:
            raise ConfigError(f"{_without_password(self.endpoint)!r} is not a URL: {error}.") from error
        return parts


def _without_password(endpoint: str) -> str:
    return re.sub(r"(?<=://)[^/@]*@", "", endpoint)
