"""How the process is: `/healthz`, `/readyz` and Prometheus' `/metrics`, beside the OTLP receiver."""

from __future__ import annotations

import errno
import os
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any, Final

import msgspec

from pyflare._version import __version__
from pyflare.server.counters import Counters
from pyflare.server.pipeline import Pipeline
from pyflare.server.sinks.journal import SEGMENT_BYTES
from pyflare.server.site import Site

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]

_JSON: Final = b"application/json"
_PROMETHEUS: Final = b"text/plain; version=0.0.4; charset=utf-8"

Answer = tuple[int, bytes, bytes]
"""Status, content type and body."""


class Health:
    """An ASGI application that answers the three paths, passes to the site what is for it, and 404 to everything else."""

    def __init__(self, *, pipeline: Pipeline, counters: Counters, root: Path, site: Site | None = None) -> None:
        self._site = site
        self._pipeline = pipeline
        self._counters = counters
        self._root = root
        self._started_s = time.time()
        self._answers: dict[str, Callable[[], Answer]] = {
            "/healthz": self._healthz,
            "/readyz": self._readyz,
            "/metrics": self._metrics,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request, as ASGI has it."""
        if scope.get("path") not in self._answers and self._site is not None and self._site.takes(scope):
            await self._site(scope, receive, send)
            return
        status, content_type, body = self._answer(scope["method"], scope["path"])
        headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def _answer(self, method: str, path: str) -> Answer:
        answer = self._answers.get(path)
        if answer is None:
            known = ", ".join(("/v1/traces", "/v1/metrics", "/v1/logs", *self._answers))
            return 404, _JSON, msgspec.json.encode({"error": f"there is nothing at {path}; there are {known}"})
        if method not in ("GET", "HEAD"):
            return 405, _JSON, msgspec.json.encode({"error": f"{path} is read with GET"})
        return answer()

    def _healthz(self) -> Answer:
        return 200, _JSON, msgspec.json.encode({"status": "ok", "version": __version__})

    def _readyz(self) -> Answer:
        problem = self.problem()
        if problem is None:
            return 200, _JSON, msgspec.json.encode({"status": "ready"})
        return 503, _JSON, msgspec.json.encode({"status": "not ready", "reason": problem})

    def problem(self) -> str | None:
        """Why records cannot be taken now, or None."""
        if self._pipeline.sink.journal.error is not None:
            try:
                try_to_write(self._root)
            except OSError as error:
                full = error.errno in (errno.ENOSPC, errno.EDQUOT)
                return "the disk is full" if full else f"{self._root} cannot be written: {error.strerror}"
        return self._pipeline.sink.problem()

    def _metrics(self) -> Answer:
        backlog = self._pipeline.watch.now
        lines = [
            *counter_lines(self._counters),
            *_gauge("pyflare_backlog_bytes", "Journal that waits to be compacted or passed on.", backlog.size_bytes),
            *_gauge("pyflare_backlog_lag_seconds", "Age of the oldest segment that waits.", round(backlog.lag_s, 3)),
            *_gauge("pyflare_ready", "Whether records can be taken now.", int(self.problem() is None)),
            *_gauge("pyflare_start_time_seconds", "When the process began, unix time.", round(self._started_s, 3)),
        ]
        return 200, _PROMETHEUS, ("\n".join(lines) + "\n").encode()


def try_to_write(root: Path) -> None:
    """Find out whether another segment can be made, where the last could not. Raises OSError."""
    path = root / f".probe.{os.getpid()}-{secrets.token_hex(3)}"  # the form of a temporary file: a sweep deletes it
    try:
        path.write_bytes(bytes(SEGMENT_BYTES[1]))
    finally:
        path.unlink(missing_ok=True)


_COUNTERS: Final = {
    "requests": ("pyflare_requests_total", "Requests that reached the pipeline."),
    "accepted": ("pyflare_accepted_records_total", "Spans, data points and log records acknowledged."),
    "bytes": ("pyflare_accepted_bytes_total", "Bytes of protobuf acknowledged."),
    "sampled": ("pyflare_sampled_records_total", "Spans acknowledged and left out by sampling."),
    "refused": ("pyflare_refused_records_total", "Records not taken, by reason."),
    "failed": ("pyflare_failed_requests_total", "Requests answered with an error, by kind."),
}


def counter_lines(counters: Counters) -> Iterator[str]:
    """The counters of all workers in Prometheus' text format."""
    counts = list(counters)
    for kind, (name, text) in _COUNTERS.items():
        yield f"# HELP {name} {text}"
        yield f"# TYPE {name} counter"
        for count in counts:
            what, _, reason = count.name.partition(".")
            if what == kind and (count.value or not reason):
                labels = f'signal="{count.signal}",worker="{count.worker}"' + (f',reason="{reason}"' if reason else "")
                yield f"{name}{{{labels}}} {count.value}"


def _gauge(name: str, text: str, value: float) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} gauge"
    yield f"{name} {value}"
