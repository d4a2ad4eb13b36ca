"""What one process traces with: its journal, limits, samplers, and the shipper if there is a destination."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opentelemetry import trace as otel

from pyflare.config import Settings
from pyflare.schema.records import VERDICT_TAG, encode_record
from pyflare.store.journal.writer import JournalWriter
from pyflare.tracing.capture import Limits
from pyflare.tracing.content import Content, Redactor
from pyflare.tracing.guard import guard

if TYPE_CHECKING:
    from pyflare.tracing.budgets import Charges
    from pyflare.tracing.mirror import Mirror
    from pyflare.tracing.sampling import HeadSampler, TailSampler
    from pyflare.tracing.shipping import Shipper
    from pyflare.tracing.span import Span


class Runtime:
    """The parts of tracing that one call of `pyflare.init` put together."""

    def __init__(
        self,
        settings: Settings,
        *,
        root: Path,
        keep: bool,
        resource: dict[str, Any],
        redactor: Redactor | None = None,
        head_sampler: HeadSampler | None = None,
        tail_sampler: TailSampler | None = None,
        destinations: tuple[str, ...] = (),
    ) -> None:
        self.settings = settings
        self.root = root
        self.service_name = settings.service
        self.head_sampler = head_sampler
        self.tail_sampler = tail_sampler
        self.mirror: Mirror | None = None
        self.direct = head_sampler is None
        """Whether a span can begin without asking a sampler or the app's own SDK first."""
        self.shipper: Shipper | None = None
        self.budgets: Charges | None = None
        self.scope: dict[str, Any] | None = {"environment": settings.environment} if settings.environment else None
        self.stack_traces = settings.capture_stack_traces
        self.capture_input = settings.capture_input
        self.capture_output = settings.capture_output
        self.max_attributes = settings.max_attributes
        self.max_events = settings.max_events
        self.max_chunks = settings.max_chunks
        self.attribute_bytes = settings.attribute_limit_bytes
        self.on_seal: Callable[[int], None] | None = None
        self.random_bits = random.Random().getrandbits
        self._decided = threading.local()
        self.keep = keep
        """Whether the folder keeps the records, or is only the spool of an OTLP destination."""
        self._resource = resource
        self._destinations = destinations
        self.journal = self._new_journal(forked_from=None)
        self.losses = self.journal.losses
        self.write = self.journal.write
        self.content = Content(
            limits=Limits(
                inline_bytes=settings.inline_limit_bytes,
                content_bytes=settings.content_limit_bytes,
                depth=settings.max_depth,
                items=settings.max_items,
            ),
            losses=self.losses,
            write=self.write,
            redactor=redactor,
            metrics_only=settings.content == "metrics-only",
            keep_payloads=keep,
        )

    def _new_journal(self, *, forked_from: str | None) -> JournalWriter:
        journal = JournalWriter(
            self.root,
            service_name=self.settings.service,
            project=self.settings.project,
            resource=self._resource,
            keep=self.keep,
            destinations=self._destinations,
            forked_from=forked_from,
            limit_bytes=None if self.keep else self.settings.spool_limit_bytes,
        )
        journal.on_seal = self.on_seal
        journal.on_failure = self._say_failure
        return journal

    def _say_failure(self, error: OSError) -> None:
        """Say at once, and not only at the end, that nothing is kept: a server may never end."""
        reason = error.strerror or str(error)
        guard.advise(f"PyFlare cannot write to {self.root}: {reason}. The program goes on; what is lost is counted.")

    @property
    def resource(self) -> dict[str, Any]:
        """OpenTelemetry resource attributes of this process."""
        return self._resource

    def reflect(self, mirror: Mirror) -> None:
        """Have every span go through the app's own SDK as well."""
        self.mirror = mirror
        self.direct = False

    # -- identifiers -----------------------------------------------------------------------------

    def new_trace_id(self) -> bytes:
        """16 random bytes."""
        return self.random_bits(128).to_bytes(16, "big")

    def hand_over_trace_id(self, trace_id: bytes) -> None:
        """Have the next root of this thread use the id that a sampler has already decided on."""
        self._decided.trace_id = trace_id

    def begin_trace(self, parent: object) -> tuple[bytes, bytes | None, str | None]:
        """Trace id, parent span id and tracestate for a span whose parent is not one of ours."""
        if parent is None:
            if self.head_sampler is not None:
                decided = self._decided.__dict__.pop("trace_id", None)
                if decided is not None:
                    return decided, None, None
            return self.random_bits(128).to_bytes(16, "big"), None, None
        context = parent.get_span_context() if isinstance(parent, otel.Span) else otel.INVALID_SPAN_CONTEXT
        if not context.is_valid:
            return self.begin_trace(None)
        state = context.trace_state.to_header() if context.trace_state else None
        return context.trace_id.to_bytes(16, "big"), context.span_id.to_bytes(8, "big"), state or None

    # -- tail sampling ---------------------------------------------------------------------------

    def judge(self, span: Span, duration_ns: int) -> None:
        """Where `span` is the trace's first in this process, say whether the trace is kept."""
        sampler = self.tail_sampler
        if sampler is None or span.above is not None:
            return
        failed = span._details is not None and span._details.trace_failed
        if not sampler.keep(span.raw_trace_id, duration_ns, failed):
            self.losses.add("sampled_tail")
            self.write(encode_record((VERDICT_TAG, span.raw_trace_id)))

    # -- the process' life -----------------------------------------------------------------------

    def after_fork(self) -> None:
        """In the child: a journal, a generator and a shipper of its own."""
        parent_id = self.journal.info.writer_id
        self.journal.abandon_in_child()
        self.random_bits = random.Random().getrandbits
        self._decided = threading.local()
        self._resource = {**self._resource, "process.pid": os.getpid()}
        self.journal = self._new_journal(forked_from=parent_id)
        self.losses = self.content.losses = self.journal.losses
        self.write = self.content.write = self.journal.write
        self.content.forget()
        if self.shipper is not None:
            self.shipper.after_fork(self.journal)
        if self.budgets is not None:
            self.budgets.keeper.after_fork()

    def flush(self, timeout_s: float) -> bool:
        """Put what was written onto the disk, and ship what is waiting. Whether all of it went out in time."""
        if self.settings.sync_on_flush:
            self.journal.sync()
        return self.shipper.flush(timeout_s) if self.shipper is not None else True

    def close(self, timeout_s: float, *, exiting: bool = False) -> None:
        """Seal the journal, and give the shipper `timeout_s` to send the rest.

        While the interpreter is exiting, daemon threads may still end the spans they are in.
        """
        if self.mirror is not None:
            self.mirror.close()
        if self.budgets is not None and not exiting:
            self.budgets.keeper.close()
        if exiting and self.shipper is None:
            self.journal.seal()
        else:
            self.journal.close()
        if self.shipper is not None:
            self.shipper.stop(timeout_s)  # last, so that it finds a sealed journal, and can delete a spool
