"""What lies in the journals of a folder."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from pyflare.otlp.messages import REQUESTS
from pyflare.schema.records import Request, Row, Verdict, decode_record
from pyflare.store.journal.reader import list_writers, read_frames


def records(root: Path) -> list[Any]:
    """Every record, journal by journal."""
    return [
        decode_record(payload)
        for journal in list_writers(root)
        for segment in journal.segments()
        for payload in read_frames(segment)[0]
    ]


def requests(root: Path) -> list[Request]:
    return [record for record in records(root) if isinstance(record, Request)]


def rows(root: Path) -> list[Row]:
    return [record for record in records(root) if isinstance(record, Row)]


def verdicts(root: Path) -> list[bytes]:
    return [record.trace_id for record in records(root) if isinstance(record, Verdict)]


def span_ids(root: Path) -> Counter[bytes]:
    """How often each span came, by id."""
    found: Counter[bytes] = Counter()
    for request in requests(root):
        if request.signal == "traces":
            message = REQUESTS["traces"].FromString(request.body)
            found.update(span.span_id for g in message.resource_spans for s in g.scope_spans for span in s.spans)
    return found
