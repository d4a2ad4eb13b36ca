"""The last touch to an input or output before it becomes JSON text.

System instructions stand beside the messages in some dialects, and so do finish
reasons: the messages get both, and a span whose messages know why the model
stopped gets that in `finish_reasons`.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from msgspec import UNSET

from pyflare.dialects import messages
from pyflare.dialects.json_text import decoded
from pyflare.store.normalise import values
from pyflare.store.normalise.plain import Plain, as_values
from pyflare.store.normalise.rules import SYSTEM_INSTRUCTIONS
from pyflare.store.normalise.vector import np
from pyflare.store.normalise.work import Work

_INSTRUCTING = frozenset({"system", "developer"})


class Column:
    """`input` or `output` while values are being found for it."""

    def __init__(self, work: Work, name: str) -> None:
        self.name = name
        self.open_rows = work.filling(name).empty.copy()
        """Which spans still have nothing."""
        self._work = work
        self._texts: dict[int, str | bytes] = {}
        self._instructions = work.texts_by_row(SYSTEM_INSTRUCTIONS) if name == "input" else {}
        self._reasons: dict[int, list[str]] = {}
        reasons = work.filling("finish_reasons")
        self._known: list[list[str] | None] | None = (
            reasons.result().to_pylist() if name == "output" and not reasons.empty.all() else None
        )

    def put(self, row: int, value: Any, *, attribute: str, dialect: str) -> None:
        """Set a span's value: JSON text as a str, everything else as what it stands for. What has no JSON is passed over.

        Args:
            row: Which span.
            value: The value.
            attribute: What it was read from.
            dialect: In whose words.
        """
        if isinstance(value, list) and value:
            value = self._completed(row, value)
        text = value if isinstance(value, str) else values.encoded_bytes(value)
        if text is None:
            return
        self._texts[row] = text
        self.open_rows[row] = False
        trail = self._work.trail
        trail.add(self.name, attribute, dialect, (row,))
        if row in self._reasons:
            trail.add("finish_reasons", attribute, dialect, (row,))

    def _completed(self, row: int, read: list[Any]) -> list[Any]:
        """Messages with what stands beside them; a list of anything else as it is."""
        is_plain = isinstance(read[0], Plain)
        if not is_plain and not (isinstance(read[0], dict) and "parts" in read[0]):
            return read
        if self.name == "input":
            text = self._instructions.get(row)
            if text is None:
                return read
            return with_instructions(as_values(read) if is_plain else read, decoded(text) or text)
        return self._plain_reasoned(row, read) if is_plain else self._reasoned(row, read)

    def _plain_reasoned(self, row: int, read: list[Plain]) -> list[Plain]:
        whose = self._whose(row, len(read))
        for message, reason in zip(read, whose, strict=False):
            if message.finish_reason is UNSET:
                message.finish_reason = reason
        said = [message.finish_reason for message in read if message.finish_reason is not UNSET]
        self._note(row, said, len(read))
        return read

    def _reasoned(self, row: int, read: list[messages.Message]) -> list[messages.Message]:
        for message, reason in zip(read, self._whose(row, len(read)), strict=False):
            message.setdefault("finish_reason", reason)
        self._note(row, [message["finish_reason"] for message in read if "finish_reason" in message], len(read))
        return read

    def _whose(self, row: int, choices: int) -> list[str]:
        """The span's finish reasons, one for each choice; none where it is not clear which is whose."""
        known = self._known[row] if self._known is not None else None
        if not known:
            return []
        return known if len(known) == choices else known * choices if len(known) == 1 else []

    def _note(self, row: int, said: list[str], choices: int) -> None:
        """Keep the choices' reasons for a span that has none."""
        if len(said) == choices and not (self._known is not None and self._known[row]):
            self._reasons[row] = said

    def close(self) -> None:
        """Put what was found into the table."""
        for name, found in ((self.name, self._texts), ("finish_reasons", self._reasons)):
            if found:
                filling = self._work.filling(name)
                filling.put(np.fromiter(found, np.int64, len(found)), pa.array([*found.values()], filling.type))


def with_instructions(read: list[messages.Message], instructions: object) -> list[messages.Message]:
    """Messages with the system's instructions before them, unless they begin with such."""
    parts = messages.parts_of(instructions)
    if not parts or read[0].get("role") in _INSTRUCTING:
        return read
    return [{"role": "system", "parts": parts}, *read]
