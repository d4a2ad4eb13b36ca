"""Windows for a first look, where the usual ones hold too little: what there is, its newest part against the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pyflare.store.engine import Engine
from pyflare.store.vectors.lance import has_vectors
from pyflare.workspace.drift.monitor import DriftMonitor
from pyflare.workspace.drift.periods import Reference, window_ns
from pyflare.workspace.drift.reading import Period
from pyflare.workspace.drift.running import current_period, reference_period
from pyflare.workspace.drift.units import Units, units_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A monitor with windows that hold what it needs, or what there is where nothing does."""

    monitor: DriftMonitor
    now_ns: int
    """The end of its current window, in unix nanoseconds."""
    too_few: Units | None = None
    """All observations, where these are too few for any windows."""


def fitted(engine: Engine, monitor: DriftMonitor, *, now_ns: int) -> Fit:
    """The windows of a first look.

    They stay as they are where each holds values enough of one of the monitor's columns. Where one does not, the time
    with rows, at most as long as both windows unless that holds too little, is divided at a moment: see
    `Units.divided_at`. Nor do they change for embeddings that have moved into the vector store.

    Raises:
        QueryError: A filter or a column of the monitor cannot be used.
        ConfigError: The table has nothing that counts as the monitor's unit.
    """
    if monitor.table == "embeddings" and has_vectors(engine.root):
        return Fit(monitor=monitor, now_ns=now_ns)
    windows = reference_period(monitor, now_ns=now_ns), current_period(monitor, now_ns=now_ns)
    if all(units_of(engine, monitor, window, now_ns=now_ns).most >= monitor.min_rows for window in windows):
        return Fit(monitor=monitor, now_ns=now_ns)
    units = units_of(engine, monitor, Period(start_ns=None, end_ns=now_ns, equalities={}), now_ns=now_ns)
    if not units.last.size:
        return Fit(monitor=monitor, now_ns=now_ns, too_few=units)
    for among in (units.newest(now_ns - (windows[0].start_ns or 0)), units):
        if (start_ns := among.divided_at()) is not None:
            reference = Reference(window=_window(start_ns - among.start_ns))
            divided = replace(monitor, current=_window(among.end_ns - start_ns), reference=reference)
            return Fit(monitor=divided, now_ns=among.end_ns)
    return Fit(monitor=monitor, now_ns=now_ns, too_few=units if units.most < 2 * monitor.min_rows else None)


def _window(length_ns: int) -> str:
    """A window as settings have it, of that length; longer by a microsecond where seconds cannot say it to the nanosecond."""
    text = _seconds(length_ns)
    return text if window_ns(text, name="window") >= length_ns else _seconds(length_ns + 1_000)


def _seconds(length_ns: int) -> str:
    return f"{f'{length_ns // 10**9}.{length_ns % 10**9:09}'.rstrip('0').rstrip('.')}s"
