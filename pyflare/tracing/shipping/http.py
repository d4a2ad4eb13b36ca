"""OTLP over HTTP: one request, one answer, no retries of its own."""

from __future__ import annotations

import math
import time
import zlib
from email.utils import parsedate_to_datetime
from typing import Final

import requests
from google.protobuf.message import DecodeError
from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY, attach, detach, set_value

from pyflare._version import __version__
from pyflare.tracing.shipping.answer import Accepted, Answer, Failed, Refused
from pyflare.tracing.shipping.destination import Destination
from pyflare.tracing.shipping.service import Service, service_of

_BAD_REQUEST: Final = frozenset({400, 413, 422})
"""What is wrong is in the request. Any other refusal (401, 404, 500, …) is the destination's and may end."""
_SERVER_ERROR: Final = 500
_GZIP_LEVEL: Final = 1
_GZIP_WINDOW: Final = 31  # 15, and 16 for gzip's own header
_LONGEST_ANSWER_BYTES: Final = 1 << 16


class HttpSender:
    """Keeps one connection to a collector."""

    def __init__(self, destination: Destination) -> None:
        self._url = destination.url
        self._service = service_of(destination.signal)
        self._timeout_s = destination.timeout_s
        self._gzip = destination.compression == "gzip"
        self._headers = {
            "Content-Type": "application/x-protobuf",
            "User-Agent": f"pyflare/{__version__}",
            **({"Content-Encoding": "gzip"} if self._gzip else {}),
            **destination.headers,
        }
        self._session = requests.Session()
        self._session.auth = _as_it_is
        # Given with each request: an environment variable would replace what the session has.
        self._authorities = destination.certificate_file
        if destination.client_certificate_file is not None:
            self._session.cert = (
                (destination.client_certificate_file, destination.client_key_file)
                if destination.client_key_file is not None
                else destination.client_certificate_file
            )

    def send(self, request: bytes) -> Answer:
        """Send one export request. Never raises for what a network or a collector does."""
        body = _gzip(request) if self._gzip else request
        token = attach(set_value(_SUPPRESS_INSTRUMENTATION_KEY, True))  # an export that is traced never ends
        try:
            with self._session.post(
                self._url,
                data=body,
                headers=self._headers,
                timeout=self._timeout_s,
                verify=self._authorities,
                allow_redirects=False,  # a redirected POST becomes a GET, which no collector acknowledges
                stream=True,
            ) as response:
                content = response.raw.read(_LONGEST_ANSWER_BYTES, decode_content=True)
                return _meaning(self._service, response, content)
        except Exception as error:  # requests lets errors of urllib3 and ssl through, too
            cause = _cause(error)
            return Failed(reason=f"{type(cause).__name__}: {cause}")
        finally:
            detach(token)

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def abort(self) -> None:
        """Nothing: a connection that another thread is reading from cannot be closed safely."""


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No authentication but the user's headers: without this, a .netrc file would replace them."""
    return request


def _cause(error: Exception) -> BaseException:
    """What urllib3 says went wrong, without what requests and its pool of connections say around it."""
    inner = getattr(error.args[0], "reason", None) if error.args else None
    return inner if isinstance(inner, BaseException) else error


def _gzip(data: bytes) -> bytes:
    compressor = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    return compressor.compress(data) + compressor.flush()


def _meaning(service: Service, response: requests.Response, content: bytes) -> Answer:
    status = response.status_code
    if 200 <= status < 300:
        return _accepted(service, content)
    reason = f"HTTP {status} {response.reason or ''}".rstrip()
    if status in _BAD_REQUEST:
        return Refused(reason=reason)
    return Failed(
        reason=reason,
        retry_after_s=_retry_after_s(response.headers.get("Retry-After")),
        blames_request=status == _SERVER_ERROR,
    )


def _accepted(service: Service, content: bytes) -> Accepted:
    try:
        return service.accepted(service.response.FromString(content))
    except DecodeError:  # some collectors answer with JSON or text; 2xx is what counts
        return Accepted()


def _retry_after_s(value: str | None) -> float | None:
    """Seconds until the collector wants to hear from us again: it says how many, or when."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except ValueError:
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None
