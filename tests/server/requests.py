"""Requests to test with."""

from __future__ import annotations

import time
from typing import Any

from pyflare.otlp.messages import REQUESTS
from pyflare.server.batch import Batch, Rejection, UnavailableError
from pyflare.server.processors.attributes import set_value

SECOND_NS = 1_000_000_000


def trace_id(number: int) -> bytes:
    """A trace id whose low-order bits, which samplers look at, are spread evenly."""
    return (number + 1).to_bytes(8, "big") + (number * 0x9E3779B97F4A7C15 % (1 << 64)).to_bytes(8, "big")


def add_span(scope: Any, trace: int, span: int, **options: Any) -> Any:
    """A span: `parent` (its number), `name`, `seconds`, `failed`, and attributes."""
    attributes = options.pop("attributes", {})
    start_ns = options.pop("start_ns", 1_700_000_000 * SECOND_NS)
    made = scope.spans.add(
        trace_id=trace_id(trace),
        span_id=(span + 1).to_bytes(8, "big"),
        name=options.pop("name", "work"),
        start_time_unix_nano=start_ns,
        end_time_unix_nano=start_ns + int(options.pop("seconds", 0.1) * SECOND_NS),
    )
    parent = options.pop("parent", None)
    if parent is not None:
        made.parent_span_id = (parent + 1).to_bytes(8, "big")
    if options.pop("failed", False):
        made.status.code = 2
    fill(made.attributes, attributes)
    assert not options
    return made


def fill(target: Any, attributes: dict[str, Any]) -> None:
    for name, value in attributes.items():
        set_value(target.add(key=name).value, value)


def spans(*made: dict[str, Any], service: str = "shop", **surroundings: Any) -> Any:
    """A request for traces with one resource and one scope; each dict is `add_span`'s arguments."""
    request = REQUESTS["traces"]()
    group = request.resource_spans.add()
    fill(group.resource.attributes, {"service.name": service, **surroundings})
    scope = group.scope_spans.add()
    for options in made:
        add_span(scope, **options)
    return request


def batch(message: Any, *, signal: Any = "traces", rejections: list[Rejection] | None = None, key: str = "") -> Batch:
    """A batch as a receiver makes it."""
    count = {
        "traces": lambda: sum(len(s.spans) for r in message.resource_spans for s in r.scope_spans),
        "metrics": lambda: sum(len(s.metrics) for r in message.resource_metrics for s in r.scope_metrics),
        "logs": lambda: sum(len(s.log_records) for r in message.resource_logs for s in r.scope_logs),
    }
    return Batch(
        signal=signal,
        source="otlp/http",
        message=message,
        body=message.SerializeToString(),
        records=count[signal](),
        received_unix_ns=time.time_ns(),
        key=key,
        rejections=rejections or [],
        rejected=len(rejections or []),
    )


class Kept:
    """A sink that keeps batches in a list, or refuses them."""

    def __init__(self, error: UnavailableError | None = None) -> None:
        self.batches: list[Batch] = []
        self.error = error
        self.closed = False

    waits = False

    def consume(self, batch: Batch) -> None:
        if self.error is not None:
            raise self.error
        self.batches.append(batch)

    def close(self) -> None:
        self.closed = True

    @property
    def only(self) -> Any:
        """The message of the one batch that came, as it would be stored."""
        (kept,) = self.batches
        return REQUESTS[kept.signal].FromString(kept.serialised())

    def span_ids(self) -> list[int]:
        """Numbers of the spans that came."""
        return [
            int.from_bytes(span.span_id, "big") - 1
            for kept in self.batches
            if kept.signal == "traces"
            for group in REQUESTS["traces"].FromString(kept.serialised()).resource_spans
            for scope in group.scope_spans
            for span in scope.spans
        ]
