"""Running a monitor: read, compare, say where it is heading, and write it down."""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from pyflare.analytics.drift.judging import effect_of
from pyflare.analytics.drift.trend import Trend, trend_of
from pyflare.analytics.stats.sequential import alpha_of_look
from pyflare.errors import DataError
from pyflare.schema.drift import DRIFT
from pyflare.store.engine import Engine
from pyflare.workspace.drift.choosing import chosen_sources
from pyflare.workspace.drift.comparing import SegmentDrift, compare_frames, detector_of
from pyflare.workspace.drift.frame import Frame
from pyflare.workspace.drift.looks import count_look
from pyflare.workspace.drift.monitor import DriftMonitor
from pyflare.workspace.drift.periods import window_ns
from pyflare.workspace.drift.reading import Period, read_frame
from pyflare.workspace.drift.references import ReferenceStore, StoredReference, kinds_of
from pyflare.workspace.drift.rows import rows_of
from pyflare.workspace.drift.run import MonitorRun
from pyflare.workspace.drift.sources import Kind, Source, expanded
from pyflare.workspace.row_writer import RowWriter

TREND_RUNS: Final = 20
"""Runs, this one included, over which a trend is seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """What a monitor compares at one moment."""

    reference: Frame
    current: Frame
    sources: tuple[Source, ...]
    reference_version: str | None
    reference_period: Period | None
    """None where the reference is a stored one."""
    current_period: Period


def read_samples(engine: Engine, monitor: DriftMonitor, *, now_ns: int, beside: Sequence[Source] = ()) -> Samples:
    """Read both samples of a monitor.

    Args:
        engine: The folder.
        monitor: The monitor.
        now_ns: The end of the current window, in unix nanoseconds.
        beside: What to read beside its columns; a stored reference has nothing of it.

    Raises:
        QueryError: A column or a filter cannot be used.
        NotFoundError: The stored reference is not there.
        DataError: It lacks a column of the monitor.
        CorruptError: It is damaged.
    """
    current = current_period(monitor, now_ns=now_ns)
    if monitor.reference.stored is not None:
        version, before = ReferenceStore(engine.root).load(monitor.name, monitor.reference.stored)
        sources = chosen_sources(engine, monitor, current, now_ns=now_ns, kinds=_kinds(monitor, before))
        period = None
    else:
        version, period = None, reference_period(monitor, now_ns=now_ns)
        sources = [*chosen_sources(engine, monitor, period, now_ns=now_ns), *beside]
        before = read_frame(engine, monitor, sources, period, now_ns=now_ns)
    return Samples(
        reference=before,
        current=read_frame(engine, monitor, sources, current, now_ns=now_ns),
        sources=tuple(sources),
        reference_version=version,
        reference_period=period,
        current_period=current,
    )


def _kinds(monitor: DriftMonitor, reference: Frame) -> dict[str, Kind]:
    """What the columns of a stored reference hold: those that the monitor names, or all."""
    kinds = kinds_of(reference)
    if monitor.drift_type == "concept":
        return kinds
    wanted = expanded(monitor.table, monitor.columns)
    absent = [name for name in wanted if name not in kinds]
    if absent:
        raise DataError(
            f"the stored reference of {monitor.name!r} lacks the columns {absent}. Hint: pyflare drift references set."
        )
    return {name: kinds[name] for name in wanted or kinds}


def current_period(monitor: DriftMonitor, *, now_ns: int) -> Period:
    """The rows of the current window."""
    return Period(start_ns=now_ns - window_ns(monitor.current, name="current"), end_ns=now_ns, equalities={})


def reference_period(monitor: DriftMonitor, *, now_ns: int) -> Period:
    """The rows of a reference that is read anew. Raises DataError: a time cannot be read."""
    current_start_ns = now_ns - window_ns(monitor.current, name="current")
    start_ns, end_ns = monitor.reference.range_ns(current_start_ns=current_start_ns, now_ns=now_ns)
    return Period(start_ns=start_ns, end_ns=end_ns, equalities=monitor.reference.equalities)


def run_monitor(engine: Engine, monitor: DriftMonitor, *, now_ns: int, writer: RowWriter | None = None) -> MonitorRun:
    """Look once.

    Args:
        engine: The folder.
        monitor: The monitor.
        now_ns: The present, in unix nanoseconds: the current window ends there.
        writer: Where the rows of `drift` go. Without it nothing is written and the look is not counted: it may take
            all of the monitor's `alpha`.

    Raises:
        QueryError: A column or a filter cannot be used.
        DataError: The looks that were allowed are made.
        NotFoundError: The stored reference is not there.
        StoreError: The folder cannot be written, or a file of it is damaged.
    """
    samples = read_samples(engine, monitor, now_ns=now_ns)
    look = None if writer is None else count_look(engine.root, monitor.name, reference=_shared(monitor, samples))
    alpha = monitor.alpha if look is None else _alpha_of(monitor, look)
    now = datetime.fromtimestamp(now_ns / 1e9, UTC)
    found = compare_frames(samples.reference, samples.current, monitor, now=now, alpha=alpha)
    run = MonitorRun(
        monitor=monitor,
        run_id=uuid.uuid4().hex,
        timestamp_ns=now_ns,
        look=look,
        alpha=alpha,
        method=type(detector_of(monitor, [*samples.reference.columns])).__name__,
        segments=found,
        reference_version=samples.reference_version,
        reference_start_ns=samples.reference.start_ns,
        reference_end_ns=samples.reference.end_ns,
        current_start_ns=now_ns - window_ns(monitor.current, name="current"),
        current_end_ns=now_ns,
        trends=_trends(engine, monitor, found, now_ns=now_ns),
        _engine=engine,
    )
    if writer is not None:
        for row in rows_of(run):
            writer.write(DRIFT.name, row, unix_ns=now_ns)
    return run


def keep_reference(engine: Engine, monitor: DriftMonitor, *, now_ns: int) -> StoredReference:
    """Keep the rows that a monitor compares with now as the next version of its reference.

    Of a monitor that compares with the latest stored one, they are the rows of its current window.

    Raises:
        QueryError: A column or a filter cannot be used.
        DataError: There are no rows.
        StoreError: The folder cannot be written.
    """
    stored = monitor.reference.stored is not None
    period = current_period(monitor, now_ns=now_ns) if stored else reference_period(monitor, now_ns=now_ns)
    sources = chosen_sources(engine, monitor, period, now_ns=now_ns)
    frame = read_frame(engine, monitor, sources, period, now_ns=now_ns)
    return ReferenceStore(engine.root).add(monitor.name, frame, now_ns=now_ns)


def _shared(monitor: DriftMonitor, samples: Samples) -> str:
    """What all looks at one reference share: the promise is for them together."""
    reference = monitor.reference
    if samples.reference_version is not None:
        return f"version {samples.reference_version}"
    return "moving" if reference.moves else repr(reference)


def _trends(
    engine: Engine, monitor: DriftMonitor, found: tuple[SegmentDrift, ...], *, now_ns: int
) -> dict[tuple[str | None, str | None], Trend]:
    before = _effects(engine, monitor.name, now_ns=now_ns)
    trends: dict[tuple[str | None, str | None], Trend] = {}
    for each in found:
        effects: dict[str | None, float] = {
            None: each.result.score,
            **{column.column: effect_of(column) for column in each.result.columns},
        }
        for column, effect in effects.items():
            series = [*before.get((each.segment, column), ()), effect]
            trends[each.segment, column] = trend_of(series, threshold=monitor.threshold_of(column))
    return trends


def _effects(engine: Engine, monitor: str, *, now_ns: int) -> Mapping[tuple[str | None, str | None], list[float]]:
    """The effects of the latest runs by segment and column, the oldest first."""
    query = (
        f"SELECT segment, column_name, effect_size FROM drift WHERE monitor = ? AND timestamp < make_timestamp_ns({now_ns}) "
        f"QUALIFY row_number() OVER (PARTITION BY segment, column_name ORDER BY timestamp DESC) < {TREND_RUNS} "
        "ORDER BY timestamp"
    )
    effects: dict[tuple[str | None, str | None], list[float]] = {}
    for row in engine.rows(lambda *_: (query, [monitor]), traces=False):
        effect = row["effect_size"]
        effects.setdefault((row["segment"], row["column_name"]), []).append(math.nan if effect is None else effect)
    return effects


def _alpha_of(monitor: DriftMonitor, look: int) -> float:
    """What a look may spend. Raises DataError: the monitor may spend nothing any more."""
    alpha = alpha_of_look(look, alpha=monitor.alpha, n_looks=monitor.n_looks)
    if alpha == 0:
        raise DataError(
            f"{monitor.name}: the looks that were allowed are made, n_looks = {monitor.n_looks}. Leave n_looks out, or "
            "compare with another reference: each new one begins a new count."
        )
    return alpha
