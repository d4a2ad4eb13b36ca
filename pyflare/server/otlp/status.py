"""What goes wrong with a request, as OTLP tells it: google.rpc.Status, HTTP's status, gRPC's code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import msgspec
from google.protobuf.duration_pb2 import Duration
from google.rpc.code_pb2 import Code
from google.rpc.error_details_pb2 import BadRequest, RetryInfo
from google.rpc.status_pb2 import Status

_MESSAGE_CHARS: Final = 1_000
"""gRPC clients take 8 KiB of trailers, and the message is in them three times."""
_NANOS: Final = 1_000_000_000


class Kind(Enum):
    """Kinds of failure: each with gRPC's code and HTTP's status."""

    INVALID = (Code.INVALID_ARGUMENT, 400)
    NOT_FOUND = (Code.UNIMPLEMENTED, 404)
    METHOD = (Code.UNIMPLEMENTED, 405)
    TOO_LARGE = (Code.RESOURCE_EXHAUSTED, 413)
    MEDIA_TYPE = (Code.INVALID_ARGUMENT, 415)
    RATE_LIMIT = (Code.UNAVAILABLE, 429)
    INTERNAL = (Code.INTERNAL, 500)
    UNAVAILABLE = (Code.UNAVAILABLE, 503)

    @property
    def code(self) -> int:
        """Of google.rpc.Code."""
        return int(self.value[0])

    @property
    def http_status(self) -> int:
        """HTTP's status."""
        return self.value[1]


@dataclass(slots=True)
class RequestError(Exception):
    """A request that is not taken."""

    kind: Kind
    message: str
    """What was expected, what came, what to do."""
    field: str = ""
    """What of the request is to blame, such as `body`, where something is."""
    retry_after_s: float | None = None
    """When sending it again may help; None where it does not."""

    def status(self) -> Status:
        """As google.rpc.Status, with details: BadRequest or RetryInfo."""
        status = Status(code=self.kind.code, message=self.message[:_MESSAGE_CHARS])
        for detail in self._details():
            status.details.add().Pack(detail)
        return status

    def _details(self) -> list[Any]:
        if self.kind is Kind.INVALID:
            violation = BadRequest.FieldViolation(field=self.field, description=self.message[:_MESSAGE_CHARS])
            return [BadRequest(field_violations=[violation])]
        if self.retry_after_s is not None:
            seconds, part = divmod(self.retry_after_s, 1.0)
            return [RetryInfo(retry_delay=Duration(seconds=int(seconds), nanos=int(part * _NANOS)))]
        return []

    def status_json(self) -> bytes:
        """The same in protobuf's JSON."""
        details: list[dict[str, Any]] = []
        if self.kind is Kind.INVALID:
            violation = {"field": self.field, "description": self.message[:_MESSAGE_CHARS]}
            details.append({"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]})
        elif self.retry_after_s is not None:
            delay = f"{self.retry_after_s:.9f}".rstrip("0").rstrip(".") + "s"
            details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay})
        status = {"code": self.kind.code, "message": self.message[:_MESSAGE_CHARS], "details": details}
        return msgspec.json.encode({name: value for name, value in status.items() if value})
