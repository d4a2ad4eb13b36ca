"""The process around the pipeline: OTLP over HTTP and gRPC on their ports, until it is told to end."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pyflare.errors import StoreError
from pyflare.server.config import CollectorConfig
from pyflare.server.counters import Counters, WorkerCounters
from pyflare.server.ending import Ending
from pyflare.server.health import Health
from pyflare.server.http import serve_http
from pyflare.server.live import TickerThread, make_ticker
from pyflare.server.mounting import make_site, viewer_line
from pyflare.server.otlp.http import OtlpHttp
from pyflare.server.otlp.limits import Limits
from pyflare.server.pipeline import Pipeline, build, check
from pyflare.server.ports import Ports, Reservation, reserve
from pyflare.server.saying import say
from pyflare.server.sinks.backlog import Backlog, BacklogWatch
from pyflare.store.journal.writer import prepare_folder

_GRACE_S: Final = 5
"""How long requests under way may take once the process is told to end."""
_MIB: Final = 1 << 20


def run(config: CollectorConfig, root: Path) -> None:
    """Receive until SIGINT or SIGTERM, then answer what is under way, seal the journal and return.

    Args:
        config: What to do.
        root: The folder that is written.

    Raises:
        MissingExtraError: A backend speaks gRPC, and that is not installed.
        ConfigError: Something in the configuration cannot be used, or a port is taken.
        StoreError: The folder cannot be written.
    """
    check(config)
    _prepare(root)
    ports = reserve(http=config.otlp.http.endpoint, grpc=config.otlp.grpc.endpoint)
    counters = Counters(config.workers)

    def started() -> None:
        seen = "" if ports.http is None else f"; {viewer_line(ports.http.address)}"
        say(f"receiving OTLP over {ports.shown} into {root}{seen}; Ctrl-C ends")

    try:
        if config.workers > 1:
            from pyflare.server.workers import Supervisor

            Supervisor(config, root, ports=ports, counters=counters).run(started)
        else:
            _serve_alone(config, root, ports=ports, counters=counters, on_started=started)
    finally:
        ports.close()
    say(f"ended; {counters.total('accepted'):,} records accepted, {counters.total('refused'):,} refused")


def _prepare(root: Path) -> None:
    try:
        prepare_folder(root)
        if not os.access(root, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise StoreError(
            f"The folder {root} cannot be written ({error.strerror or error}). Choose another with --path."
        ) from error


def _serve_alone(
    config: CollectorConfig, root: Path, *, ports: Ports, counters: Counters, on_started: Callable[[], None]
) -> None:
    watch = BacklogWatch(root)

    def backlog() -> Backlog:
        watch.look()
        return watch.now

    ticker = TickerThread(make_ticker(counters, backlog))
    try:
        serve(config, root, ports=ports, counters=counters, worker=0, on_started=on_started)
    finally:
        ticker.close()


def serve(
    config: CollectorConfig,
    root: Path,
    *,
    ports: Ports,
    counters: Counters,
    worker: int,
    on_started: Callable[[], None],
) -> None:
    """Be one receiver process until SIGINT or SIGTERM. `on_started` is called when the ports are open."""
    ending = Ending()
    with ending.on_signals():
        counting = counters.of_worker(worker)
        pipeline = build(config, root, counters=counting)
        try:
            with _grpc(config, pipeline, ports.grpc, counting):
                if ports.http is None:
                    on_started()
                    ending.wait()
                else:
                    site = make_site(root, ports.http.address.host)
                    health = Health(pipeline=pipeline, counters=counters, root=root, site=site)
                    limits = _limits(config, config.otlp.http.max_body_size_mib)
                    app = OtlpHttp(pipeline, limits, fallback=health, on_failed=counting.fail)
                    serve_http(
                        app, ports.http.listen(), ending, on_started, grace_s=_GRACE_S, with_sockets=site is not None
                    )
                    app.close()
                    if site is not None:
                        site.close()
        finally:
            pipeline.close()


@contextmanager
def _grpc(
    config: CollectorConfig, pipeline: Pipeline, port: Reservation | None, counting: WorkerCounters
) -> Iterator[None]:
    """Take OTLP over gRPC inside the block."""
    if port is None:
        yield
        return
    from pyflare.server.otlp.grpc import OtlpGrpc  # starts threads: never in a process that is yet to fork

    limits = _limits(config, config.otlp.grpc.max_recv_msg_size_mib)
    server = OtlpGrpc(pipeline, limits, on_failed=counting.fail)
    server.bind(port.address.shown)
    server.start()
    try:
        yield
    finally:
        server.stop(_GRACE_S)


def _limits(config: CollectorConfig, max_body_mib: int) -> Limits:
    return Limits(
        max_body_bytes=max_body_mib * _MIB,
        max_concurrent_streams=config.otlp.grpc.max_concurrent_streams,
        cors_origins=config.otlp.http.cors.allowed_origins,
        reuse_port=True,
    )
