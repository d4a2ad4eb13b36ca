"""What a span keeps of inputs and outputs: captured, redacted, and moved out of the span where large."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any, Final, Protocol

import msgspec

from pyflare.schema.records import PAYLOAD_TAG, encode_record
from pyflare.schema.texts import Texts
from pyflare.store.journal.losses import Losses
from pyflare.tracing.capture import Limits, encode_arguments, encode_json, encode_preview, encode_texts, encode_value

_REMEMBERED_PAYLOADS: Final = 4096
_decode_json = msgspec.json.Decoder().decode


class Redactor(Protocol):
    """What `pyflare.tracing.redaction` makes of a configuration."""

    def redact_json(self, data: bytes, *, field: str) -> bytes:
        """Redact JSON text; what comes back is JSON as well. Paths in it begin with `field`."""
        ...

    def redact_attributes(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """Redact attribute values by key and by pattern."""
        ...

    def redact_text(self, text: str) -> str:
        """Redact free text."""
        ...


class Content:
    """Captures values for one runtime. Its methods return `(JSON or None, payload reference or None)`."""

    def __init__(
        self,
        *,
        limits: Limits,
        losses: Losses,
        write: Callable[[bytes], bool],
        redactor: Redactor | None = None,
        metrics_only: bool = False,
        keep_payloads: bool = True,
    ) -> None:
        self.limits = limits
        self.losses = losses
        self.write = write
        self.metrics_only = metrics_only
        self.keep_payloads = keep_payloads
        self.redactor = redactor
        self._inline_bytes = limits.inline_bytes
        self._seen: dict[str, None] = {}

    @property
    def redactor(self) -> Redactor | None:
        """What content passes through before it is written; None where nothing is redacted."""
        return self._redactor

    @redactor.setter
    def redactor(self, redactor: Redactor | None) -> None:
        self._redactor = redactor
        self._plain = redactor is None and not self.metrics_only

    def lone_argument(self, key: bytes, value: object) -> bytes | None:
        """The only argument of a call, where it is a short string: `key` is the JSON before it. None otherwise."""
        if type(value) is str and len(value) <= self._inline_bytes and self._plain:
            try:
                return key + encode_json(value) + b"}"
            except UnicodeEncodeError:
                return None
        return None

    def arguments(self, values: dict[str, Any]) -> tuple[bytes | None, str | None]:
        """A call's arguments by name."""
        if self.metrics_only:
            return None, None
        data, truncated = encode_arguments(values, self.limits)
        if truncated or self._redactor is not None or len(data) > self._inline_bytes:
            return self.settle(data, "input", truncated=truncated)
        return data, None

    def value(self, value: object, field: str = "input") -> tuple[bytes | None, str | None]:
        """Any value; `field` is where it goes, input or output."""
        if type(value) is str and len(value) <= self._inline_bytes and self._plain:
            try:
                return encode_json(value), None
            except UnicodeEncodeError:
                pass
        if self.metrics_only:
            return None, None
        if type(value) is Texts:
            data, truncated = encode_texts(value, self.limits)
        else:
            data, truncated = encode_value(value, self.limits)
        if truncated or self._redactor is not None or len(data) > self._inline_bytes:
            return self.settle(data, field, truncated=truncated)
        return data, None

    def settle(self, data: bytes, field: str = "input", *, truncated: bool = False) -> tuple[bytes, str | None]:
        """JSON of captured content: redacted, and moved out of the span where large."""
        if truncated:
            self.losses.add("content_truncated")
        if self.redactor is not None:
            data = self.redactor.redact_json(data, field=field)
        if len(data) <= self._inline_bytes:
            return data, None
        if not self.keep_payloads:  # what goes to a collector goes on the span, or not at all
            self.losses.add("content_truncated")
            return encode_preview(_decode_json(data), self.limits), None
        content_id = hashlib.sha256(data).hexdigest()
        if content_id not in self._seen:
            if not self.write(encode_record((PAYLOAD_TAG, content_id, time.time_ns(), data, truncated))):
                content_id = ""
            else:
                self._remember(content_id)
        return encode_preview(_decode_json(data), self.limits), content_id or None

    def _remember(self, content_id: str) -> None:
        if len(self._seen) >= _REMEMBERED_PAYLOADS:
            self._seen = {}
        self._seen[content_id] = None

    def forget(self) -> None:
        """After fork: the child's journal holds none of the payloads yet."""
        self._seen = {}

    def text(self, text: str) -> str | None:
        """Free text that may hold content, such as an exception's message."""
        if self.metrics_only:
            return None
        text = text.encode("utf-8", "backslashreplace").decode()
        if len(text) > self._inline_bytes:
            self.losses.add("content_truncated")
            text = text[: self._inline_bytes]
        return text if self.redactor is None else self.redactor.redact_text(text)
