"""Traces that are live: one row each, though some of their spans may be in parts already.

`traces` is stored when spans are compacted, so the traces of live spans are
summarised (see `live_traces`). Where a part has a row of the same trace, the two
are merged and the part's row is hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyflare.store.snapshot import Snapshot
from pyflare.store.sources import parts_source

if TYPE_CHECKING:
    import pyarrow as pa

CLOCK_SKEW_NS: Final = 3_600_000_000_000
"""How far the clocks of hosts that work on one trace may lie apart: an hour."""

LIVE_TRACES: Final = "_live_traces"
HIDDEN_TRACES: Final = "_hidden_traces"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TraceOverlay:
    """What the journals change in `traces`."""

    rows: pa.Table
    """The traces of live spans, with the stored columns of `traces`."""
    hidden: pa.Table
    """`trace_id` of those that parts have a row of, too."""


def traces_source(
    root: Path,
    snapshot: Snapshot,
    overlay: TraceOverlay | None,
    *,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> tuple[str, str]:
    """The rows of `traces` that parts hold and nobody changes, and those that the journals make; empty where none.

    Args:
        root: The folder.
        snapshot: The moment.
        overlay: What the journals change, or None to leave that out.
        since_ns: Leave out parts whose rows are all older, in unix nanoseconds.
        until_ns: Leave out parts whose rows are all younger.
    """
    stored = parts_source(root, snapshot, "traces", since_ns=since_ns, until_ns=until_ns)
    if overlay is None:
        return stored, ""
    if stored and overlay.hidden.num_rows:
        stored = f"SELECT * FROM ({stored}) WHERE trace_id NOT IN (SELECT trace_id FROM {HIDDEN_TRACES})"
    return stored, f"SELECT * FROM {LIVE_TRACES}"
