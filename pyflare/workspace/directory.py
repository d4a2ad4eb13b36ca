"""Which traces there are and when they were: kept in memory, so that one is found by its id at once."""

from __future__ import annotations

import threading
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from pyflare.store.catalog import Catalog
from pyflare.store.engine import Engine
from pyflare.store.overlay import TraceOverlay
from pyflare.store.session import Parameters
from pyflare.store.snapshot import Snapshot
from pyflare.store.sources import parts_source

if TYPE_CHECKING:
    import pyarrow as pa

_LOOKS: Final = 3
"""How often a folder is asked before a directory is made."""
MOST_TRACES: Final = 2_000_000
"""Folders with more are asked each time: a trace takes 60 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Where the spans of one trace lie."""

    trace_id: str
    start_ns: int
    """Start of the earliest span, in unix nanoseconds."""
    end_ns: int | None
    """The latest end; None where no span has ended."""
    span_count: int


class Directory:
    """The traces of the parts of one catalogue, by id."""

    def __init__(self, rows: pa.Table) -> None:
        """Keep rows of `trace_id`, `start_ns`, `end_ns` and `span_count`, in the order of `trace_id`."""
        self._rows = rows.combine_chunks()
        ids = self._rows["trace_id"]
        self._ids = ids.combine_chunks()

    def find(self, prefix: str, *, limit: int) -> list[Located]:
        """The traces whose id begins so, in order, `limit` at most."""
        first = bisect_left(_Texts(self._ids), prefix)
        found = []
        for at in range(first, min(first + limit, len(self._ids))):
            if not self._ids[at].as_py().startswith(prefix):
                break
            row = {name: self._rows[name][at].as_py() for name in ("trace_id", "start_ns", "end_ns", "span_count")}
            found.append(Located(**row))
        return found


class _Texts:
    """An Arrow array as `bisect` wants it."""

    def __init__(self, array: pa.Array) -> None:
        self._array = array

    def __len__(self) -> int:
        return len(self._array)

    def __getitem__(self, at: int) -> str:
        text: str = self._array[at].as_py()
        return text


class Directories:
    """The directory of each folder that is asked again and again. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: WeakKeyDictionary[Engine, tuple[Catalog, Directory]] = WeakKeyDictionary()
        self._asked: WeakKeyDictionary[Engine, tuple[Catalog, int]] = WeakKeyDictionary()

    def of(self, engine: Engine) -> Directory | None:
        """The directory of a folder as it is now.

        None where it would be too large, where a program writes to the folder, and for the
        first few times: one look into the parts costs less than a directory.
        """
        snapshot = engine.snapshot()
        catalog = snapshot.catalog
        rows = sum(part.rows for part in catalog.parts_of("traces"))
        if "spans" in snapshot.live or not 0 < rows <= MOST_TRACES:
            return None
        with self._lock:
            made = self._made.get(engine)
            if made is not None and made[0] is catalog:
                return made[1]
            before = self._asked.get(engine)
            asked = before[1] + 1 if before is not None and before[0] is catalog else 1
            self._asked[engine] = (catalog, asked)
            if asked <= _LOOKS:
                return None
            directory = Directory(_read(engine))
            self._made[engine] = (catalog, directory)
            return directory


def _read(engine: Engine) -> pa.Table:
    def build(snapshot: Snapshot, _: TraceOverlay | None) -> tuple[str, Parameters]:
        source = parts_source(engine.root, snapshot, "traces")
        return (
            "SELECT trace_id, epoch_ns(start_time) AS start_ns, epoch_ns(start_time) + duration_ns AS end_ns, "
            f"span_count FROM ({source}) ORDER BY trace_id",
            None,
        )

    return engine.run(build, traces=False)
