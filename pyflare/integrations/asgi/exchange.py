"""A request or WebSocket under way: what goes by tells the span how it went.

The span of a request ends with the last byte of its body, not when the
application returns: background tasks run after that, below the same span.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from types import TracebackType
from typing import Any, Final, Self

from pyflare.integrations.asgi.body import Body
from pyflare.integrations.asgi.route import template
from pyflare.integrations.call import AnySpan, Current
from pyflare.tracing.guard import guard
from pyflare.tracing.span import Span

Message = MutableMapping[str, Any]
_SERVER_ERROR: Final = 500
_GONE: Final = frozenset({1000, 1001, 1005, 1006})
"""Close codes that say no more than that the other side left."""
_INTERNAL_ERROR: Final = 1011


class Exchange:
    """What a request and a WebSocket have in common."""

    def __init__(
        self,
        span: AnySpan,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        self.span = span
        self.scope = scope
        self.finished = False
        self._receive = receive
        self._send = send
        self._root_path = scope.get("root_path", "")
        self._current = Current(span)

    async def receive(self) -> Message:
        """For the application, in the place of the server's own."""
        message = await self._receive()
        try:
            self.came(message)
        except Exception as error:
            guard.fault("read a request", error)
        return message

    async def send(self, message: Message) -> None:
        """For the application, in the place of the server's own."""
        try:
            self.goes(message)
        except Exception as error:
            guard.fault("read a response", error)
        await self._send(message)
        try:
            self.went(message)
        except Exception as error:
            guard.fault("read a response", error)

    def came(self, message: Message) -> None:
        """The client has said something."""

    def goes(self, message: Message) -> None:
        """The application is about to say something."""

    def went(self, message: Message) -> None:
        """What the application said is on its way."""

    def left(self) -> None:
        """The application has returned."""

    def failed(self, error: BaseException) -> None:
        """The application has raised."""
        self.finish(error)

    def finish(self, error: BaseException | None = None) -> None:
        """End the span. Never raises; only the first time counts."""
        if self.finished:
            return
        self.finished = True
        try:
            self._name()
            self.describe()
        except Exception as fault:
            guard.fault("describe a request", fault)
        if error is None:
            self.span.succeed(None, False)
        else:
            self.span.fail(error)

    def describe(self) -> None:
        """Put what has been seen on the span."""

    def _name(self) -> None:
        """Call the span by the route's template, which many requests share; without one, by the method alone."""
        route = template(self.scope, self._root_path)
        method = "WS" if self.scope["type"] == "websocket" else self.scope.get("method", "GET")
        self.span.update_name(f"{method} {route}" if route else method)
        if route:
            self.span.set_attribute("http.route", route)

    def mark_failed(self, type: str) -> None:
        """The request failed, and no exception says so."""
        if isinstance(self.span, Span) and not self.span.ended:
            self.span.mark_failed(None, type)

    def __enter__(self) -> Self:
        self._current.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        self._current.__exit__(None, None, None)  # the end is told below, with what has been seen
        try:
            if error is None:
                self.left()
            else:
                self.failed(error)
        except Exception as fault:
            guard.fault("end a request's span", fault)


class HttpExchange(Exchange):
    """One request and its response."""

    def __init__(self, *args: Any, asked: Body, answered: Body) -> None:
        super().__init__(*args)
        self._asked = asked
        self._answered = answered
        self._status: int | None = None
        self._content_type = ""
        self._disconnected = False

    def came(self, message: Message) -> None:
        """A piece of the request's body, or the news that the client has gone."""
        if message["type"] == "http.request":
            self._asked.add(message.get("body", b""))
        elif message["type"] == "http.disconnect" and not self.finished:
            self._disconnected = True

    def goes(self, message: Message) -> None:
        """The status and the headers."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._content_type = _header(message.get("headers", ()), b"content-type")

    def went(self, message: Message) -> None:
        """A piece of the response's body. Of a server error the exception is still to come."""
        if message["type"] == "http.response.body":
            self._answered.add(message.get("body", b""))
            if message.get("more_body", False):
                self.span.mark_first_chunk()
                return
        elif message["type"] != "http.response.pathsend":
            return
        if (self._status or 0) < _SERVER_ERROR:
            self.finish()

    def left(self) -> None:
        """Where the response was not sent to its end, the client had gone, or the application gave up."""
        if not self.finished and (self._disconnected or (self._status or 0) < _SERVER_ERROR):
            self.span.set_attribute("pyflare.stream.closed_early", True)
        self.finish()

    def failed(self, error: BaseException) -> None:
        """That the client went is no failure. The server answers 500 for an application that has not answered yet."""
        if type(error).__name__ == "ClientDisconnect":
            self._disconnected, self._status = True, None
            self.left()
            return
        if self._status is None and isinstance(error, Exception) and not self._disconnected:
            self._status = _SERVER_ERROR
        self.finish(error)

    def describe(self) -> None:
        """Status, sizes, and the bodies where they were asked for."""
        span = self.span
        if self._status is not None:
            span.set_attribute("http.response.status_code", self._status)
            if self._status >= _SERVER_ERROR:
                self.mark_failed(str(self._status))
        if self._disconnected:
            span.set_attribute("pyflare.http.client_disconnected", True)
        span.set_attribute("http.request.body.size", self._asked.size_bytes)
        span.set_attribute("http.response.body.size", self._answered.size_bytes)
        asked = self._asked.value(_header(self.scope["headers"], b"content-type"))
        if asked is not None:
            span.set_input(asked)
        answered = self._answered.value(self._content_type)
        if answered is not None:
            span.set_output(answered)


class WebSocketExchange(Exchange):
    """One WebSocket, from the handshake until it is closed."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._received = 0
        self._sent = 0
        self._accepted = False
        self._close_code: int | None = None

    def came(self, message: Message) -> None:
        """A message from the client, or its leave."""
        if message["type"] == "websocket.receive":
            self._received += 1
        elif message["type"] == "websocket.disconnect" and self._close_code is None:
            self._close_code = message.get("code", 1005)

    def goes(self, message: Message) -> None:
        """A message to the client, or the end."""
        kind = message["type"]
        if kind == "websocket.accept":
            self._accepted = True
        elif kind == "websocket.send":
            self._sent += 1
            self.span.mark_first_chunk()
        elif kind == "websocket.http.response.start":
            self.span.set_attribute("http.response.status_code", message["status"])
        elif kind == "websocket.close":
            self._close_code = message.get("code", 1000)
            if not self._accepted:
                self.span.set_attribute("http.response.status_code", 403)

    def left(self) -> None:
        """The application has returned."""
        self.finish()

    def failed(self, error: BaseException) -> None:
        """The application was left by an exception; that the client went is none of its faults."""
        gone = type(error).__name__ == "WebSocketDisconnect" and getattr(error, "code", None) in _GONE
        self.finish(None if gone else error)

    def describe(self) -> None:
        """How much was said, and how it was closed."""
        self.span.set_attribute("pyflare.websocket.received", self._received)
        self.span.set_attribute("pyflare.websocket.sent", self._sent)
        if self._close_code is not None:
            self.span.set_attribute("pyflare.websocket.close_code", self._close_code)
            if self._close_code == _INTERNAL_ERROR:
                self.mark_failed(str(_INTERNAL_ERROR))


def _header(headers: Any, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in headers if key.lower() == name), "")
