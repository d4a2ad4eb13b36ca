"""The embeddings that a run of a monitor compared, on a plane: where they lie, and which trace each is from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyflare.errors import DataError
from pyflare.store.engine import Engine

if TYPE_CHECKING:
    from pyflare.analytics.drift.projection import Method, Positions
    from pyflare.analytics.stats.vectors.pool import Rows
    from pyflare.workspace.drift import DriftMonitor
    from pyflare.workspace.drift.frame import Frame

MOST_POINTS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedSample:
    """One sample on the plane."""

    points: Rows
    """Shape `(n_shown, 2)`, each coordinate from -1 to 1."""
    trace_ids: tuple[str | None, ...]
    """Of each point; None where it is not known, as in a stored reference."""
    total: int
    """Rows of the sample, those that are not shown included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftMap:
    """Both samples on one plane."""

    method: str
    """`map` keeps neighbours together; `principal` is the two widest axes."""
    reference: MappedSample
    current: MappedSample


def read_map(
    engine: Engine,
    monitor: DriftMonitor,
    column: str,
    *,
    now_ns: int,
    segment: str | None = None,
    method: Method = "auto",
    most_points: int = MOST_POINTS,
) -> DriftMap:
    """Lay the rows that a monitor compares at a moment out on a plane.

    Args:
        engine: The folder.
        monitor: The monitor.
        column: One of its columns, of embeddings.
        now_ns: The end of the current window, in unix nanoseconds.
        segment: The segment, as results name it; None where the monitor has none.
        method: See `project_vectors`.
        most_points: Points at most, of both samples together.

    Raises:
        NotFoundError: There is no such column or segment.
        DataError: The column holds no embeddings.
        InsufficientDataError: There are too few of them.
        MissingExtraError: A map is asked for, and what draws it is not installed.
    """
    from pyflare.analytics.drift.column import Vectors
    from pyflare.analytics.drift.projection import project_vectors
    from pyflare.workspace.drift.comparing import frames_of_segment
    from pyflare.workspace.drift.running import read_samples

    one = monitor.of_column(column)
    read = read_samples(engine, one, now_ns=now_ns)
    before, now = frames_of_segment(one, read.reference, read.current, segment)
    samples = before.columns[column], now.columns[column]
    if not isinstance(samples[0], Vectors) or not isinstance(samples[1], Vectors):
        raise DataError(f"{column}: expected a column of embeddings; it holds none.")
    shown = project_vectors(samples[0], samples[1], method=method, most_points=most_points)
    return DriftMap(
        method=shown.method,
        reference=_mapped(before, shown.reference, shown.reference_rows),
        current=_mapped(now, shown.current, shown.current_rows),
    )


def _mapped(frame: Frame, points: Rows, rows: Positions) -> MappedSample:
    known = frame.trace_ids
    trace_ids = [None] * len(rows) if known is None else known.take(rows).to_pylist()
    return MappedSample(points=points, trace_ids=tuple(trace_ids), total=frame.n_rows)
