"""What handlers are given: the folder, the scope asked about, and the one way to answer.

A handler checks nothing itself and encodes nothing itself:

    @router.get("/things", response_model=ThingList, responses=ERRORS)
    def list_things(ask: Asking, scope: Scoped, limit: Limit = 100) -> Response:
        return ask.json(lambda: things(ask.workspace, scope, limit=limit))

`Ask.json` names the answer (ETag) by the folder's content and the question, says
304 where the one who asks has it, and else makes, encodes, compresses and keeps it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import Depends, Query, Request, Response
from pydantic import StringConstraints

from pyflare.server.api import caching, compression
from pyflare.server.api.caching import Answers, Body, Versions
from pyflare.server.api.errors import ApiError
from pyflare.server.api.moments import moment_ns
from pyflare.server.api.options import ApiOptions
from pyflare.server.api.pace import Pace
from pyflare.server.api.query_workers import QueryWorkers
from pyflare.server.api.schemas.base import ErrorResponse
from pyflare.workspace import Workspace
from pyflare.workspace.overview import Overview, read_overview
from pyflare.workspace.scope import Scope

_RELATIVE_STEP_NS: Final = 10_000_000_000
"""Relative times count back from the last full ten seconds, so that asking again can be answered from before."""
_JSON: Final = "application/json"
_PRIVATE: Final = "private, no-cache"
"""Keep it, but ask each time whether it is still so."""

ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": ErrorResponse, "description": description}
    for status, description in {
        400: "A parameter cannot be used as it is.",
        401: "The token is missing or wrong.",
        403: "The request came for another host, or from another site.",
        503: "The folder cannot be read now, or too much is asked at once.",
    }.items()
}
"""Errors that every path may answer with, for its OpenAPI description."""
NOT_FOUND: Final[dict[int | str, dict[str, Any]]] = {
    404: {"model": ErrorResponse, "description": "There is nothing of that id."}
}


@dataclass(slots=True, kw_only=True)
class Served:
    """What all requests of one application share; `app.state.served`."""

    workspace: Workspace | None
    """None where only the OpenAPI document is wanted."""
    options: ApiOptions
    answers: Answers
    versions: Versions
    pace: Pace = field(default_factory=Pace)
    _overview: tuple[str, Overview] | None = None
    _queries: QueryWorkers | None = None
    _is_filled: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def overview(self) -> Overview:
        """The folder at a glance, looked at once for each change of it."""
        assert self.workspace is not None
        engine = self.workspace.engine
        version = self.versions.of(engine.snapshot())
        known = self._overview
        if known is None or known[0] != version:
            known = self._overview = (version, read_overview(engine))
        return known[1]

    def is_empty(self) -> bool:
        """Whether the folder has had no trace yet."""
        if not self._is_filled:
            self._is_filled = self.overview().traces > 0
        return not self._is_filled

    def queries(self) -> QueryWorkers:
        """The processes that run what users write."""
        assert self.workspace is not None
        with self._lock:
            if self._queries is None:
                self._queries = QueryWorkers(self.workspace.engine.root)
            return self._queries

    def close(self) -> None:
        """End the processes that were started."""
        with self._lock:
            if self._queries is not None:
                self._queries.close()


@dataclass(slots=True)
class Ask:
    """One request, and how to answer it."""

    request: Request
    served: Served

    @property
    def workspace(self) -> Workspace:
        """The folder."""
        assert self.served.workspace is not None
        return self.served.workspace

    def json(self, make: Callable[[], Any], *, headers: Callable[[Any], Mapping[str, str]] | None = None) -> Response:
        """Answer with what `make` returns, encoded as JSON; `bytes` are JSON already.

        Args:
            make: Returns what msgspec can encode. Not called where the answer is known.
            headers: More headers, such as Link, made from what `make` returned.
        """
        return self._tagged(self._question(), self._version(), make, headers)

    def paced(self, make: Callable[[], Any]) -> Response:
        """Answer as `json` does, but not for every change of the folder anew: see `pace`. For numbers over many rows."""
        if self.served.is_empty():
            return self.json(make)  # who waits for the first trace shall see it at once
        question, pace = self._question(), self.served.pace
        version = pace.version(question, self._version)
        return self._tagged(question, version, lambda: pace.timed(question, version, make), None)

    def _version(self) -> str:
        return self.served.versions.of(self.workspace.engine.snapshot())

    def _tagged(
        self,
        question: str,
        version: str,
        make: Callable[[], Any],
        headers: Callable[[Any], Mapping[str, str]] | None,
    ) -> Response:
        encoding = compression.choose(self.request.headers.get("accept-encoding"))
        tag = caching.etag(version, f"{question}\n{encoding}")
        if caching.matches(self.request.headers.get("if-none-match"), tag):
            return Response(None, 304, {"etag": tag, "cache-control": _PRIVATE, "vary": "Accept-Encoding"})
        body = self.served.answers.get(tag, lambda: _body(make(), encoding, headers))
        sent = {"etag": tag, "cache-control": _PRIVATE, "vary": "Accept-Encoding", **dict(body.headers)}
        if body.encoding is not None:
            sent["content-encoding"] = body.encoding
        return Response(body.content, 200, sent, media_type=_JSON)

    def fresh(self, value: Any, *, status: int = 200) -> Response:
        """Answer with what no ETag could name: what was written just now, or what time changes."""
        body = _body(value, compression.choose(self.request.headers.get("accept-encoding")), None)
        sent = {"cache-control": "no-store", "vary": "Accept-Encoding"}
        if body.encoding is not None:
            sent["content-encoding"] = body.encoding
        return Response(body.content, status, sent, media_type=_JSON)

    def plain(self, content: bytes, *, media_type: str, headers: Mapping[str, str] | None = None) -> Response:
        """Answer with something else than JSON, which nobody keeps."""
        encoding = compression.choose(self.request.headers.get("accept-encoding"))
        sent = {"cache-control": "no-store", "vary": "Accept-Encoding", **(headers or {})}
        if encoding is not None and len(content) >= compression.SMALLEST_BYTES:
            content = compression.compress(content, encoding)
            sent["content-encoding"] = encoding
        return Response(content, 200, sent, media_type=media_type)

    def _question(self) -> str:
        """What is asked, in full: relative times by what they meant."""
        moments = getattr(self.request.state, "moments", None)
        return f"{self.request.url.path}?{self.request.url.query}\n{moments}"


def _body(value: Any, encoding: str | None, headers: Callable[[Any], Mapping[str, str]] | None) -> Body:
    content = value if isinstance(value, bytes) else msgspec.json.encode(value)
    more = tuple(headers(value).items()) if headers is not None else ()
    if encoding is None or len(content) < compression.SMALLEST_BYTES:
        return Body(content, None, more)
    return Body(compression.compress(content, encoding), encoding, more)


async def _ask(request: Request) -> Ask:
    return Ask(request, request.app.state.served)


Asking = Annotated[Ask, Depends(_ask)]
"""A parameter of this type is the request, and how to answer it."""


async def _writable(request: Request) -> None:
    if request.app.state.served.options.read_only:
        raise ApiError(403, "read_only", "this server only reads", hint="Start it without --read-only.")


Writable: Final = Depends(_writable)
"""Among `dependencies` of a route that writes."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_MOMENT: Final = (
    r"^(\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?|\d{1,9}(\.\d{1,9})?[smhdw])$"
)
_TIME: Final[dict[str, Any]] = {
    "pattern": _MOMENT,
    "openapi_examples": {"moment": {"value": "2026-11-21T09:30:00Z"}, "ago": {"value": "2h"}},
}


async def _scope(
    request: Request,
    start_time: Annotated[
        str | None, Query(description="Begun then or later: RFC 3339, or how long ago, such as 2h or 7d.", **_TIME)
    ] = None,
    end_time: Annotated[str | None, Query(description="Begun before then; the same forms.", **_TIME)] = None,
    filter: Annotated[
        str, Query(description="A filter, such as `model = gpt-4o and latency > 2s`.", max_length=2000)
    ] = "",
    service: Annotated[Sequence[Name], Query(max_length=10, description="Service name; any of several.")] = (),
    model_id: Annotated[Sequence[Name], Query(max_length=10, description="Model; any of several.")] = (),
    status: Annotated[Sequence[Literal["ok", "error", "unset"]], Query(description="Any of several.")] = (),
) -> Scope:
    now_ns = time.time_ns() // _RELATIVE_STEP_NS * _RELATIVE_STEP_NS
    scope = Scope(
        now_ns=now_ns,
        since_ns=None if start_time is None else moment_ns(start_time, now_ns=now_ns, argument="start_time"),
        until_ns=None if end_time is None else moment_ns(end_time, now_ns=now_ns, argument="end_time"),
        filter=filter.strip(),
        services=tuple(service),
        models=tuple(model_id),
        statuses=tuple(status),
    )
    request.state.moments = (scope.since_ns, scope.until_ns)
    return scope


Scoped = Annotated[Scope, Depends(_scope)]
"""A parameter of this type is the scope asked about."""

Limit = Annotated[int, Query(ge=1, le=1000, description="Rows at most.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000, description="Rows to skip.")]
Cursor = Annotated[
    str | None, Query(max_length=2000, pattern="^[A-Za-z0-9_-]*$", description="`next_cursor` of the page before.")
]
Count = Annotated[bool, Query(description="Whether to count all that meet the filter.")]
