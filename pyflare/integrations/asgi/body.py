"""The body of a request or response, kept as far as there is room."""

from __future__ import annotations

import json
from typing import Any


class Body:
    """Takes note of a body's chunks as they go by; keeps `limit_bytes` of them, or nothing where that is 0."""

    def __init__(self, limit_bytes: int) -> None:
        self.size_bytes = 0
        self._room_bytes = limit_bytes
        self._kept: list[bytes] = []

    def add(self, chunk: bytes) -> None:
        """Take note of a chunk."""
        self.size_bytes += len(chunk)
        if self._room_bytes > 0 and chunk:
            self._kept.append(bytes(chunk[: self._room_bytes]))
            self._room_bytes -= len(chunk)

    def value(self, content_type: str) -> Any:
        """What has been kept: JSON as what it says, text as text, anything else as its size; None where nothing is."""
        if not self._kept:
            return None
        data = b"".join(self._kept)
        media_type = content_type.partition(";")[0].strip().lower()
        if media_type.endswith("json"):
            try:
                return json.loads(data)
            except ValueError:  # cut off, or it never was any
                return data.decode("utf-8", "replace")
        if media_type.startswith("text/") or media_type == "application/x-www-form-urlencoded":
            return data.decode("utf-8", "replace")
        return f"<{self.size_bytes} bytes of {media_type or 'no type'}>"
