"""What a traced program has left in its folder, read back as the store reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pyflare.schema.records import Payload, Record, Row, SpanEnd, SpanStart, decode_record
from pyflare.store.journal.reader import list_writers, read_frames


class Recorded:
    """The journals of one folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def records(self) -> list[Record]:
        """Every record of every journal; each frame must decode."""
        return [decode_record(frame) for frame in self._frames()]

    def _frames(self) -> Iterator[bytes]:
        for journal in list_writers(self.path):
            for segment in journal.segments():
                yield from read_frames(segment)[0]

    def ended(self, name: str | None = None) -> list[SpanEnd]:
        """The spans that have ended, in the order of their ends."""
        return [found for found in self._of(SpanEnd) if name is None or found.name == name]

    def one(self, name: str | None = None) -> SpanEnd:
        """The only span that has ended, or the only one of that name."""
        (span,) = self.ended(name)
        return span

    def started(self) -> list[SpanStart]:
        """The start records."""
        return self._of(SpanStart)

    def running(self) -> list[str]:
        """The names of spans that have a start and no end."""
        ends = {span.span_id for span in self.ended()}
        return [span.name for span in self.started() if span.span_id not in ends]

    def payloads(self) -> list[Payload]:
        """Content that was moved out of spans."""
        return self._of(Payload)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The values of a table's rows."""
        return [row.values for row in self._of(Row) if row.table == table]

    def _of(self, kind: type[Any]) -> list[Any]:
        return [record for record in self.records() if isinstance(record, kind)]

    def losses(self) -> dict[str, int]:
        """The losses of all journals by reason."""
        total: dict[str, int] = {}
        for journal in list_writers(self.path):
            for reason, count in journal.losses().items():
                total[reason] = total.get(reason, 0) + count
        return total

    def raw_bytes(self) -> bytes:
        """Every byte of every file below the folder."""
        return b"".join(file.read_bytes() for file in sorted(self.path.rglob("*")) if file.is_file())


def content(data: bytes | None) -> Any:
    """A captured value; it must be valid JSON."""
    return None if data is None else json.loads(data)


def tree(spans: list[SpanEnd]) -> dict[str, str | None]:
    """The name of each span's parent, by the span's name."""
    names = {span.span_id: span.name for span in spans}
    return {span.name: names.get(span.parent_span_id or b"") for span in spans}
