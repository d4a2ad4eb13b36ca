"""Content of a trace's model calls that came as log records, in another commit than their spans."""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.schema.tables import LOGS, SPANS
from pyflare.store.engine import Engine
from pyflare.store.normalise import CONTENT_EVENTS, fill_from_logs
from pyflare.store.parts import conform
from pyflare.store.session import Parameters
from pyflare.store.snapshot import Snapshot
from pyflare.store.sources import joined, live_source, parts_source

_CALLS: Final = ("llm", "embedding", "agent")
"""Kinds of work whose content may come as log records."""
_SLACK_NS: Final = 60_000_000_000
"""How long before and after its span a record may be stamped: a minute."""


def with_logged_content(engine: Engine, spans: pa.Table) -> pa.Table:
    """Fill the content that spans of one trace lack from the log records there are by now.

    Args:
        engine: The folder.
        spans: The stored columns of `spans`, and `start_unix_ns`.

    Returns:
        The same rows and columns; the same object where no call lacks content, or no record has any.
    """
    lacking = pc.and_(
        pc.is_in(spans["inference_type"], value_set=pa.array(_CALLS)),
        pc.or_(pc.is_null(spans["input"]), pc.is_null(spans["output"])),
    )
    calls = spans.filter(lacking)
    if not calls.num_rows:
        return spans
    logs = _logs(engine, calls)
    if not logs.num_rows:
        return spans
    filled = fill_from_logs(conform(spans.drop_columns(["start_unix_ns"]), SPANS), logs)
    return filled.append_column("start_unix_ns", spans["start_unix_ns"])


def _logs(engine: Engine, calls: pa.Table) -> pa.Table:
    """The records of the calls' trace that may tell of them, in order of time."""
    ends = pc.add(calls["start_unix_ns"], pc.fill_null(calls["duration_ns"], 0))
    since_ns: int = pc.min(calls["start_unix_ns"]).as_py() - _SLACK_NS
    until_ns: int = pc.max(ends).as_py() + _SLACK_NS
    names = ", ".join("?" for _ in CONTENT_EVENTS)
    parameters: list[Any] = [calls["trace_id"][0].as_py(), *CONTENT_EVENTS]

    def build(snapshot: Snapshot, _: object) -> tuple[str, Parameters]:
        parts = parts_source(engine.root, snapshot, "logs", since_ns=since_ns, until_ns=until_ns)
        source = joined("logs", parts, live_source(snapshot, "logs"))
        query = (
            f"SELECT * FROM ({source}) WHERE trace_id = ? AND coalesce(event_name IN ({names}), true) "
            f"AND timestamp BETWEEN make_timestamp_ns({since_ns}) AND make_timestamp_ns({until_ns}) ORDER BY timestamp"
        )
        return query, parameters

    return conform(engine.run(build, traces=False), LOGS)
