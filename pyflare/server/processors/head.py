"""Head sampling: whether a trace is kept, from its id, its services and attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pyflare.server.batch import Batch, Consumer
from pyflare.server.config import SamplingConfig
from pyflare.server.processors.attributes import python_attributes
from pyflare.server.processors.spans import keep_spans
from pyflare.server.processors.stage import Stage
from pyflare.tracing.sampling import HeadSampler, SamplingRule


class HeadSampling(Stage):
    """Keeps a share of the traces.

    The trace's id decides, as in `pyflare.tracing.sampling`: processes and receivers
    with one rate keep the same traces, and whatever a lower rate keeps a higher one
    keeps too. Within a request a trace is kept whole if any of its spans would be.
    """

    def __init__(self, config: SamplingConfig, to: Consumer, *, on_dropped: Callable[[int], None]) -> None:
        """`on_dropped` is told how many spans were left out."""
        super().__init__(to)
        rules = [
            SamplingRule(
                rate=rule.rate,
                service=rule.service,
                attribute=None if rule.attribute is None else (rule.attribute.key, rule.attribute.value),
            )
            for rule in config.rules
        ]
        self._sampler = HeadSampler(rate=config.default_rate, rules=rules)
        self._looks_at_services = any(rule.service is not None for rule in rules)
        self._looks_at_attributes = any(rule.attribute is not None for rule in rules)
        self._on_dropped = on_dropped

    @property
    def waits(self) -> bool:
        """Where rules look at the attributes of every span, which takes long; else as the consumer behind it."""
        return self._looks_at_attributes or super().waits

    def process(self, batch: Batch) -> None:
        """Leave out the spans of the traces that are not kept."""
        if batch.signal != "traces":
            return
        kept: set[bytes] = set()
        for trace_id, service, attributes in self._spans(batch.message):
            if trace_id not in kept and self._sampler.decide(trace_id, service, "", attributes):
                kept.add(trace_id)
        dropped = keep_spans(batch, lambda trace_id: trace_id in kept)
        if dropped:
            self._on_dropped(dropped)

    def _spans(self, message: Any) -> Iterator[tuple[bytes, str, dict[str, Any]]]:
        """Trace id, service and attributes of each span, as far as a rule looks at them."""
        no_attributes: dict[str, Any] = {}
        for group in message.resource_spans:
            looks = self._looks_at_services or self._looks_at_attributes
            resource = python_attributes(group.resource.attributes) if looks else no_attributes
            service = str(resource.get("service.name", ""))
            for scope in group.scope_spans:
                for span in scope.spans:
                    own = python_attributes(span.attributes) if self._looks_at_attributes else no_attributes
                    yield span.trace_id, service, {**resource, **own} if own else resource
