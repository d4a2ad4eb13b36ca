"""What handlers are given: the folder, the scope asked about, and the one way to answer.

A handler checks nothing itself and encodes nothing itself:

    @router.get("/things", response_model=ThingList, responses=ERRORS)
    def list_things(ask: Asking, scope: Scoped, limit: Limit = 100) -> Response:
        return ask.json(lambda: things(ask.workspace, scope, limit=limit))

`Ask.json` names the answer (ETag) by the folder's content and the question, says
304 where the one who asks has it, and else makes, encodes, compresses and keeps it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Query, Request, Response
from pydantic import StringConstraints

from pyflare.server.api import compression
from pyflare.server.api.errors import ApiError
from pyflare.server.api.moments import moment_ns
from pyflare.server.api.schemas.base import ErrorResponse
from pyflare.server.api.served import Answered, Question, Served, question_text
from pyflare.workspace import Workspace
from pyflare.workspace.scope import Scope

_RELATIVE_STEP_NS: Final = 10_000_000_000
"""Relative times count back from the last full ten seconds, so that asking again can be answered from before."""

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
        return _response(self.served.tagged(self._question(), make, headers=headers))

    def paced(self, make: Callable[[], Any]) -> Response:
        """Answer as `json` does, but not for every change of the folder anew: see `pace`. For numbers over many rows."""
        return _response(self.served.paced(self._question(), make))

    def fresh(self, value: Any, *, status: int = 200) -> Response:
        """Answer with what no ETag could name: what was written just now, or what time changes."""
        return _response(self.served.fresh(self._question(), value, status=status))

    def plain(self, content: bytes, *, media_type: str, headers: Mapping[str, str] | None = None) -> Response:
        """Answer with something else than JSON, which nobody keeps."""
        encoding = compression.choose(self.request.headers.get("accept-encoding"))
        sent = {"cache-control": "no-store", "vary": "Accept-Encoding", **(headers or {})}
        if encoding is not None and len(content) >= compression.SMALLEST_BYTES:
            content = compression.compress(content, encoding)
            sent["content-encoding"] = encoding
        return Response(content, 200, sent, media_type=media_type)

    def _question(self) -> Question:
        url, headers = self.request.url, self.request.headers
        text = question_text(url.path, url.query, getattr(self.request.state, "moments", None))
        return Question(text, headers.get("accept-encoding"), headers.get("if-none-match"))


def _response(answered: Answered) -> Response:
    return Response(answered.content, answered.status, answered.headers)


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


async def _ranged(
    request: Request,
    start_time: Annotated[
        str | None, Query(description="Begun then or later: RFC 3339, or how long ago, such as 2h or 7d.", **_TIME)
    ] = None,
    end_time: Annotated[str | None, Query(description="Begun before then; the same forms.", **_TIME)] = None,
) -> Scope:
    now_ns = time.time_ns() // _RELATIVE_STEP_NS * _RELATIVE_STEP_NS
    scope = Scope(
        now_ns=now_ns,
        since_ns=None if start_time is None else moment_ns(start_time, now_ns=now_ns, argument="start_time"),
        until_ns=None if end_time is None else moment_ns(end_time, now_ns=now_ns, argument="end_time"),
    )
    request.state.moments = (scope.since_ns, scope.until_ns)
    return scope


Ranged = Annotated[Scope, Depends(_ranged)]
"""A parameter of this type is a range of time, and nothing else is asked about."""


async def _scope(
    ranged: Ranged,
    filter: Annotated[
        str, Query(description="A filter, such as `model = gpt-4o and latency > 2s`.", max_length=2000)
    ] = "",
    service: Annotated[Sequence[Name], Query(max_length=10, description="Service name; any of several.")] = (),
    model_id: Annotated[Sequence[Name], Query(max_length=10, description="Model; any of several.")] = (),
    status: Annotated[Sequence[Literal["ok", "error", "unset"]], Query(description="Any of several.")] = (),
) -> Scope:
    return replace(
        ranged, filter=filter.strip(), services=tuple(service), models=tuple(model_id), statuses=tuple(status)
    )


Scoped = Annotated[Scope, Depends(_scope)]
"""A parameter of this type is the scope asked about."""

Limit = Annotated[int, Query(ge=1, le=1000, description="Rows at most.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000, description="Rows to skip.")]
Cursor = Annotated[
    str | None, Query(max_length=2000, pattern="^[A-Za-z0-9_-]*$", description="`next_cursor` of the page before.")
]
Count = Annotated[bool, Query(description="Whether to count all that meet the filter.")]
