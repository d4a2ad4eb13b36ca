"""The last touch to an input or output before it becomes JSON text.

System instructions stand beside the messages in some dialects, and so do finish
reasons: the messages get both, and a span whose messages know why the model
stopped gets that in `finish_reasons`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from msgspec import UNSET

from pyflare.store.normalise import messages, values
from pyflare.store.normalise.plain import Plain, as_values
from pyflare.store.normalise.rules import SYSTEM_INSTRUCTIONS
from pyflare.store.normalise.work import Work

_INSTRUCTING = frozenset({"system", "developer"})


class Column:
    """`input` or `output` while values are being found for it."""

    def __init__(self, work: Work, name: str) -> None:
        self.name = name
        self.open_rows = work.filling(name).empty.copy()
        """Which spans still have nothing."""
        self._work = work
        self._texts: dict[int, str] = {}
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
            if isinstance(value[0], Plain) and not self._is_whole(row, value):
                value = as_values(value)
            if isinstance(value[0], dict) and "parts" in value[0]:
                value = self._instructed(row, value) if self.name == "input" else self._reasoned(row, value)
        text = value if isinstance(value, str) else values.encoded(value)
        if text is None:
            return
        self._texts[row] = text
        self.open_rows[row] = False
        trail = self._work.trail
        trail.add(self.name, attribute, dialect, (row,))
        if row in self._reasons:
            trail.add("finish_reasons", attribute, dialect, (row,))

    def _is_whole(self, row: int, read: list[Plain]) -> bool:
        """Whether messages lack nothing, and neither does their span."""
        if self.name == "input":
            return row not in self._instructions
        has_reasons = self._known is not None and bool(self._known[row])
        return has_reasons and all(message.finish_reason is not UNSET for message in read)

    def _instructed(self, row: int, read: list[messages.Message]) -> list[messages.Message]:
        text = self._instructions.get(row)
        return read if text is None else with_instructions(read, values.decoded(text) or text)

    def _reasoned(self, row: int, read: list[messages.Message]) -> list[messages.Message]:
        """Give each choice its reason where it is clear which is whose, or the span those of its choices."""
        known = self._known[row] if self._known is not None else None
        if known:
            whose = known if len(known) == len(read) else known * len(read) if len(known) == 1 else []
            for message, reason in zip(read, whose, strict=False):
                message.setdefault("finish_reason", reason)
        elif all("finish_reason" in message for message in read):
            self._reasons[row] = [message["finish_reason"] for message in read]
        return read

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
