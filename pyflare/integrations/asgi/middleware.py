"""The middleware: begins a span for a request, says whom it is for, and hands it to the application.

It is pure ASGI: nothing is buffered, no task is started, and the request and the
response go by unchanged.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final
from urllib.parse import urlsplit

from pyflare.integrations.asgi import opentelemetry
from pyflare.integrations.asgi.body import Body
from pyflare.integrations.asgi.exchange import Exchange, HttpExchange, WebSocketExchange
from pyflare.integrations.call import AnySpan
from pyflare.integrations.remote import SERVER, begin_remote
from pyflare.tracing import state
from pyflare.tracing.guard import guard
from pyflare.tracing.runtime import Runtime
from pyflare.tracing.span import Span

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Whom = str | Callable[[Scope], str | None]
"""The name of a header, or a function of the ASGI scope."""

_MARK: Final = "pyflare.span"
"""Where a scope keeps the span of its request: a middleware further in adds to it instead of beginning another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What a middleware was told; what is None is as the settings say."""

    user: Whom | None = None
    session: Whom | None = None
    skip: tuple[str, ...] | None = None
    capture_bodies: bool | None = None


class TraceMiddleware:
    """One span per request, and per WebSocket, of an ASGI application.

    Args:
        app: The application.
        user: Whom a request is for: the name of a header, or a function of the ASGI scope.
            By default the setting `http_user_header`.
        session: The session it belongs to, likewise. By default `http_session_header`.
        skip: Paths that are not traced; `*` stands for anything. By default `http_skip_paths`.
        capture_bodies: Whether the bodies of requests and responses are kept. By default `http_capture_bodies`.

    Examples:
        >>> from fastapi import FastAPI
        >>> app = FastAPI()
        >>> app.add_middleware(TraceMiddleware, user="x-user-id", skip=["/health"])
    """

    def __init__(
        self,
        app: App,
        *,
        user: Whom | None = None,
        session: Whom | None = None,
        skip: Iterable[str] | None = None,
        capture_bodies: bool | None = None,
    ) -> None:
        self.app = app
        self._config = Config(
            user=user, session=session, skip=None if skip is None else tuple(skip), capture_bodies=capture_bodies
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await serve(self.app, self._config, scope, receive, send)


async def serve(app: App, config: Config, scope: Scope, receive: Receive, send: Send) -> None:
    """Have `app` answer under a span of its own."""
    exchange = _begin(config, scope, receive, send)
    if exchange is None:
        await app(scope, receive, send)
        return
    with exchange:
        await app(scope, exchange.receive, exchange.send)


def stand_back(app: Any) -> bool:
    """Whether OpenTelemetry's own middleware, inside an application, answers for its requests. Never raises."""
    runtime = state.runtime
    if runtime is None:
        return False
    try:
        return opentelemetry.answers_for(app, runtime, _adopt)
    except Exception as error:
        guard.fault("see who traces an application", error)
        return False


def _adopt(span: Any, scope: Scope) -> None:
    """Have a span that somebody else has begun be the request's. Never raises."""
    runtime = state.runtime
    if runtime is None:
        return
    try:
        scope[_MARK] = span
        _identify(span, Config(), scope, _headers(scope), runtime)
    except Exception as error:
        guard.fault("trace a request", error)


def _begin(config: Config, scope: Scope, receive: Receive, send: Send) -> Exchange | None:
    """A request's span; None where it is not to be traced, or is already. Never raises."""
    runtime = state.runtime
    if runtime is None or scope["type"] not in ("http", "websocket"):
        return None
    try:
        headers = _headers(scope)
        if _taken(scope, runtime):
            _identify(scope[_MARK], config, scope, headers, runtime)
            return None
        if _skipped(config, scope, runtime):
            return None
        span = _span(scope, headers, headers if runtime.settings.http_continue_traces else {})
        scope[_MARK] = span
        _identify(span, config, scope, headers, runtime)
        return _exchange(config, runtime, span, scope, receive, send)
    except Exception as error:
        guard.fault("trace a request", error)
        return None


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _taken(scope: Scope, runtime: Runtime) -> bool:
    """Whether the request has a span already: ours, or one that FastAPI or OpenTelemetry writes to PyFlare."""
    if _MARK in scope:
        return True
    theirs = opentelemetry.current(runtime)
    if theirs is not None:
        scope[_MARK] = theirs
        return True
    native = getattr(scope.get("fastapi.telemetry"), "span", None)
    if isinstance(native, Span) or (runtime.mirror is not None and native is not None and native.is_recording()):
        scope[_MARK] = native
        return True
    return False


def _skipped(config: Config, scope: Scope, runtime: Runtime) -> bool:
    patterns = runtime.settings.http_skip_paths if config.skip is None else config.skip
    return any(fnmatchcase(scope["path"], pattern) for pattern in patterns)


def _span(scope: Scope, headers: dict[str, str], carrier: dict[str, str]) -> AnySpan:
    method = scope.get("method", "GET")
    attributes = {
        "http.request.method": method,
        "url.path": scope["path"],
        "url.scheme": scope.get("scheme"),
        "network.protocol.version": scope.get("http_version"),
        "server.address": urlsplit(f"//{headers.get('host', '')}").hostname,
        "user_agent.original": headers.get("user-agent"),
    }
    return begin_remote(
        "WS"
        if scope["type"] == "websocket"
        else method,  # the path may hold what is private, and names are not redacted
        carrier,
        span_kind=SERVER,
        attributes={name: value for name, value in attributes.items() if value is not None},
    )


def _identify(span: Any, config: Config, scope: Scope, headers: dict[str, str], runtime: Runtime) -> None:
    """Say whom the request is for. A fault of the user's function costs the user's name and nothing else."""
    settings = runtime.settings
    for word, given, header in (
        ("user", config.user, settings.http_user_header),
        ("session", config.session, settings.http_session_header),
    ):
        whom = header if given is None else given
        try:
            name = headers.get(whom.lower()) if isinstance(whom, str) else whom(scope) if whom is not None else None
            if name:
                _say(span, word, name)
        except Exception as error:
            guard.fault(f"read a request's {word}", error)


def _say(span: Any, word: str, name: object) -> None:
    if hasattr(span, "update"):
        span.update(**{word: name})
    else:
        span.set_attribute(f"{word}.id", str(name))


def _exchange(
    config: Config, runtime: Runtime, span: AnySpan, scope: Scope, receive: Receive, send: Send
) -> Exchange | None:
    if scope["type"] == "websocket":
        return WebSocketExchange(span, scope, receive, send)
    capture = runtime.settings.http_capture_bodies if config.capture_bodies is None else config.capture_bodies
    limit_bytes = runtime.settings.content_limit_bytes if capture else 0
    return HttpExchange(
        span,
        scope,
        receive,
        send,
        asked=Body(limit_bytes if runtime.capture_input else 0),
        answered=Body(limit_bytes if runtime.capture_output else 0),
    )
