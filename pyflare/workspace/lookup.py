"""Finding one trace, or one payload, by its id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pyflare.errors import NotFoundError, QueryError
from pyflare.store import vectors
from pyflare.store.engine import Engine
from pyflare.store.filters import text_pattern
from pyflare.store.hints import did_you_mean
from pyflare.store.live import Snapshot
from pyflare.store.session import Parameters
from pyflare.store.sources import joined, live_source, parts_source
from pyflare.workspace import arrow
from pyflare.workspace.filters import SimilarFilters
from pyflare.workspace.logged import with_logged_content
from pyflare.workspace.rows import Rows
from pyflare.workspace.trace import Trace, TraceSpan

_HEX: Final = re.compile(r"[0-9a-f]{1,32}")
_TRACE_ID_DIGITS: Final = 32
_SAID_AT_MOST: Final = 5


def find_trace(engine: Engine, trace_id: str) -> Trace:
    """The trace that an id, or the beginning of one, belongs to.

    Its time is looked up in `traces` first, so that of `spans` only the parts of
    that time are read. Should a span lie outside of it, as one still running may,
    the count of spans tells, and they are looked for everywhere.

    Raises:
        NotFoundError: No trace has the id, or several begin like that.
    """
    row = _find_row(engine, trace_id.strip().lower())
    found = row["trace_id"], row["start_ns"]
    spans = _spans(engine, *found, until_ns=row["end_ns"])
    if len(spans) < row["span_count"]:
        spans = _spans(engine, *found, until_ns=None)
    if not spans:
        raise NotFoundError(f"the trace {row['trace_id']} was deleted while it was read.")
    return Trace(spans)


def _find_row(engine: Engine, prefix: str) -> dict[str, Any]:
    if not _HEX.fullmatch(prefix):
        raise NotFoundError(
            f"expected a trace id of 32 hex digits, or its beginning; got {prefix!r}. Hint: `pyflare traces` lists ids."
        )
    if len(prefix) == _TRACE_ID_DIGITS:
        condition, parameters = "trace_id = ?", [prefix]
    else:
        condition, parameters = "trace_id >= ? AND trace_id < ?", [prefix, prefix + "g"]
    rows = _rows(
        engine,
        "SELECT trace_id, epoch_ns(start_time) AS start_ns, epoch_ns(start_time) + duration_ns AS end_ns, span_count "
        f"FROM traces WHERE {condition} LIMIT {_SAID_AT_MOST + 1}",
        parameters,
        traces=True,
    )
    if not rows:
        raise NotFoundError(f"no trace has an id that begins with {prefix}. Hint: `pyflare traces` lists ids.")
    if len(rows) > 1:
        ids = ", ".join(row["trace_id"] for row in rows[:_SAID_AT_MOST])
        more = ", …" if len(rows) > _SAID_AT_MOST else ""
        raise NotFoundError(f"several traces have an id that begins with {prefix}: {ids}{more}. Give more digits.")
    return rows[0]


def _spans(engine: Engine, trace_id: str, start_ns: int, *, until_ns: int | None) -> list[TraceSpan]:
    until = "" if until_ns is None else f" AND start_time <= make_timestamp_ns({until_ns})"

    def build(snapshot: Snapshot, _: object) -> tuple[str, Parameters]:
        parts = parts_source(engine.root, snapshot, "spans", since_ns=start_ns, until_ns=until_ns)
        source = joined("spans", parts, live_source(snapshot, "spans"))
        query = (
            f"SELECT *, epoch_ns(start_time) AS start_unix_ns FROM ({source}) "
            f"WHERE trace_id = ? AND start_time >= make_timestamp_ns({start_ns}){until}"
        )
        return query, [trace_id]

    rows = with_logged_content(engine, engine.run(build, traces=False))
    return [TraceSpan(row) for row in arrow.dicts(rows)]


def find_trace_id(engine: Engine, prefix: str) -> str:
    """The whole id of the trace that an id, or the beginning of one, belongs to.

    Raises:
        NotFoundError: No trace has the id, or several begin like that.
    """
    return str(_find_row(engine, prefix.strip().lower())["trace_id"])


def find_similar(engine: Engine, vector: list[float], name: str, limit: int, where: Mapping[str, Any]) -> Rows:
    """The embeddings nearest to a vector. See `Workspace.similar`."""
    columns = {"model": "model_id"}
    known = [*SimilarFilters.__annotations__]
    for filter in where:
        if filter not in known:
            raise QueryError(
                f'similar has no filter "{filter}"; it has {", ".join(known)}.{did_you_mean(filter, known)}'
            )
    filters = {columns.get(filter, filter): value for filter, value in where.items() if value is not None}
    live = engine.snapshot().live.get("embeddings")
    found = vectors.search(engine.root, vector, name=name, k=limit, filters=filters, live=live)
    return Rows(found, shown=("distance", "text", "trace_id", "span_id", "model_id", "timestamp"))


def find_payload(engine: Engine, content_id: str) -> str:
    """The whole of an input or output that was too large to be kept with its span.

    Raises:
        NotFoundError: The store has no such content.
    """
    rows = _rows(engine, "SELECT content FROM payloads WHERE content_id = ? LIMIT 1", [content_id])
    if not rows:
        raise NotFoundError(
            f"no payload has the id {content_id!r}. Hint: it is in `input_ref` and `output_ref` of spans."
        )
    return str(rows[0]["content"])


def find_payloads(engine: Engine, text: object) -> list[str]:
    """The ids of the payloads that hold a text, whatever its case.

    Raises:
        QueryError: It is no text, or an empty one.
    """
    query = "SELECT DISTINCT content_id FROM payloads WHERE regexp_matches(content, ?)"
    return [row["content_id"] for row in _rows(engine, query, [text_pattern(text)])]


def _rows(engine: Engine, query: str, parameters: Parameters, *, traces: bool = False) -> list[dict[str, Any]]:
    return [*arrow.dicts(engine.run(lambda *_: (query, parameters), traces=traces))]
