"""What a folder holds, read in each of the ways there are."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import duckdb

import pyflare
from pyflare.schema.records import SpanEnd, decode_record
from pyflare.store.journal.reader import list_writers, read_frames

_SPANS = "SELECT trace_id || span_id AS key, state FROM spans"
_DIGEST = "SELECT count(*) AS spans, bit_xor(hash(spans)) AS checksum FROM spans"
_DOUBTFUL_TRACES = """
    SELECT trace_id, count(*) AS rows, any_value(span_count) AS counted, any_value(seen) AS seen
    FROM traces FULL JOIN (SELECT trace_id, count(*) AS seen FROM spans GROUP BY trace_id) USING (trace_id)
    GROUP BY trace_id HAVING rows <> 1 OR counted IS DISTINCT FROM seen"""


def ended_in_journals(folder: Path) -> Counter[str]:
    """How often each span's end is in the journals, by key."""
    found: Counter[str] = Counter()
    for journal in list_writers(folder):
        for segment in journal.segments():
            records = map(decode_record, read_frames(segment)[0])
            found.update((end.trace_id + end.span_id).hex() for end in records if isinstance(end, SpanEnd))
    return found


def spans_by_pyflare(folder: Path) -> Counter[tuple[str, str]]:
    """How often each key and state is in `spans`, as a user reads it."""
    with pyflare.open(folder, compact=False) as workspace:
        table = workspace.sql(_SPANS)
    return Counter(zip(table["key"].to_pylist(), table["state"].to_pylist(), strict=True))


def digest(workspace: pyflare.Workspace) -> dict[str, int]:
    """The number of spans and a checksum over what they hold; the same in whatever order they lie."""
    (row,) = workspace.sql(_DIGEST).to_pylist()
    return dict(row)


def spans_by_duckdb(folder: Path) -> Counter[tuple[str, str]]:
    """The same, without PyFlare."""
    with duckdb.connect() as connection:
        connection.execute((folder / "views.sql").read_text())
        return Counter(connection.execute(_SPANS).fetchall())


def doubtful_traces(folder: Path) -> list[dict[str, object]]:
    """Traces whose summary is missing, there twice, or counts other spans than there are."""
    with pyflare.open(folder, compact=False) as workspace:
        return list(workspace.sql(_DOUBTFUL_TRACES).to_pylist())
