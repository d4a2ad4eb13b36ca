"""Who may ask: which host was meant, from which site, and with which token. One layer around the whole application.

A page on the web can send requests to 127.0.0.1 from the reader's browser. The
name it used (`Host`) shows a rebound DNS name, and `Origin` shows another site;
both are refused. A token, where one is set, comes as `Authorization: Bearer …`,
or in a cookie that opening `/?token=…` once sets.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from pyflare.server.api.answers import Error, error_body

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
Headers = dict[bytes, bytes]

COOKIE: Final = "pyflare_token"
_COOKIE_DAYS: Final = 30
_LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_POLICY_VIOLATION: Final = 1008
_BEARER: Final = "bearer "

CONTENT_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # the editor and the charts place their parts by style
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS: Final = (
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host that is listened on."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Gate:
    """Lets requests pass to an application that come from where they may."""

    def __init__(self, app: App, *, token: str | None = None, hosts: Iterable[str] = ()) -> None:
        """Guard an application.

        Args:
            app: What is behind the gate.
            token: What requests must show; None where everyone who reaches the port may read.
            hosts: Names and addresses it is reached by, besides those of loopback; "*" for any.
        """
        self._app = app
        self._token = None if token is None else _digest(token)
        self._hosts = _LOOPBACK_NAMES | {host.lower().strip("[]") for host in hosts}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Take one request, as ASGI has it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        is_socket = scope["type"] == "websocket"
        problem = self._problem(scope, headers, is_socket=is_socket)
        if problem is not None:
            await _refuse(scope, receive, send, problem)
        elif not is_socket and (cookie := self._cookie(scope)) is not None:
            await _redirect(scope, send, cookie)
        else:
            await self._app(scope, receive, send if is_socket else _with_headers(send))

    def _problem(self, scope: Message, headers: Headers, *, is_socket: bool) -> Error | None:
        """Why the request may not pass; None where it may."""
        host = headers.get(b"host", b"").decode("latin-1")
        if not self._is_known(host):
            return Error(
                403, "unknown_host", f"expected a Host that this server is reached by; got {host!r}",
                hint="Open it at http://127.0.0.1, or name the host with --host.",
            )  # fmt: skip
        origin = headers.get(b"origin")
        writes = is_socket or scope["method"] not in _READING
        if writes and origin is not None and not _is_same(origin.decode("latin-1"), host):
            return Error(403, "foreign_origin", "expected a request from this server's own pages, got another Origin")
        if self._token is None or self._is_shown(scope, headers):
            return None
        return Error(
            401, "unauthorized", "expected the token that this server was started with",
            hint="Open the address that it printed, or send Authorization: Bearer TOKEN.",
        )  # fmt: skip

    def _is_known(self, host: str) -> bool:
        name = urlsplit(f"//{host}").hostname if _is_plain(host) else None
        return name is not None and (name in self._hosts or "*" in self._hosts)

    def _is_shown(self, scope: Message, headers: Headers) -> bool:
        shown = [_bearer(headers), _from_cookie(headers), *_from_query(scope)]
        assert self._token is not None
        token = self._token
        return any(hmac.compare_digest(_digest(text), token) for text in shown if text is not None)

    def _cookie(self, scope: Message) -> bytes | None:
        """What a page opened with the token in its address sets, so that the address need not hold it any more."""
        tokens = _from_query(scope)
        if self._token is None or not tokens or scope["method"] != "GET" or scope["path"].startswith("/api/"):
            return None
        age_s = _COOKIE_DAYS * 86_400
        jar: SimpleCookie = SimpleCookie()
        jar[COOKIE] = tokens[0]
        quoted = jar[COOKIE].OutputString()
        return f"{quoted}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Strict".encode("latin-1")


def _digest(token: str) -> bytes:
    """Of one length for all, so that comparing tells nothing of it."""
    return sha256(token.encode()).digest()


def _is_plain(host: str) -> bool:
    """Whether it can be a Host header: a name or an address, and perhaps a port."""
    return bool(host) and not any(char in host for char in "/@?#\\ ")


def _is_same(origin: str, host: str) -> bool:
    """Whether a request came from a page of this very server."""
    return urlsplit(origin).netloc.lower() == host.lower()


def _bearer(headers: Headers) -> str | None:
    given = headers.get(b"authorization", b"").decode("latin-1")
    return given[len(_BEARER) :].strip() if given.lower().startswith(_BEARER) else None


def _from_cookie(headers: Headers) -> str | None:
    try:
        jar = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        return None
    return jar[COOKIE].value if COOKIE in jar else None


def _from_query(scope: Message) -> list[str]:
    """The token in a page's address. The API takes none there: addresses end up in histories."""
    if scope["path"].startswith("/api/"):
        return []
    return [value for name, value in parse_qsl(scope["query_string"].decode("latin-1")) if name == "token"]


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = {name for name, _ in message["headers"]}
            extra = [pair for pair in _HEADERS if pair[0] not in present]
            message["headers"] = [*message["headers"], *extra]
        await send(message)

    return sending


async def _refuse(scope: Message, receive: Receive, send: Send, problem: Error) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": problem.code})
        return
    body = error_body(problem)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *([(b"www-authenticate", b"Bearer")] if problem.status == 401 else []),
        *_HEADERS,
    ]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


async def _redirect(scope: Message, send: Send, cookie: bytes) -> None:
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    rest = urlencode([pair for pair in pairs if pair[0] != "token"])
    path = "/" + scope["path"].lstrip("/\\")
    location = f"{path}?{rest}" if rest else path
    headers = [
        (b"location", location.encode("ascii", "replace")),
        (b"set-cookie", cookie),
        (b"content-length", b"0"),
        (b"cache-control", b"no-store"),
        *_HEADERS,
    ]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
