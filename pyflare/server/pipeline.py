"""Receivers, processors and sinks as one configuration says: what a batch goes through."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pyflare.config.kinds import duration_s
from pyflare.errors import ConfigError
from pyflare.server.batch import Batch, Consumer
from pyflare.server.config import CollectorConfig, ForwardConfig, RedactConfig
from pyflare.server.config_file import fill_in_variables
from pyflare.server.counters import Counters, Counting, WorkerCounters
from pyflare.server.ports import parse_address
from pyflare.server.processors.enrich import Enrich, enriching_attributes
from pyflare.server.processors.head import HeadSampling
from pyflare.server.processors.joining import Joining
from pyflare.server.processors.rate_limit import RateLimit
from pyflare.server.processors.redact import Redact, redaction_config
from pyflare.server.processors.tail import TICK_S, TailSampling
from pyflare.server.sinks.backlog import BacklogWatch
from pyflare.server.sinks.forward import Forwarder
from pyflare.server.sinks.journal import SEGMENT_BYTES, JournalSink
from pyflare.store.journal.writer import JournalWriter, prepare_folder
from pyflare.tracing.background import compact_when_full
from pyflare.tracing.redaction import compile_redaction
from pyflare.tracing.redaction.redactor import Redactor
from pyflare.tracing.shipping.connect import check_installed
from pyflare.tracing.shipping.destination import Destination

SERVICE_NAME: Final = "pyflare"
"""Whose journal a receiver's is. Rows say the services that sent them."""
_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104  (compared, not bound)
_LAST_FORWARD_S: Final = 2.0
_MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """Everything a batch goes through. A consumer itself."""

    first: Consumer
    sink: JournalSink
    watch: BacklogWatch
    forwarders: tuple[Forwarder, ...]

    @property
    def waits(self) -> bool:
        """Whether `consume` may wait."""
        return self.first.waits

    def consume(self, batch: Batch) -> None:
        """Take a batch. Raises UnavailableError and RefusedError."""
        self.first.consume(batch)

    def close(self) -> None:
        """Seal the journal, and give forwarders two seconds for the rest."""
        self.first.close()
        for forwarder in self.forwarders:
            forwarder.stop(_LAST_FORWARD_S)
        for forwarder in self.forwarders:
            forwarder.join()
        self.watch.stop()


def build(config: CollectorConfig, root: Path, *, counters: WorkerCounters | None = None) -> Pipeline:
    """Put together what `config` asks for and start it, writing below `root`.

    Args:
        config: What to build.
        root: The folder; made where there is none.
        counters: Where to count; nowhere if left out.

    Raises:
        ConfigError: Something in the configuration cannot be used.
        MissingExtraError: A destination speaks gRPC, and that is not installed.
        OSError: The folder cannot be written.
    """
    counters = counters or Counters().of_worker(0)
    destinations = _destinations(config.sinks.forward)
    prepare_folder(root)
    journal = _journal(config, root, destinations)
    watch = BacklogWatch(root)
    sink = JournalSink(
        journal,
        fsync=config.sinks.store is not None and config.sinks.store.fsync,
        max_backlog_bytes=config.sinks.max_backlog_mib * _MIB,
        backlog=lambda: watch.now,
    )
    hold_s = 0.0 if config.sampling.tail is None else config.sampling.tail.wait_s + 2 * TICK_S
    forwarders = [Forwarder(root, journal, destination, hold_s=hold_s) for destination in destinations]
    first = Counting(counters, _processors(config, sink, counters))
    watch.look()
    watch.start()
    for forwarder in forwarders:
        forwarder.start()
    return Pipeline(first=first, sink=sink, watch=watch, forwarders=tuple(forwarders))


def check(config: CollectorConfig) -> None:
    """Raise ConfigError or MissingExtraError where `build` would: before anything listens or is forked."""
    for destination in _destinations(config.sinks.forward):
        check_installed(destination)
        _check_no_circle(config, destination)
    keep = None if config.sinks.store is None else config.sinks.store.keep
    if keep is not None:
        _check_duration(keep)
    if config.redact is not None:
        redaction_config(config.redact)


def _check_no_circle(config: CollectorConfig, destination: Destination) -> None:
    """A receiver that forwards to itself would never come to an end."""
    listens = {"--http": config.otlp.http.endpoint, "--grpc": config.otlp.grpc.endpoint}
    own = {parse_address(endpoint, option).port for option, endpoint in listens.items() if endpoint is not None}
    parts = urlsplit(destination.endpoint)
    if parts.hostname in _THIS_MACHINE and parts.port in own:
        raise ConfigError(
            f"collector.sinks.forward: {destination.shown} is this receiver itself. Name another backend, or have this "
            "one listen on another port."
        )


def _check_duration(keep: str) -> None:
    try:
        duration_s(keep)
    except ValueError:
        raise ConfigError(
            f'collector.sinks.store.keep: expected how long to keep rows, such as "30d", "12h" or "4w"; got {keep!r}.'
        ) from None


def _journal(config: CollectorConfig, root: Path, destinations: list[Destination]) -> JournalWriter:
    store = config.sinks.store
    journal = JournalWriter(
        root,
        service_name=SERVICE_NAME,
        project="default" if store is None else store.project,
        keep=store is not None,
        destinations=tuple(destination.name_for_requests for destination in destinations),
        segment_bytes=SEGMENT_BYTES,
        receives=True,
        counts_failures=False,
    )
    if store is not None and store.compact_after_mib:
        journal.on_seal = compact_when_full(root, store.compact_after_mib * _MIB, keep=store.keep)
    return journal


def _processors(config: CollectorConfig, sink: JournalSink, counters: WorkerCounters) -> Consumer:
    """What stands before the sink, made from the last to the first."""

    def sampled(spans: int) -> None:
        counters.add("traces", "sampled", spans)

    first: Consumer = sink
    if config.batcher is not None:
        first = Joining(config.batcher, first)
    if config.sampling.tail is not None:
        first = TailSampling(config.sampling.tail, first, refuse=sink.refuse, on_dropped=sampled)
    if config.redact is not None:
        first = Redact(_redactor(config.redact, sink), first)
    if config.sampling.default_rate < 1.0 or config.sampling.rules:
        first = HeadSampling(config.sampling, first, on_dropped=sampled)
    if attributes := enriching_attributes(config.enrich):
        first = Enrich(attributes, first)
    if config.rate_limit is not None:
        first = RateLimit(first, records_per_s=config.rate_limit.records_per_s, burst=config.rate_limit.burst)
    return first


def _redactor(config: RedactConfig, sink: JournalSink) -> Redactor:
    return compile_redaction(redaction_config(config), on_failure=lambda _: sink.journal.losses.add("redaction_failed"))


def _destinations(forwards: tuple[ForwardConfig, ...]) -> list[Destination]:
    found: dict[str, Destination] = {}
    for forward in forwards:
        destination = Destination(
            endpoint=forward.endpoint,
            protocol=forward.protocol,
            headers={name: fill_in_variables(value) for name, value in forward.headers.items()},
            compression=forward.compression,
            timeout_s=forward.timeout_s,
            certificate_file=forward.certificate_file,
            client_certificate_file=forward.client_certificate_file,
            client_key_file=forward.client_key_file,
        )
        if destination.name_for_requests in found:
            raise ConfigError(f"collector.sinks.forward has {destination.shown} twice. Leave one of them out.")
        found[destination.name_for_requests] = destination
    return list(found.values())
