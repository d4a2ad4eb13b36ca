"""Finding one trace, or one payload, by its id."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from pyflare.errors import NotFoundError, QueryError
from pyflare.schema.sql import quote
from pyflare.store.engine import Engine
from pyflare.store.filters import EVERYTHING, Condition, text_pattern
from pyflare.store.hints import did_you_mean
from pyflare.store.overlay import TraceOverlay, traces_source
from pyflare.store.session import Parameters
from pyflare.store.snapshot import Snapshot
from pyflare.store.sources import joined, live_source, parts_source
from pyflare.workspace import arrow
from pyflare.workspace.directory import Directories, Located
from pyflare.workspace.filters import SimilarFilters
from pyflare.workspace.rows import Rows
from pyflare.workspace.trace import Trace, TraceSpan

if TYPE_CHECKING:
    import pyarrow as pa

_HEX: Final = re.compile(r"[0-9a-f]{1,32}")
_TRACE_ID_DIGITS: Final = 32
_SAID_AT_MOST: Final = 5
_directories: Final = Directories()
WHOLE: Final = "*, epoch_ns(start_time) AS start_unix_ns"
"""Every stored column of a span, and what `TraceSpan` wants beside them."""


def find_trace(engine: Engine, trace_id: str) -> Trace:
    """The trace that an id, or the beginning of one, belongs to.

    Raises:
        NotFoundError: No trace has the id, or several begin like that.
    """
    from pyflare.workspace.logged import with_logged_content

    located = locate(engine, trace_id)
    rows = with_logged_content(engine, read_spans(engine, located))
    spans = [TraceSpan(row) for row in arrow.dicts(rows)]
    if not spans:
        raise NotFoundError(f"the trace {located.trace_id} was deleted while it was read.")
    return Trace(spans)


def locate(engine: Engine, trace_id: str) -> Located:
    """Look a trace up in `traces`, by its id or the beginning of one.

    Raises:
        NotFoundError: No trace has the id, or several begin like that.
    """
    prefix = trace_id.strip().lower()
    directory = _directories.of(engine)
    if directory is not None and _HEX.fullmatch(prefix):
        return _only(prefix, directory.find(prefix, limit=_SAID_AT_MOST + 1))
    return _find_row(engine, prefix)


def read_spans(
    engine: Engine,
    located: Located,
    *,
    select: str = WHOLE,
    where: Condition = EVERYTHING,
    tail: str = "",
    expected: int | None = None,
) -> pa.Table:
    """Spans of one trace.

    Of `spans` only the parts of the trace's time are read. Should a span lie outside
    of it, as one still running may, fewer come than expected, and they are looked
    for everywhere.

    Args:
        engine: The folder.
        located: The trace.
        select: What to read of the stored columns.
        where: Which of its spans.
        tail: ORDER BY and LIMIT.
        expected: How many there should be; the trace's count of spans where it is None.
    """
    rows = _read_spans(engine, located, select, where, tail, until_ns=located.end_ns)
    if rows.num_rows < (located.span_count if expected is None else expected):
        rows = _read_spans(engine, located, select, where, tail, until_ns=None)
    return rows


def _find_row(engine: Engine, prefix: str) -> Located:
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
    return _only(prefix, [Located(**row) for row in rows])


def _only(prefix: str, found: Sequence[Located]) -> Located:
    """The one trace there is. Raises NotFoundError."""
    if not found:
        raise NotFoundError(f"no trace has an id that begins with {prefix}. Hint: `pyflare traces` lists ids.")
    if len(found) > 1:
        ids = ", ".join(entry.trace_id for entry in found[:_SAID_AT_MOST])
        more = ", …" if len(found) > _SAID_AT_MOST else ""
        raise NotFoundError(f"several traces have an id that begins with {prefix}: {ids}{more}. Give more digits.")
    return found[0]


def _read_spans(
    engine: Engine, located: Located, select: str, where: Condition, tail: str, *, until_ns: int | None
) -> pa.Table:
    start_ns = located.start_ns
    until = "" if until_ns is None else f" AND start_time <= make_timestamp_ns({until_ns})"

    def build(snapshot: Snapshot, _: object) -> tuple[str, Parameters]:
        parts = parts_source(engine.root, snapshot, "spans", since_ns=start_ns, until_ns=until_ns)
        source = joined("spans", parts, live_source(snapshot, "spans"))
        query = (
            f"SELECT {select} FROM ({source}) WHERE trace_id = ? "
            f"AND start_time >= make_timestamp_ns({start_ns}){until} AND {where.sql} {tail}"
        )
        return query, [located.trace_id, *where.parameters]

    return engine.run(build, traces=False)


def find_trace_row(engine: Engine, located: Located, columns: Mapping[str, str]) -> dict[str, Any]:
    """The row of `traces`: SQL by name.

    Raises:
        NotFoundError: It was deleted meanwhile.
    """
    selected = ", ".join(f"{sql} AS {quote(name)}" for name, sql in columns.items())
    start_ns = located.start_ns

    def build(snapshot: Snapshot, overlay: TraceOverlay | None) -> tuple[str, Parameters]:
        sources = traces_source(engine.root, snapshot, overlay, since_ns=start_ns, until_ns=start_ns)
        # While spans come in, the start may move after the trace was located.
        then = "true" if "spans" in snapshot.live else f"start_time = make_timestamp_ns({start_ns})"
        query = f"SELECT {selected} FROM ({joined('traces', *sources)}) WHERE trace_id = ? AND {then} LIMIT 1"
        return query, [located.trace_id]

    rows = engine.rows(build, traces=True)
    if not rows:
        raise NotFoundError(f"the trace {located.trace_id} was deleted while it was read.")
    return rows[0]


def find_trace_id(engine: Engine, prefix: str) -> str:
    """The whole id of the trace that an id, or the beginning of one, belongs to.

    Raises:
        NotFoundError: No trace has the id, or several begin like that.
    """
    return locate(engine, prefix).trace_id


def find_similar(engine: Engine, vector: list[float], name: str, limit: int, where: Mapping[str, Any]) -> Rows:
    """The embeddings nearest to a vector. See `Workspace.similar`."""
    from pyflare.store import vectors

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
