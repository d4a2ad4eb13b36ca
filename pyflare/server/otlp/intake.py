"""From the bytes of a request to the answer: read, check, hand on. The same for both transports."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from pyflare.errors import DataError
from pyflare.otlp import SHAPES, Decoded, Signal, TooManyError, decode_json, decode_protobuf
from pyflare.otlp.check import check
from pyflare.server.batch import Batch, Consumer, RefusedError, UnavailableError
from pyflare.server.otlp.limits import Limits
from pyflare.server.otlp.rejected import Rejected
from pyflare.server.otlp.status import Kind, RequestError

Encoding = Literal["protobuf", "json"]

_logger: Final = logging.getLogger(__name__)
_REASONS_TOLD: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A request that has been read and checked."""

    batch: Batch
    reasons: dict[str, int] = field(default_factory=dict)
    """How many records were refused for each reason."""


def read(signal: Signal, body: bytes, encoding: Encoding, *, source: str, key: str, limits: Limits) -> Taken:
    """Read and check a request; invalid records are taken out.

    Args:
        signal: What the request holds.
        body: The request, decompressed.
        encoding: Of the body.
        source: The receiver, such as `otlp/http`.
        key: Whose the request is.
        limits: What is taken at most.

    Raises:
        RequestError: It is no OTLP request, or too large a one.
    """
    decoded = _decode(signal, body, encoding, limits)
    rejected = Rejected(signal, limits)
    for fault in decoded.faults:
        rejected.add_fault(fault)
    try:
        records, changed = check(signal, decoded.message, rejected, decoded.notes)
    except TooManyError as error:
        raise RequestError(Kind.TOO_LARGE, str(error)) from error
    batch = Batch(
        signal=signal,
        source=source,
        message=decoded.message,
        body=body if encoding == "protobuf" and decoded.is_whole and not changed else None,
        records=records,
        received_unix_ns=time.time_ns(),
        key=key,
        rejections=rejected.kept,
        rejected=rejected.count,
        warnings=list(decoded.notes),
    )
    return Taken(batch=batch, reasons=rejected.reasons)


def _decode(signal: Signal, body: bytes, encoding: Encoding, limits: Limits) -> Decoded:
    try:
        if encoding == "json":
            return decode_json(signal, body, max_records=limits.max_records)
        return decode_protobuf(signal, body, max_records=limits.max_records)
    except TooManyError as error:
        raise RequestError(Kind.TOO_LARGE, str(error)) from error
    except DataError as error:
        raise RequestError(Kind.INVALID, str(error), field="body") from error


def hand_on(taken: Taken, consumer: Consumer) -> Any:
    """Give a request to the consumer. Returns the response to send, as protobuf.

    Raises:
        RequestError: The consumer does not take it, now or ever.
    """
    batch = taken.batch
    try:
        if batch.records or batch.rejected:
            consumer.consume(batch)
    except UnavailableError as error:
        kind = Kind.RATE_LIMIT if error.is_rate_limit else Kind.UNAVAILABLE
        raise RequestError(kind, str(error), retry_after_s=error.retry_after_s) from error
    except RefusedError as error:
        raise RequestError(Kind.INVALID, str(error), field="body") from error
    except Exception as error:
        _logger.exception("a request was not stored")
        raise RequestError(Kind.INTERNAL, "the request was not stored, for a fault of the receiver") from error
    return _response(taken)


def _response(taken: Taken) -> Any:
    """Success, whole or partial."""
    shape = SHAPES[taken.batch.signal]
    response = shape.response()
    if taken.batch.rejected:
        setattr(response.partial_success, shape.rejected, taken.batch.rejected)
        response.partial_success.error_message = _message(taken)
    elif taken.batch.warnings:
        response.partial_success.error_message = "; ".join(taken.batch.warnings[:_REASONS_TOLD])
    return response


def _message(taken: Taken) -> str:
    most = sorted(taken.reasons.items(), key=lambda item: -item[1])
    told = [f"{count:,} x {reason}" for reason, count in most[:_REASONS_TOLD]]
    more = f"; and {len(most) - _REASONS_TOLD} more reasons" if len(most) > _REASONS_TOLD else ""
    return f"{'; '.join(told)}{more}. See them with: pyflare quarantine list"
