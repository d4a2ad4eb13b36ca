"""The viewer's files, as an ASGI application. `dist` is built from `ui/` and committed.

Files whose name holds a hash of their content are kept by browsers for a year; the
page itself is asked for each time. A path that is no file is a screen of the
viewer, so it gets the page. Browsers on the same machine get files as they are:
packing and unpacking them takes longer than copying them.
"""

from __future__ import annotations

import asyncio
import gzip
import mimetypes
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from pyflare.server.api.answers import Error, error_body
from pyflare.server.api.security import is_loopback

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

DIST: Final = Path(__file__).parent / "dist"
_PAGE: Final = "index.html"
_ASSETS: Final = "assets/"
_FOR_EVER: Final = b"public, max-age=31536000, immutable"
_ASK: Final = b"no-cache"
_COMPRESSIBLE: Final = frozenset({".html", ".js", ".css", ".svg", ".json", ".md", ".txt", ".webmanifest"})
_SMALLEST_BYTES: Final = 1024
_TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it goes over the wire."""

    content: bytes
    encoding: bytes | None
    tag: bytes
    media_type: bytes


class Viewer:
    """Serves the built viewer."""

    def __init__(self, folder: Path = DIST) -> None:
        """Serve a folder of built files.

        Args:
            folder: Where they lie.
        """
        self._paths = {
            path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()
        }
        self._files: dict[tuple[str, bool], _File] = {}

    def has(self, path: str) -> bool:
        """Whether there is a file at a path."""
        return path.lstrip("/") in self._paths

    async def __call__(self, scope: Message, _: Receive, send: Send) -> None:
        """Take one request, as ASGI has it."""
        if scope["method"] not in ("GET", "HEAD"):
            await _say(scope, send, Error(405, "method_not_allowed", f"{scope['path']} is read with GET"))
            return
        name = scope["path"].lstrip("/")
        if name not in self._paths:
            name = "" if name.startswith(_ASSETS) else _PAGE
        if name not in self._paths:
            await _say(scope, send, _missing(scope["path"]))
            return
        packed = _wants_packed(scope)
        file = self._files.get((name, packed))
        if file is None:
            file = self._files[name, packed] = await asyncio.to_thread(_read, self._paths[name], packed=packed)
        await _serve(scope, send, file, _FOR_EVER if name.startswith(_ASSETS) else _ASK)


def _wants_packed(scope: Message) -> bool:
    """Whether a file comes over a network to somebody who takes gzip."""
    host = (scope.get("client") or ("",))[0]
    return not is_loopback(host) and b"gzip" in dict(scope["headers"]).get(b"accept-encoding", b"")


def _missing(path: str) -> Error:
    if path.lstrip("/").startswith(_ASSETS):
        return Error(404, "not_found", f"there is nothing at {path}", "Reload the page: the viewer was updated.")
    return Error(404, "no_viewer", "this installation has no viewer", "Build it: npm ci && npm run build, in ui/.")


def _read(path: Path, *, packed: bool) -> _File:
    """A file, in gzip where it is wanted and makes it smaller."""
    content = path.read_bytes()
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    charset = "; charset=utf-8" if kind.startswith("text/") else ""
    encoding = b"gzip" if packed and path.suffix in _COMPRESSIBLE and len(content) >= _SMALLEST_BYTES else None
    if encoding is not None:
        content = gzip.compress(content, 6, mtime=0)
    tag = f'"{blake2b(content, digest_size=12).hexdigest()}"'.encode()
    return _File(content, encoding, tag, f"{kind}{charset}".encode())


async def _serve(scope: Message, send: Send, file: _File, caching: bytes) -> None:
    headers = [(b"etag", file.tag), (b"cache-control", caching), (b"vary", b"Accept-Encoding")]
    if file.tag in dict(scope["headers"]).get(b"if-none-match", b""):
        await _respond(scope, send, 304, headers, b"")
        return
    headers += [(b"content-type", file.media_type)]
    if file.encoding is not None:
        headers += [(b"content-encoding", file.encoding)]
    await _respond(scope, send, 200, headers, file.content)


async def _say(scope: Message, send: Send, error: Error) -> None:
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    if error.status == 405:
        headers.append((b"allow", b"GET, HEAD"))
    await _respond(scope, send, error.status, headers, error_body(error))


async def _respond(scope: Message, send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    sized = headers if status == 304 else [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": sized})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
