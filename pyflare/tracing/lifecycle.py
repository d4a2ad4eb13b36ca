"""`pyflare.init`, `pyflare.flush` and `pyflare.shutdown`: tracing begins and ends here."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pyflare._version import __version__
from pyflare.config import Settings, resolve
from pyflare.config.files import read_settings_file
from pyflare.tracing import reminder, state
from pyflare.tracing.background import compact_when_full
from pyflare.tracing.content import Redactor
from pyflare.tracing.guard import guard, logger
from pyflare.tracing.runtime import Runtime

if TYPE_CHECKING:
    from opentelemetry.trace import TracerProvider

    from pyflare.budgets import Budget
    from pyflare.tracing.redaction import RedactionConfig
    from pyflare.tracing.sampling import SamplingRule

DEFAULT_PATH: Final = ".pyflare"
_lifecycle = threading.RLock()
_hooks_installed = False


def init(
    service: str | None = None,
    *,
    path: str | os.PathLike[str] | None = None,
    endpoint: str | None = None,
    redact: RedactionConfig | Iterable[str] | str | None = None,
    sampling_rules: Iterable[SamplingRule] = (),
    resource: Mapping[str, Any] | None = None,
    tracer_provider: TracerProvider | None = None,
    span_processors: Iterable[Any] = (),
    sampler: Any = None,
    budgets: Iterable[Budget | Mapping[str, Any]] | None = None,
    **settings: Any,
) -> None:
    """Begin to trace this process.

    With neither a path nor an endpoint, spans go to `./.pyflare`. A path alone keeps
    them there; an endpoint alone ships them, with the folder only as their spool;
    both do both. No socket is opened unless an endpoint is given. Nothing is written
    before the first span. A second call replaces what the first one set up.

    Args:
        service: The service's name, OpenTelemetry's `service.name`.
        path: The folder that keeps the traces.
        endpoint: An OTLP endpoint, such as `http://localhost:4318`.
        redact: What to take out of content before it touches disk or network: names of
            patterns, "all", or a `RedactionConfig`.
        sampling_rules: Head sampling by service, attribute or name, before the rate.
        resource: OpenTelemetry resource attributes.
        tracer_provider: The app's own OpenTelemetry provider: its spans are kept by PyFlare
            too, and PyFlare's spans go through its sampler and processors.
        span_processors: SDK span processors that shall see PyFlare's spans, without a provider.
        sampler: An SDK sampler that decides on PyFlare's spans, without a provider.
        budgets: What calls of models may use, beside the budgets of pyflare.toml; see `pyflare.Budget`.
        **settings: Any other setting of docs/reference/settings.md.

    Raises:
        ConfigError: A setting given here cannot be used.
    """
    reminder.forget()
    given = {"service": service, "path": path, "endpoint": endpoint, **settings}
    resolved = resolve(**{name: value for name, value in given.items() if value is not None})
    with _lifecycle:
        if not resolved.enabled:
            shutdown()
            return
        runtime = _assemble(resolved, redact=redact, rules=tuple(sampling_rules), resource=dict(resource or {}))
        if tracer_provider is not None or span_processors or sampler is not None:
            from pyflare.tracing.mirror import Mirror

            runtime.reflect(Mirror(runtime, provider=tracer_provider, processors=span_processors, sampler=sampler))
        _take_budgets(runtime, budgets)
        shutdown()  # only now that nothing of the new set-up can fail
        _install_hooks()
        state.runtime = runtime
        if runtime.shipper is not None:
            runtime.shipper.start()


def _assemble(settings: Settings, *, redact: Any, rules: tuple[Any, ...], resource: dict[str, Any]) -> Runtime:
    ships_only = settings.endpoint is not None and settings.path is None
    root = Path(settings.path or DEFAULT_PATH).absolute()
    destination = _destination(settings)
    runtime = Runtime(
        settings,
        root=root,
        keep=not ships_only,
        resource=_resource(settings, resource),
        head_sampler=_head_sampler(settings, rules),
        tail_sampler=_tail_sampler(settings),
        destinations=(destination.name,) if destination is not None else (),
    )
    runtime.content.redactor = _redactor(redact if redact is not None else settings.redact, runtime)
    if not ships_only and settings.compaction == "auto":
        runtime.on_seal = compact_when_full(root, settings.compact_after_bytes, keep=settings.keep)
        runtime.journal.on_seal = runtime.on_seal
    if destination is not None:
        from pyflare.tracing.shipping import Shipper

        runtime.shipper = Shipper(runtime.root, runtime.journal, destination, settings)
    return runtime


def _take_budgets(runtime: Runtime, given: Iterable[Budget | Mapping[str, Any]] | None) -> None:
    if given is None and "budgets" not in read_settings_file(Path())[1]:
        return  # what few programs have costs the others no import
    from pyflare.tracing.budgets import Charges, declared

    budgets = declared(given)
    if budgets:
        runtime.budgets = Charges(runtime, budgets)


def _resource(settings: Settings, resource: dict[str, Any]) -> dict[str, Any]:
    environment = {"deployment.environment.name": settings.environment} if settings.environment else {}
    return {
        "service.name": settings.service,
        "telemetry.sdk.name": "pyflare",
        "telemetry.sdk.language": "python",
        "telemetry.sdk.version": __version__,
        "process.pid": os.getpid(),
        **environment,
        **dict(settings.resource),
        **resource,
    }


def _destination(settings: Settings) -> Any:
    if settings.endpoint is None:
        return None
    from pyflare.tracing.shipping import Destination

    return Destination.from_settings(settings)


def _head_sampler(settings: Settings, rules: tuple[Any, ...]) -> Any:
    if settings.sample_rate >= 1.0 and not rules:
        return None
    from pyflare.tracing.sampling import HeadSampler

    return HeadSampler(rate=settings.sample_rate, rules=rules)


def _tail_sampler(settings: Settings) -> Any:
    if settings.tail_rate is None and settings.tail_slower_than_s is None:
        return None
    from pyflare.tracing.sampling import TailSampler

    return TailSampler(slower_than_s=settings.tail_slower_than_s, rate=settings.tail_rate or 0.0)


def _redactor(redact: Any, runtime: Runtime) -> Redactor | None:
    if not redact and not runtime.content.metrics_only:
        return None
    from pyflare.tracing.redaction import compile_redaction

    def withheld(where: str) -> None:
        runtime.losses.add("redaction_failed")
        logger.debug("Withheld content that could not be redacted: %s.", where)

    return compile_redaction(redact, metrics_only=runtime.content.metrics_only, on_failure=withheld)


def _install_hooks() -> None:
    global _hooks_installed  # noqa: PLW0603  (once per process)
    if _hooks_installed:
        return
    _hooks_installed = True
    atexit.register(_at_exit)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_after_fork)


def _after_fork() -> None:
    global _lifecycle  # noqa: PLW0603  (the parent's lock may be held by a thread that is not here)
    _lifecycle = threading.RLock()
    guard.after_fork()
    runtime = state.runtime
    if runtime is None:
        return
    try:
        runtime.after_fork()
    except Exception as error:
        guard.fault("go on after a fork", error)


def flush(timeout_s: float = 5.0) -> bool:
    """Put every ended span onto the disk itself and, where there is an endpoint, ship it.

    Without a call of this, ended spans survive the death of the process, but not a
    power failure. Returns whether all of it was done within `timeout_s` seconds.
    """
    runtime = state.runtime
    if runtime is None:
        return True
    try:
        return runtime.flush(timeout_s)
    except Exception as error:
        guard.fault("flush", error)
        return False


def shutdown(timeout_s: float | None = None) -> None:
    """End tracing: seal the journal, ship for at most `timeout_s` seconds. What is left waits on disk.

    Called by itself when the interpreter exits. Traced functions go on, untraced.
    """
    _end(timeout_s)


def _at_exit() -> None:
    _end(None, exiting=True)


def _end(timeout_s: float | None, *, exiting: bool = False) -> None:
    with _lifecycle:
        runtime, state.runtime = state.runtime, None
        if runtime is None:
            return
        try:
            timeout_s = runtime.settings.shutdown_timeout_s if timeout_s is None else timeout_s
            runtime.close(timeout_s, exiting=exiting)
            lost = {reason: count for reason, count in runtime.losses.counts().items() if reason in _REPORTED}
            if lost:
                logger.warning("PyFlare could not keep everything: %s. `pyflare doctor` says more.", lost)
        except Exception as error:
            guard.fault("shut down", error)


_REPORTED: Final = frozenset({"disk_full", "write_failed", "encode_failed", "internal_fault"})
