"""Reading the samples that a monitor compares, each in one pass over the rows."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pyflare.errors import ConfigError
from pyflare.schema.sql import quote
from pyflare.schema.tables import TABLES
from pyflare.store.engine import Engine
from pyflare.store.filters import EVERYTHING, Condition, where
from pyflare.store.language import compile_filter
from pyflare.workspace.drift.frame import Frame, frame_of
from pyflare.workspace.drift.monitor import DriftMonitor, Unit
from pyflare.workspace.drift.sources import Source, sources_of
from pyflare.workspace.lookup import find_payloads

if TYPE_CHECKING:
    import pyarrow as pa

MOST_TEXTS: Final = 10_000
"""Rows of each sample that are looked at where texts are compared."""
ROW_IDS: Final = {
    "spans": "span_id",
    "traces": "trace_id",
    "predictions": "prediction_id",
    "scores": "score_id",
    "embeddings": "embedding_id",
}
"""The column that names a row, by table."""
_UNITS: Final[Mapping[Unit, str]] = {
    "trace": "trace_id",
    "session": "coalesce(session_id, trace_id)",
    "user": "coalesce(user_id, trace_id)",
}
_TRACE: Final = "pyflare trace id"
_SEGMENT: Final = "pyflare segment "


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Which rows a sample has."""

    start_ns: int | None
    """From then on, in unix nanoseconds; from the beginning where it is None."""
    end_ns: int
    """Before then."""
    equalities: Mapping[str, str]
    """Values that they have, by column; that of `dataset` is an attribute."""


def read_frame(
    engine: Engine, monitor: DriftMonitor, sources: Sequence[Source], period: Period, *, now_ns: int
) -> Frame:
    """Read one sample.

    Raises:
        QueryError: A filter or a column cannot be used.
        ConfigError: The table has nothing that counts as the monitor's unit.
    """
    from pyflare.workspace.drift.texts import measured_texts

    table = read_rows(engine, monitor, sources, period, now_ns=now_ns)
    texts = [source.name for source in sources if source.kind == "text"]
    segments = {name: f"{_SEGMENT}{name}" for name in monitor.segment_by}
    frame = frame_of(
        table,
        columns=[source.name for source in sources if source.name not in texts],
        segment_by=[*segments.values()],
        trace_column=_TRACE if _TRACE in table.column_names else None,
        start_ns=period.start_ns,
        end_ns=period.end_ns,
    )
    named = {name: frame.segments[column] for name, column in segments.items()}
    columns = {**frame.columns, **measured_texts({name: table[name] for name in texts})}
    columns = {source.name: columns[source.name] for source in sources}
    return replace(frame, columns=columns, segments=named)


def read_rows(
    engine: Engine, monitor: DriftMonitor, sources: Sequence[Source], period: Period, *, now_ns: int
) -> pa.Table:
    """The rows of a sample as an Arrow table. Raises as `read_frame`."""
    segments = sources_of(monitor.table, monitor.segment_by)
    selected = [source.selected for source in sources]
    selected += [f"{text_sql(source)} AS {quote(_SEGMENT + source.name)}" for source in segments]
    if "trace_id" in TABLES[monitor.table].column_names:
        selected.append(f"trace_id AS {quote(_TRACE)}")
    condition = rows_condition(engine, monitor, period, now_ns=now_ns)
    chosen = _one_of_each_unit(monitor, segments, condition)
    joined = " ".join(source.joined for source in sources)
    query = (
        f"SELECT {', '.join(selected)} FROM {quote(monitor.table)} {joined} WHERE {chosen.sql}{_cut(monitor, sources)}"
    )
    parameters = [value for source in (*sources, *segments) for value in source.parameters]
    parameters += [value for source in sources for value in source.joined_parameters]
    rows = engine.run(lambda *_: (query, [*parameters, *chosen.parameters]), traces="traces" in query)
    return _with_moved(engine, monitor, sources, period, rows) if monitor.table == "embeddings" else rows


def _cut(monitor: DriftMonitor, sources: Sequence[Source]) -> str:
    """Texts are read one by one, which takes its time: of many rows those whose ids have the least hashes."""
    if not any(source.kind == "text" for source in sources):
        return ""
    return f" ORDER BY hash({ROW_IDS[monitor.table]}) LIMIT {MOST_TEXTS}"


def _with_moved(
    engine: Engine, monitor: DriftMonitor, sources: Sequence[Source], period: Period, rows: pa.Table
) -> pa.Table:
    import pyarrow as pa

    from pyflare.store.vectors.lance import has_vectors
    from pyflare.workspace.drift.embedded import moved_embeddings

    if not has_vectors(engine.root):
        return rows
    if monitor.counted_by != "row":
        raise ConfigError("unit: of embeddings in the vector store each counts. Hint: unit = row.")
    names = {source.name: source.name for source in sources}
    names |= {f"{_SEGMENT}{name}": name for name in monitor.segment_by} | {_TRACE: "trace_id"}
    moved = moved_embeddings(
        engine.root,
        start_ns=period.start_ns,
        end_ns=period.end_ns,
        filters={**monitor.filters, **period.equalities},
        names=names,
    )
    return pa.concat_tables([rows, moved.select(rows.column_names).cast(rows.schema)])


def rows_condition(engine: Engine, monitor: DriftMonitor, period: Period, *, now_ns: int) -> Condition:
    """Which rows a sample has. What still runs is left out: it lacks values that it will have. Raises QueryError."""
    time = TABLES[monitor.table].time_column
    condition = Condition(f"{time} < make_timestamp_ns({period.end_ns})")
    if period.start_ns is not None:
        condition &= Condition(f"{time} >= make_timestamp_ns({period.start_ns})")
    if monitor.table in ("spans", "traces"):
        condition &= Condition("state <> 'running'")
    for column, value in period.equalities.items():
        condition &= _equal(monitor, column, value)
    condition &= where(
        monitor.table, monitor.filters, now_ns=now_ns, find_payloads=functools.partial(find_payloads, engine)
    )
    return condition & _language(engine, monitor, period, now_ns=now_ns)


def _language(engine: Engine, monitor: DriftMonitor, period: Period, *, now_ns: int) -> Condition:
    if not monitor.where:
        return EVERYTHING
    of_traces = monitor.table == "traces"
    found = compile_filter(
        monitor.where,
        of="traces" if of_traces else "spans",
        now_ns=now_ns,
        find_payloads=functools.partial(find_payloads, engine),
        spans_since_ns=period.start_ns if of_traces else None,
    )
    return Condition(f"({found.sql})", found.parameters)


def _equal(monitor: DriftMonitor, column: str, value: str) -> Condition:
    names = TABLES[monitor.table].column_names
    if column == "dataset" and "attributes" in names:
        return Condition("attributes['dataset'] = ?", (value,))
    if column not in names:
        raise ConfigError(f"reference: {monitor.table} have no {column.removesuffix('_id')}.")
    return Condition(f"{quote(column)} = ?", (value,))


def _one_of_each_unit(monitor: DriftMonitor, segments: Sequence[Source], condition: Condition) -> Condition:
    """Of each trace, session or user one row in each segment: that whose id has the least hash, so always the same."""
    if monitor.counted_by == "row":
        return condition
    row = ROW_IDS[monitor.table]
    groups = ", ".join([unit_sql(monitor), *(text_sql(source) for source in segments)])
    least = f"SELECT arg_min({row}, hash({row})) FROM {quote(monitor.table)} WHERE {condition.sql} GROUP BY {groups}"
    parameters = [value for source in segments for value in source.parameters]
    return condition & Condition(f"{row} IN ({least})", (*condition.parameters, *parameters))


def unit_sql(monitor: DriftMonitor) -> str:
    """What tells observations apart. Raises ConfigError: the table does not say it."""
    if monitor.counted_by == "row":
        return ROW_IDS[monitor.table]
    names = TABLES[monitor.table].column_names
    if "trace_id" not in names or (monitor.counted_by != "trace" and f"{monitor.counted_by}_id" not in names):
        raise ConfigError(f"unit: {monitor.table} do not say their {monitor.counted_by}. Hint: unit = row.")
    return _UNITS[monitor.counted_by]


def text_sql(source: Source) -> str:
    """The values of a column as text."""
    return f"({source.sql})::VARCHAR"
