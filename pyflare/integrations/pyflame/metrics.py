"""Bring over what PyFlame has measured itself: the operations of its profiler, and what engines have counted."""

from __future__ import annotations

import time
from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from pyflare.tracing import state
from pyflare.tracing.guard import guard
from pyflare.tracing.span import Span
from pyflare.tracing.spans import span as begin_span

_EVENTS: Final = 1000
"""At most how many operations of a profile become spans."""


def sync_metrics(*sources: Any) -> None:
    """Write what PyFlame has measured, as one span with what belongs to it.

    The operations of a profile become spans below it, at the times they ran; memory
    and counters become attributes.

    Args:
        *sources: Results of its profiler (`ProfileResult`, or a `Profiler` that has
            stopped) and inference engines or their stats. Without any, the last
            result of PyFlame's own `ProfilerContext`.
    """
    if state.runtime is None:
        return
    try:
        for source in sources or (_last_profile(),):
            if source is not None:
                _write(source)
    except Exception as error:
        guard.fault("bring over PyFlame's metrics", error)


def _last_profile() -> Any:
    from pyflame.tools import profiler

    return profiler.ProfilerContext._results


def _write(source: Any) -> None:
    profile = getattr(source, "results", source)
    if hasattr(profile, "events") and hasattr(profile, "operation_stats"):
        _write_profile(profile)
        return
    stats = getattr(source, "stats", source)
    if not hasattr(stats, "to_dict"):
        raise TypeError(f"expected a profile, an inference engine or its stats; got {type(source).__name__}.")
    with begin_span("pyflame stats", attributes=_named("pyflare.pyflame", stats.to_dict())):
        pass


def _write_profile(profile: Any) -> None:
    """PyFlame's times are readings of `time.perf_counter`, of this process."""
    offset_ns = time.time_ns() - time.perf_counter_ns()
    events = list(profile.events)
    attributes = {
        "pyflare.pyflame.operations": len(events),
        "pyflare.pyflame.total_ms": profile.total_time * 1e3,
        **_named("pyflare.pyflame.memory", profile.memory_stats),
    }
    with begin_span("pyflame profile", attributes=attributes) as whole:
        begins = [_unix_ns(event.start_time, offset_ns) for event in events]
        if begins and isinstance(whole, Span):
            whole.backdate(min(begins))
        for event in islice(events, _EVENTS):
            _write_event(event, offset_ns)


def _write_event(event: Any, offset_ns: int) -> None:
    span = begin_span(
        event.name, attributes={"pyflare.pyflame.category": event.category, **_named("pyflare.pyflame", event.args)}
    )
    if isinstance(span, Span):
        span.backdate(_unix_ns(event.start_time, offset_ns))
    span.end(_unix_ns(event.end_time, offset_ns))


def _unix_ns(reading_s: float, offset_ns: int) -> int:
    return int(reading_s * 1e9) + offset_ns


def _named(prefix: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{prefix}.{name}": value for name, value in values.items() if isinstance(value, str | int | float | bool)}
