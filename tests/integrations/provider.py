"""A model provider on this machine: it speaks HTTP, and says what it is told to say."""

from __future__ import annotations

import json
import struct
import threading
import time
import zlib
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

CHAT = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-4o-2026-08-06",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Four."}, "finish_reason": "stop"}],
    "usage": {
        "prompt_tokens": 20,
        "completion_tokens": 3,
        "total_tokens": 23,
        "prompt_tokens_details": {"cached_tokens": 16},
    },
}
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5-20250929",
    "content": [{"type": "text", "text": "Four."}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 5, "cache_read_input_tokens": 11, "cache_creation_input_tokens": 4, "output_tokens": 3},
}

TOOL_CALL = {
    **CHAT,
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"a": 2, "b": 2}'}}
                ],
            },
            "finish_reason": "tool_calls",
        }
    ],
}
"""The model asks for `add(a=2, b=2)`."""


def chat_chunks(*texts: str, usage: bool = True) -> list[dict[str, Any]]:
    """A streamed completion."""
    head = {"id": "chatcmpl-2", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o-2026-08-06"}
    chunks = [{**head, "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]} for text in texts]
    chunks.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    if usage:
        chunks.append({**head, "choices": [], "usage": CHAT["usage"]})
    return chunks


CALL_CHUNKS = chat_chunks("")
CALL_CHUNKS[0] = {
    **CALL_CHUNKS[0],
    "choices": [
        {
            "index": 0,
            "delta": {
                "role": "assistant",
                "tool_calls": [{"index": 0, **TOOL_CALL["choices"][0]["message"]["tool_calls"][0]}],
            },
            "finish_reason": None,
        }
    ],
}
CALL_CHUNKS[1] = {**CALL_CHUNKS[1], "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}
"""The same, streamed."""


_KINDS = {
    "events": "text/event-stream",
    "plain events": "text/event-stream",
    "lines": "application/x-ndjson",
    "aws": "application/vnd.amazon.eventstream",
}


def encoded(event: Any, wire: str) -> bytes:
    """A piece of a stream as it goes over the wire."""
    if wire == "lines":
        return json.dumps(event).encode() + b"\n"
    if wire == "aws":
        ((name, value),) = event.items()
        return _aws_event({":message-type": "event", ":event-type": name}, json.dumps(value).encode())
    name = f"event: {event['type']}\n" if "type" in event else ""
    return f"{name}data: {json.dumps(event)}\n\n".encode()


def _aws_event(headers: dict[str, str], payload: bytes) -> bytes:
    """Amazon's frame: lengths, their checksum, headers, payload, checksum."""
    named = ((name.encode(), value.encode()) for name, value in headers.items())
    head = b"".join(
        bytes([len(name)]) + name + b"\x07" + len(value).to_bytes(2, "big") + value for name, value in named
    )
    lengths = struct.pack("!II", len(head) + len(payload) + 16, len(head))
    frame = lengths + struct.pack("!I", zlib.crc32(lengths)) + head + payload
    return frame + struct.pack("!I", zlib.crc32(frame))


class Provider:
    """Answers POSTs from a list, in order; the last answer is given again and again.

    Status 503 says that the client may ask again at once.
    """

    def __init__(self) -> None:
        self.answers: list[tuple[int, Any, float]] = [(200, CHAT, 0.0)]
        """Status, body (a list becomes a stream of events) and seconds before each piece."""
        self.wire = "events"
        """How a stream comes: events as OpenAI ends them, plain events, lines, or "aws" for Amazon's binary events."""
        self.bodies: list[Any] = []
        """What was asked."""

    def will(self, body: Any, *, status: int = 200, delay_s: float = 0.0) -> None:
        """Answer like that from now on."""
        self.answers = [(status, body, delay_s)]

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                provider.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                status, body, delay_s = provider.answers.pop(0) if len(provider.answers) > 1 else provider.answers[0]
                try:
                    self._stream(body, delay_s) if isinstance(body, list) else self._whole(status, body, delay_s)
                except OSError:  # the client hung up
                    self.close_connection = True

            def _whole(self, status: int, body: Any, delay_s: float) -> None:
                time.sleep(delay_s)
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                if status == HTTPStatus.SERVICE_UNAVAILABLE:
                    self.send_header("Retry-After-Ms", "1")
                self.end_headers()
                self.wfile.write(data)

            def _stream(self, events: list[Any], delay_s: float) -> None:
                self.send_response(200)
                self.send_header("Content-Type", _KINDS[provider.wire])
                self.send_header("Connection", "close")
                self.end_headers()
                for event in events:
                    time.sleep(delay_s)
                    self.wfile.write(encoded(event, provider.wire))
                    self.wfile.flush()
                if provider.wire == "events":
                    self.wfile.write(b"data: [DONE]\n\n")
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
