"""What a folder holds at a glance: enough for a viewer to begin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pyflare.store.engine import Engine
from pyflare.store.journal.reader import list_writers
from pyflare.workspace.losses import read_losses

_MOST_NAMES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """One folder at a glance."""

    traces: int
    spans: int
    first_ns: int | None
    """Start of the earliest trace, in unix nanoseconds; None where there are none."""
    last_ns: int | None
    """Start of the latest span."""
    services: tuple[str, ...]
    environments: tuple[str, ...]
    losses: dict[str, int]
    """What was not kept as it came, by reason."""


def read_overview(engine: Engine) -> Overview:
    """Look at a folder. Times and counts of what lies in parts come from the catalogue alone."""
    snapshot = engine.snapshot()
    parts = snapshot.catalog.parts_of("spans")
    live = snapshot.live.get("spans")
    row = engine.rows(lambda *_: (_NAMES, None), traces=True)[0]
    times = [time for part in parts for time in (part.min_time_ns, part.max_time_ns)]
    if live is not None and live.num_rows:
        times += live["start_time"].cast("int64").to_pylist()
    return Overview(
        traces=row["traces"],
        spans=sum(part.rows for part in parts) + (0 if live is None else live.num_rows),
        first_ns=min(times, default=None),
        last_ns=max(times, default=None),
        services=_names(row["services"]),
        environments=_names(row["environments"]),
        losses=read_losses(engine),
    )


def count_writers(engine: Engine) -> int:
    """How many processes write now."""
    return sum(writer.alive for writer in list_writers(engine.root))


_NAMES: Final = """\
SELECT count(*) AS traces, list(DISTINCT service_name) AS services, list(DISTINCT environment) AS environments
FROM traces"""


def _names(found: list[str | None] | None) -> tuple[str, ...]:
    return tuple(sorted(name for name in found or () if name))[:_MOST_NAMES]
