"""A folder as it is served: what all requests share, and the one way in which they are answered.

Loads no framework: the viewer's first screen is answered before one is there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import msgspec

from pyflare.server.api import caching, compression
from pyflare.server.api.caching import Answers, Body, Versions
from pyflare.server.api.options import ApiOptions
from pyflare.server.api.pace import Pace
from pyflare.store.engine import Engine
from pyflare.workspace import Workspace
from pyflare.workspace.overview import Overview, read_overview

if TYPE_CHECKING:
    from pyflare.server.api.query_workers import QueryWorkers

JSON: Final = "application/json"
_PRIVATE: Final = "private, no-cache"
"""Keep it, but ask each time whether it is still so."""
_VARY: Final = {"vary": "Accept-Encoding"}
Headers = Callable[[Any], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Question:
    """What one request asks."""

    text: str
    """In full: the same text, the same question."""
    accept_encoding: str | None
    if_none_match: str | None


@dataclass(frozen=True, slots=True)
class Answered:
    """What goes back."""

    status: int
    content: bytes
    headers: dict[str, str]


def question_text(path: str, query: str, moments: tuple[int | None, int | None] | None) -> str:
    """The text of a question.

    Args:
        path: The path asked for.
        query: Its query string.
        moments: What relative times of it meant, in unix nanoseconds; None where it takes no range.
    """
    return f"{path}?{query}\n{moments}"


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
    _looking: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, workspace: Workspace | None, options: ApiOptions | None = None) -> Self:
        """Serve a folder that is open."""
        chosen = options or ApiOptions()
        return cls(workspace=workspace, options=chosen, answers=Answers(chosen.cache_bytes), versions=Versions())

    @classmethod
    def open(cls, root: Path, options: ApiOptions | None = None) -> Self:
        """Open a folder to serve it.

        Raises:
            StoreNotFoundError: There is no PyFlare folder at the path.
            SchemaVersionError: The folder was written by a newer PyFlare.
        """
        return cls.of(Workspace(root), options)

    @property
    def engine(self) -> Engine:
        """What the folder is read with."""
        assert self.workspace is not None
        return self.workspace.engine

    def overview(self) -> Overview:
        """The folder at a glance, looked at once for each change of it."""
        version = self.version()
        with self._looking:
            known = self._overview
            if known is None or known[0] != version:
                known = self._overview = (version, read_overview(self.engine))
        return known[1]

    def version(self) -> str:
        """The name of the folder's content as it is now."""
        return self.versions.of(self.engine.snapshot())

    def is_empty(self) -> bool:
        """Whether the folder has had no trace yet."""
        if not self._is_filled:
            self._is_filled = self.overview().traces > 0
        return not self._is_filled

    def tagged(self, asked: Question, make: Callable[[], Any], *, headers: Headers | None = None) -> Answered:
        """Answer with what `make` returns for the folder as it is, or with 304 where the one who asks has that."""
        return self._tagged(asked, self.version(), make, headers)

    def paced(self, asked: Question, make: Callable[[], Any]) -> Answered:
        """Answer as `tagged` does, but not for every change of the folder anew: see `pace`."""
        if self.is_empty():
            return self.tagged(asked, make)  # who waits for the first trace shall see it at once
        version = self.pace.version(asked.text, self.version)
        return self._tagged(asked, version, lambda: self.pace.timed(asked.text, version, make), None)

    def _tagged(self, asked: Question, version: str, make: Callable[[], Any], headers: Headers | None) -> Answered:
        encoding = compression.choose(asked.accept_encoding)
        tag = caching.etag(version, f"{asked.text}\n{encoding}")
        sent = {"etag": tag, "cache-control": _PRIVATE, **_VARY}
        if caching.matches(asked.if_none_match, tag):
            return Answered(304, b"", sent)
        body = self.answers.get(tag, lambda: _body(make(), encoding, headers))
        return Answered(200, body.content, _described(body, sent))

    def fresh(self, asked: Question, value: Any, *, status: int = 200) -> Answered:
        """Answer with what no ETag could name: what was written just now, or what time changes."""
        body = _body(value, compression.choose(asked.accept_encoding), None)
        return Answered(status, body.content, _described(body, {"cache-control": "no-store", **_VARY}))

    def queries(self) -> QueryWorkers:
        """The processes that run what users write."""
        from pyflare.server.api.query_workers import QueryWorkers

        with self._lock:
            if self._queries is None:
                self._queries = QueryWorkers(self.engine.root)
            return self._queries

    def close(self) -> None:
        """End the processes that were started, and let go of the folder."""
        with self._lock:
            if self._queries is not None:
                self._queries.close()
        if self.workspace is not None:
            self.workspace.close()


def _described(body: Body, headers: Mapping[str, str]) -> dict[str, str]:
    encoded = {} if body.encoding is None else {"content-encoding": body.encoding}
    return {"content-type": JSON, **headers, **dict(body.headers), **encoded}


def _body(value: Any, encoding: str | None, headers: Headers | None) -> Body:
    content = value if isinstance(value, bytes) else msgspec.json.encode(value)
    more = tuple(headers(value).items()) if headers is not None else ()
    if encoding is None or len(content) < compression.SMALLEST_BYTES:
        return Body(content, None, more)
    return Body(compression.compress(content, encoding), encoding, more)
