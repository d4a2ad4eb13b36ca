"""Recorded provider exchanges: what was asked of whom, what was answered, and the same call through the real client.

A server on this machine gives the recorded answer, byte for byte, to whatever the
client asks of it.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parents[3]
CASSETTES = ROOT / "shared" / "data" / "cassettes"
FOLDERS = {
    "openai": ("openllmetry/openai", "otel-contrib/openai-v2"),
    "anthropic": ("openllmetry/anthropic",),
    "google-genai": ("otel-contrib/google-genai",),
    "bedrock": ("openllmetry/bedrock", "otel-contrib/botocore"),
    "mistralai": ("openllmetry/mistralai",),
    "cohere": ("openllmetry/cohere",),
    "groq": ("openllmetry/groq",),
    "ollama": ("openllmetry/ollama",),
}
"""Where the exchanges of each library are."""
_KEPT = ("content-type", "content-encoding", "x-amzn-")
"""Headers of an answer that the client reads, by their beginnings."""


@dataclass(frozen=True)
class Exchange:
    """One request and its answer."""

    library: str
    name: str
    uri: str
    body: dict[str, Any] = field(repr=False)
    status: int
    headers: dict[str, str] = field(repr=False)
    answer: bytes = field(repr=False)

    @property
    def path(self) -> str:
        """The request's path."""
        return unquote(urlsplit(self.uri).path)

    @property
    def streams(self) -> bool:
        """Whether the answer comes in pieces."""
        said = self.body.get("stream")
        at = f"{self.path}#{urlsplit(self.uri).fragment}"
        default = self.library == "ollama" and said is None and "embed" not in self.path
        return bool(said) or default or any(word in at for word in ("stream", "Stream"))

    @cached_property
    def said(self) -> list[Any]:
        """The answer as JSON: one value, or one for each event of a stream."""
        return [*_values(self)]


def exchanges(library: str) -> list[Exchange]:
    """All exchanges of a library that are calls of a model, each once."""
    found: dict[tuple[Any, ...], Exchange] = {}
    for folder in FOLDERS[library]:
        for path in sorted((CASSETTES / folder).rglob("*.yaml")):
            for exchange in of(path, library):
                key = (exchange.uri, json.dumps(exchange.body, sort_keys=True), exchange.answer)
                found.setdefault(key, exchange)
    return [*found.values()]


def of(path: Path, library: str) -> Iterator[Exchange]:
    """The exchanges of one cassette that are calls of a model."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for interaction in yaml.load(path.read_text(), Loader=loader)["interactions"]:
        request, response = interaction["request"], interaction["response"]
        body = _json(request.get("body"))
        if request["method"] != "POST" or not isinstance(body, dict) or not _is_call(request["uri"]):
            continue
        said = response["body"]["string"]
        yield Exchange(
            library=library,
            name=f"{path.parent.name}/{path.stem}",
            uri=request["uri"],
            body=body,
            status=response["status"]["code"],
            headers={
                name.lower(): values[0] if isinstance(values, list) else values
                for name, values in response["headers"].items()
                if name.lower().startswith(_KEPT)
            },
            answer=said.encode() if isinstance(said, str) else said,
        )


_CALLS = (
    *("/chat/completions", "/completions", "/embeddings", "/responses", "/messages", "/invoke", "/converse"),
    *("-stream", "/chat", "/generate", "/embed", "/rerank", "generateContent", "streamGenerateContent"),
)


def _is_call(uri: str) -> bool:
    return urlsplit(uri).path.endswith(_CALLS) and "/threads/" not in uri


def _json(body: Any) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None


def _values(exchange: Exchange) -> Iterator[Any]:
    if "amazon.eventstream" in exchange.headers.get("content-type", ""):
        from botocore.eventstream import EventStreamBuffer

        buffer = EventStreamBuffer()
        buffer.add_data(exchange.answer)
        for event in buffer:
            value = json.loads(event.payload)
            yield json.loads(base64.b64decode(value["bytes"])) if "bytes" in value else value
        return
    data = exchange.answer
    if exchange.headers.get("content-encoding") == "gzip" and data[:2] == b"\x1f\x8b":
        import gzip

        data = gzip.decompress(data)
    text = data.decode()
    whole = _json(text)
    for line in [text] if whole is not None else text.splitlines():
        value = _json(line.removeprefix("data: "))
        if value is not None:
            yield value


class Replaying:
    """A server that gives recorded answers."""

    def __init__(self) -> None:
        self.exchange: Exchange | None = None
        """What is answered now."""
        self.requests = 0

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        replaying = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body at once

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                replaying.requests += 1
                exchange = replaying.exchange
                assert exchange is not None
                headers = dict(exchange.headers)
                if exchange.answer[:2] != b"\x1f\x8b":
                    headers.pop("content-encoding", None)
                self.send_response(exchange.status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(exchange.answer)))
                self.end_headers()
                self.wfile.write(exchange.answer)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
