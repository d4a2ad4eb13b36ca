"""Tail sampling: deciding on whole traces, some time after their first span came.

Every request is stored at once. Of each trace only a few numbers are kept in
memory until its window closes; the word on a refused trace is then written to the
journal, and whoever reads or compacts it leaves the trace's spans out.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from pyflare.server.batch import Batch, Consumer
from pyflare.server.config import TailConfig
from pyflare.server.processors.attributes import python_value
from pyflare.server.processors.spans import keep_spans
from pyflare.server.processors.stage import Stage
from pyflare.tracing.sampling import TailSampler

TICK_S: Final = 0.25
"""How often windows are looked at."""
_REMEMBERED: Final = 200_000
"""Traces whose verdict is remembered, for spans that come late."""
_OPERATIONS: Final = 10_000
"""Operations that are counted in an hour. What comes beyond is not rare any more."""
_HOUR_S: Final = 3600.0
_ERROR: Final = 2
"""OTLP's status code of a failed span."""


@dataclass(slots=True, kw_only=True)
class _Window:
    """What is known of a trace that has not been decided on."""

    closes_s: float
    service: str
    operation: str
    has_root: bool = False
    has_error: bool = False
    start_ns: int
    end_ns: int

    def note(self, service: str, span: Any) -> None:
        """Take another span into account."""
        if not span.parent_span_id and not self.has_root:
            self.has_root, self.service, self.operation = True, service, span.name
        self.has_error = self.has_error or span.status.code == _ERROR
        self.start_ns = min(self.start_ns, span.start_time_unix_nano)
        self.end_ns = max(self.end_ns, span.end_time_unix_nano)


class TailSampling(Stage):
    """Decides on whole traces. What is undecided when the receiver ends is kept."""

    def __init__(
        self,
        config: TailConfig,
        to: Consumer,
        *,
        refuse: Callable[[bytes], None],
        on_dropped: Callable[[int], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Watch what is stored by `to`.

        Args:
            config: What is kept.
            to: The consumer that stores.
            refuse: Writes the verdict on a trace, 16 bytes, to the journal.
            on_dropped: Told how many late spans of refused traces were left out.
            clock: Seconds that never go back.
        """
        super().__init__(to)
        self._config = config
        self._sampler = _sampler(config, config.rate)
        self._by_service = {service: _sampler(config, rate) for service, rate in config.services.items()}
        self._refuse = refuse
        self._on_dropped = on_dropped
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: OrderedDict[bytes, _Window] = OrderedDict()
        self._verdicts: OrderedDict[bytes, bool] = OrderedDict()
        self._operations: dict[tuple[str, str], int] = {}
        self._hour_ends_s = clock() + _HOUR_S
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pyflare-tail-sampling", daemon=True)
        self._thread.start()

    def consume(self, batch: Batch) -> None:
        """Leave out late spans of refused traces, pass the rest on, and note it once it is stored."""
        if batch.signal != "traces":
            self._to.consume(batch)
            return
        with self._lock:
            dropped = keep_spans(batch, lambda trace_id: self._verdicts.get(trace_id, True))
        if dropped:
            self._on_dropped(dropped)
        super().consume(batch)
        with self._lock:
            self._note(batch.message)

    def _note(self, message: Any) -> None:
        for group in message.resource_spans:
            service = _service(group.resource)
            for scope in group.scope_spans:
                for span in scope.spans:
                    self._note_span(service, span)
        while len(self._windows) > self._config.max_traces:
            self._decide(*self._windows.popitem(last=False))

    def _note_span(self, service: str, span: Any) -> None:
        trace_id = span.trace_id
        if trace_id in self._verdicts:
            return
        window = self._windows.get(trace_id)
        if window is None:
            window = self._windows[trace_id] = _Window(
                closes_s=self._clock() + self._config.wait_s,
                service=service,
                operation=span.name,
                start_ns=span.start_time_unix_nano,
                end_ns=span.end_time_unix_nano,
            )
        window.note(service, span)

    def close_windows(self) -> None:
        """Decide on the traces whose time has come."""
        with self._lock:
            now_s = self._clock()
            while self._windows:
                trace_id, window = next(iter(self._windows.items()))
                if window.closes_s > now_s:
                    return
                del self._windows[trace_id]
                self._decide(trace_id, window)

    def _decide(self, trace_id: bytes, window: _Window) -> None:
        sampler = self._by_service.get(window.service, self._sampler)
        is_rare = self._is_rare(window)
        kept = is_rare or sampler.keep(trace_id, window.end_ns - window.start_ns, window.has_error)
        self._verdicts[trace_id] = kept
        if len(self._verdicts) > _REMEMBERED:
            self._verdicts.popitem(last=False)
        if not kept:
            self._refuse(trace_id)

    def _is_rare(self, window: _Window) -> bool:
        """Count the trace's operation. Whether it is among the first of this hour."""
        if not self._config.rare_per_hour:
            return False
        if self._clock() >= self._hour_ends_s:
            self._operations.clear()
            self._hour_ends_s = self._clock() + _HOUR_S
        operation = (window.service, window.operation)
        seen = self._operations.get(operation, 0)
        if not seen and len(self._operations) >= _OPERATIONS:
            return False
        self._operations[operation] = seen + 1
        return seen < self._config.rare_per_hour

    def _run(self) -> None:
        while not self._over.wait(TICK_S):
            self.close_windows()

    def close(self) -> None:
        """Decide on no more traces, and close the consumer behind it."""
        self._over.set()
        self._thread.join()
        super().close()


def _sampler(config: TailConfig, rate: float) -> TailSampler:
    return TailSampler(slower_than_s=config.slower_than_s, rate=rate, keep_errors=config.keep_errors)


def _service(resource: Any) -> str:
    for attribute in resource.attributes:
        if attribute.key == "service.name":
            return str(python_value(attribute.value))
    return ""
