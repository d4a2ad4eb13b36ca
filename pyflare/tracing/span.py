"""A span: OpenTelemetry's interface over the few fields that one record needs.

It is not the SDK's span: it makes a `SpanContext` only when somebody asks for one,
and writes itself to the journal when it starts and when it ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter_ns, time_ns
from typing import TYPE_CHECKING, Any, Final

from opentelemetry import trace as otel
from opentelemetry.context import Context
from opentelemetry.trace.status import Status, StatusCode

from pyflare.schema.records import SPAN_END_TAG, SPAN_START_TAG, encode_record
from pyflare.tracing.attributes import clean_attributes, keep_attributes, unix_ns
from pyflare.tracing.context import SCOPE_KEY, attach_fast, get_current_fast, merge_scope, release, with_span
from pyflare.tracing.details import Details
from pyflare.tracing.encoding import encode_anyhow
from pyflare.tracing.failure import error_type, exception_event, is_failure
from pyflare.tracing.fields import split_fields, text_of
from pyflare.tracing.guard import guard

if TYPE_CHECKING:
    from contextvars import Token

    from pyflare.budgets import Permit
    from pyflare.tracing.runtime import Runtime

START_INPUT_BYTES: Final = 2048
"""Inputs up to this size are written when the span starts too, so that a died span shows them."""
STATUS_UNSET: Final = 0
STATUS_OK: Final = 1
STATUS_ERROR: Final = 2
_SAMPLED: Final = otel.TraceFlags(otel.TraceFlags.SAMPLED)


class Span(otel.Span):
    """One operation. Made by `pyflare.trace`, `pyflare.span` or a tracer; not directly.

    Everything on it can be called at any time, from any thread, and never raises:
    after the end, calls change nothing.
    """

    __slots__ = (
        "_details",
        "_start",
        "_started_ns",
        "_write",
        "above",
        "ended",
        "fields",
        "inference_type",
        "input",
        "name",
        "output",
        "permit",
        "raw_parent_span_id",
        "raw_span_id",
        "raw_trace_id",
        "runtime",
        "scope",
        "start_unix_ns",
        "status_code",
        "token",
    )

    runtime: Runtime
    raw_trace_id: bytes
    """16 bytes, big endian."""
    raw_span_id: bytes
    """8 bytes, big endian."""
    raw_parent_span_id: bytes | None
    above: Span | None
    """The trace's first span in this process, or None where it is this one: a span that refers to itself
    would have to wait for the garbage collector."""
    name: str
    inference_type: str | None
    start_unix_ns: int
    scope: dict[str, Any] | None
    fields: dict[str, Any] | None
    input: bytes | None
    output: bytes | None
    status_code: int
    ended: bool
    token: Token[Context] | None
    permit: Permit | None
    """What a call of a model counts in, where there are budgets."""

    def __init__(
        self,
        runtime: Runtime,
        context: Context,
        parent: object,
        name: str,
        inference_type: str | None,
        input: bytes | None,
        fields: dict[str, Any] | None,
        twin: otel.Span | None = None,
    ) -> None:
        self._details: Details | None = None
        parent_id: bytes | None = None
        if type(parent) is Span:
            self.raw_span_id = span_id = runtime.random_bits(64).to_bytes(8, "big")
            trace_id = parent.raw_trace_id
            parent_id = parent.raw_span_id
            self.above = parent.above or parent
            scope = parent.scope
            if parent._details is not None and parent._details.trace_state is not None:
                self.details.trace_state = parent._details.trace_state
        else:
            identity = runtime.random_bits(192).to_bytes(24, "big")
            self.raw_span_id = span_id = identity[:8]
            trace_id = identity[8:]
            self.above = None
            scope = runtime.scope
            if parent is not None or runtime.head_sampler is not None:
                trace_id, parent_id, trace_state = runtime.begin_trace(parent)
                if trace_state is not None:
                    self.details.trace_state = trace_state
        pending: Any = context.get(SCOPE_KEY)
        if pending is not None:
            scope = merge_scope(scope, pending) if scope else pending
        self.runtime = runtime
        self.raw_trace_id = trace_id
        self.raw_parent_span_id = parent_id
        self.name = name
        self.inference_type = inference_type
        self.input = input
        self.fields = fields
        self.scope = scope
        self.output = None
        self.status_code = STATUS_UNSET
        self.ended = False
        self.token = self.permit = None
        self.start_unix_ns = begun_ns = time_ns()
        if twin is not None:
            self._take_identity(twin)
            trace_id, span_id = self.raw_trace_id, self.raw_span_id
        if input is not None and len(input) > START_INPUT_BYTES:
            input = None
        start = (SPAN_START_TAG, trace_id, span_id, parent_id, name, inference_type, begun_ns, input, scope, fields)
        try:
            data = encode_record(start)
        except Exception:
            data = encode_anyhow(start)
        self._start = data
        self._write = runtime.write
        self._write(data)
        self._started_ns = perf_counter_ns()

    # -- the end ---------------------------------------------------------------------------------

    @property
    def details(self) -> Details:
        """The fields that most spans leave empty, made when they are first wanted."""
        details = self._details
        if details is None:
            details = self._details = Details()
        return details

    def _take_identity(self, twin: otel.Span) -> None:
        """Go by the identifiers of the span's double in the app's own SDK."""
        context = twin.get_span_context()
        self.raw_trace_id = context.trace_id.to_bytes(16, "big")
        self.raw_span_id = context.span_id.to_bytes(8, "big")
        details = self.details
        details.twin = twin
        details.context = context
        details.trace_state = context.trace_state.to_header() or None

    def finish(self) -> None:
        """Write the span to the journal. Only the first end counts."""
        if self.ended:
            return
        self.ended = True  # at once: no other thread or signal handler gets in between
        duration_ns = perf_counter_ns() - self._started_ns
        runtime = self.runtime
        if self._write is not runtime.write:  # begun before a fork: it is the parent's to end
            return
        details = self._details
        if details is not None:
            # Told by a tracer; or begun in the future, as told by one.
            duration_ns = max(duration_ns, 0) if details.duration_ns is None else details.duration_ns
        record: tuple[Any, ...] = (
            SPAN_END_TAG,
            self.raw_trace_id,
            self.raw_span_id,
            self.raw_parent_span_id,
            self.name,
            self.inference_type,
            self.start_unix_ns,
            self.input,
            self.scope,
            self.fields,
            duration_ns,
            self.output,
            self.status_code,
        )
        if details is not None:
            record += self._uncommon(details, duration_ns)
        try:
            data = encode_record(record)
        except Exception:
            data = encode_anyhow(record)
        if runtime.tail_sampler is not None:
            runtime.judge(self, duration_ns)  # before the end: whoever has read that knows the verdict
        self._write(data, self._start)
        if runtime.budgets is not None:
            runtime.budgets.charge(self)

    def _uncommon(self, details: Details, duration_ns: int) -> tuple[Any, ...]:
        """The fields of the record that most spans leave empty, redacted."""
        runtime = self.runtime
        redactor = runtime.content.redactor
        if redactor is not None:
            details.redact(redactor.redact_attributes)
        if runtime.mirror is not None:
            runtime.mirror.end(self, details, duration_ns)
        return details.fields()

    def succeed(self, output: object = None, capture: bool | None = None) -> None:
        """End the span with what the work returned, kept unless `capture` or the setting says no. Never raises."""
        try:
            if (self.runtime.capture_output if capture is None else capture) and not self.ended:
                self.output, reference = self.runtime.content.value(output, "output")
                if reference is not None or (self.fields is not None and "output_ref" in self.fields):
                    self._set_field("output_ref", reference)
            self.finish()
        except Exception as error:
            self._fault("end a span with its output", error)
            self._end()

    def fail(self, error: BaseException) -> None:
        """End the span with the exception that the work was left by. Never raises."""
        try:
            if not self.ended and is_failure(error):
                self._note_error(error)
        except Exception as fault:
            self.status_code = STATUS_ERROR
            self._fault("keep an exception", fault)
        try:  # no call in between: as deep in the stack as a span can begin, it can end
            self.finish()
        except Exception as fault:
            self._fault("end a span", fault)

    def _end(self) -> None:
        try:
            self.finish()
        except Exception as error:
            self._fault("end a span", error)

    def _note_error(self, error: BaseException) -> None:
        """Record the exception; its stack trace only in the innermost span it passes through."""
        known = self.root.details.has_passed(error, self.raw_span_id, self.raw_parent_span_id)
        stack = self.runtime.stack_traces and not known
        event = exception_event(error, self.runtime.content, stack=stack, escaped=True)
        self._append_event("exception", event)
        if self.status_code != STATUS_OK:
            self.mark_failed(event.get("exception.message"), error_type(error))

    def _set_field(self, column: str, value: Any) -> None:
        fields = {**(self.fields or {}), column: value}
        if value is None:
            del fields[column]
        self.fields = fields or None

    def mark_failed(self, message: str | None, type: str | None = None) -> None:
        """Set the status to error; `type` is that of the exception, where there was one."""
        self.status_code = STATUS_ERROR
        self.details.status_message = message
        self.root.details.trace_failed = True
        if type is not None:
            self._set_field("error_type", type)

    def _fault(self, where: str, error: BaseException) -> None:
        self.runtime.losses.add("internal_fault")
        guard.fault(where, error)

    # -- what users of PyFlare set ---------------------------------------------------------------

    def update(self, *, input: object = None, output: object = None, attributes: Any = None, **values: Any) -> None:
        """Set fields of the span; see `pyflare.update` for the words. None leaves a field as it is."""
        try:
            scope, fields, rest = split_fields(values)
            if scope:
                self.scope = merge_scope(self.scope, scope)
            if fields:
                self.fields = {**(self.fields or {}), **fields}
            if input is not None:
                self.set_input(input)
            if output is not None:
                self.set_output(output)
            self.set_attributes({**rest, **(attributes or {})})
        except Exception as error:
            self._fault("update a span", error)

    def set_input(self, value: object) -> None:
        """Keep `value` as the span's input."""
        try:
            self._keep("input", *self.runtime.content.value(value, "input"))
        except Exception as error:
            self._fault("capture an input", error)

    def set_output(self, value: object) -> None:
        """Keep `value` as the span's output."""
        try:
            self._keep("output", *self.runtime.content.value(value, "output"))
        except Exception as error:
            self._fault("capture an output", error)

    def set_output_json(self, data: bytes) -> None:
        """Keep an output that has been captured already."""
        self._keep("output", *self.runtime.content.settle(data, "output"))

    def _keep(self, column: str, data: bytes | None, reference: str | None) -> None:
        if not self.ended:
            setattr(self, column, data)
            if reference is not None or f"{column}_ref" in (self.fields or ()):
                self._set_field(f"{column}_ref", reference)

    def backdate(self, start_unix_ns: int) -> None:
        """Have the span begin at another time than now; for tracers that are told a start time."""
        self._started_ns += start_unix_ns - self.start_unix_ns
        self.start_unix_ns = start_unix_ns

    def mark_first_chunk(self) -> None:
        """Note that the first chunk of a stream has just come."""
        if self.fields is None or "time_to_first_chunk_ns" not in self.fields:
            elapsed_ns = perf_counter_ns() - self._started_ns
            self._set_field("time_to_first_chunk_ns", elapsed_ns)

    @property
    def root(self) -> Span:
        """The trace's first span in this process."""
        return self.above or self

    @property
    def trace_id(self) -> str:
        """The trace's id as 32 hex digits."""
        return self.raw_trace_id.hex()

    @property
    def span_id(self) -> str:
        """The span's id as 16 hex digits."""
        return self.raw_span_id.hex()

    # -- OpenTelemetry's interface ---------------------------------------------------------------

    def get_span_context(self) -> otel.SpanContext:
        """The identity that OpenTelemetry hands around."""
        details = self.details
        if details.context is None:
            header = details.trace_state
            details.context = otel.SpanContext(
                int.from_bytes(self.raw_trace_id, "big"),
                int.from_bytes(self.raw_span_id, "big"),
                is_remote=False,
                trace_flags=_SAMPLED,
                trace_state=otel.TraceState.from_header([header]) if header else None,
            )
        return details.context

    @property
    def kind(self) -> otel.SpanKind:
        """OpenTelemetry's kind: its own instrumentations ask a span that records for it, as of the SDK's."""
        return otel.SpanKind(self._details.span_kind) if self._details is not None else otel.SpanKind.INTERNAL

    def is_recording(self) -> bool:
        """Whether the span still takes attributes."""
        return not self.ended

    def update_name(self, name: str) -> None:
        """Rename the span."""
        try:
            if not self.ended:
                self.name = text_of(name)
        except Exception as error:
            self._fault("rename a span", error)

    def set_attribute(self, key: str, value: Any) -> None:
        """Set one attribute; values of types OpenTelemetry does not know become text."""
        try:
            if not self.ended:
                keep_attributes(self.details.attributes, ((key, value),), self.runtime)
        except Exception as error:
            self._fault("set an attribute", error)

    def set_attributes(self, attributes: Mapping[str, Any]) -> None:
        """Set several attributes."""
        try:
            if not self.ended:
                keep_attributes(self.details.attributes, attributes.items(), self.runtime)
        except Exception as error:
            self._fault("set attributes", error)

    def add_event(self, name: str, attributes: Mapping[str, Any] | None = None, timestamp: int | None = None) -> None:
        """Add an event; `timestamp` in unix nanoseconds, now if left out."""
        try:
            runtime = self.runtime
            self._append_event(text_of(name), clean_attributes(attributes, runtime, runtime.max_attributes), timestamp)
        except Exception as error:
            self._fault("add an event", error)

    def _append_event(self, name: str, attributes: dict[str, Any] | None, timestamp: int | None = None) -> None:
        if self.ended:
            return
        events = self.details.events
        if len(events) >= self.runtime.max_events:
            self.runtime.losses.add("event_dropped")
            return
        at_unix_ns = unix_ns(timestamp)
        events.append((time_ns() if at_unix_ns is None else at_unix_ns, name, attributes))

    def add_link(self, context: otel.SpanContext, attributes: Mapping[str, Any] | None = None) -> None:
        """Link to another span."""
        try:
            links = self.details.links
            if len(links) >= self.runtime.max_events:
                self.runtime.losses.add("event_dropped")
                return
            trace_id, span_id = context.trace_id.to_bytes(16, "big"), context.span_id.to_bytes(8, "big")
            state = context.trace_state.to_header() or None
            runtime = self.runtime
            cleaned = clean_attributes(attributes, runtime, runtime.max_attributes)
            links.append((trace_id, span_id, state, cleaned))
        except Exception as error:
            self._fault("add a link", error)

    def set_status(self, status: Status | StatusCode, description: str | None = None) -> None:
        """Set the status. As OpenTelemetry has it: ok is final, unset changes nothing."""
        code, message = (
            (status.status_code, status.description) if isinstance(status, Status) else (status, description)
        )
        if self.ended or self.status_code == STATUS_OK:
            return
        if code is StatusCode.OK:
            self.status_code = STATUS_OK
            self.details.status_message = None
        elif code is StatusCode.ERROR:
            self.mark_failed(self.runtime.content.text(text_of(message)) if message else None)

    def record_exception(
        self,
        exception: BaseException,
        attributes: Mapping[str, Any] | None = None,
        timestamp: int | None = None,
        escaped: bool = False,
    ) -> None:
        """Record an exception as an event, without ending the span."""
        try:
            event = exception_event(exception, self.runtime.content, stack=self.runtime.stack_traces, escaped=escaped)
            self._append_event("exception", {**event, **(clean_attributes(attributes, self.runtime) or {})}, timestamp)
        except Exception as error:
            self._fault("record an exception", error)

    def end(self, end_time: int | None = None) -> None:
        """End the span; `end_time` in unix nanoseconds, now if left out."""
        end_unix_ns = unix_ns(end_time)
        if end_unix_ns is not None and not self.ended:
            self.details.duration_ns = max(end_unix_ns - self.start_unix_ns, 0)
        self._end()

    # -- as a context manager --------------------------------------------------------------------

    def __enter__(self) -> Span:
        if self.token is not None:  # it is current already
            return self
        try:
            self.token = attach_fast(with_span(get_current_fast(), self))
        except Exception as error:
            self._fault("make a span current", error)
        return self

    def __exit__(self, kind: object, error: BaseException | None, stack: object) -> None:
        if self.token is not None:
            release(self.token)
            self.token = None
        if error is None:
            self.succeed(None, False)
        else:
            self.fail(error)

    async def __aenter__(self) -> Span:
        return self.__enter__()

    async def __aexit__(self, *raised: Any) -> None:
        self.__exit__(*raised)

    def __repr__(self) -> str:
        return f"<pyflare.Span {self.name!r} trace_id={self.trace_id} span_id={self.span_id}>"
