"""What has changed in a folder since the last look: the spans that began, ended or died, and their traces.

A look at a folder in which nothing happens reads no rows. Where something does, the journals' rows are compared
with those of the look before, in Arrow; of parts only those made since are read.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.schema.tables import SPANS
from pyflare.store.catalog import Part
from pyflare.store.engine import Engine
from pyflare.store.session import Parameters
from pyflare.store.snapshot import Snapshot
from pyflare.store.sources import joined, parts_source

_REMEMBERED_S: Final = 300.0
"""How long a span that was seen is remembered after it left the journals, at least."""
_KEY_COLUMNS: Final = ("trace_id", "span_id", "state")
_NO_KEYS: Final = pa.array([], pa.string())


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Spans that began, ended or died between two looks."""

    spans: dict[str, list[str]]
    """Their ids by trace."""
    since_ns: int
    """When the earliest of them began, in unix nanoseconds."""
    in_parts: bool
    """Whether a compaction has taken some of them already."""


class Follower:
    """Looks at a folder again and again. Not for several threads at once."""

    def __init__(self, engine: Engine) -> None:
        """Begin: what is there by now has been seen."""
        self._engine = engine
        self._last: Snapshot = engine.snapshot()
        self._keys = _live_keys(self._last)
        self._known_parts = self._parts(self._last)
        self._seen = _Seen(self._keys.to_pylist())

    def look(self) -> Changes | None:
        """What has changed since the last look; None where nothing has."""
        snapshot = self._engine.snapshot()
        if snapshot is self._last:
            return None
        fresh = self._fresh_live(snapshot)
        stored = self._fresh_stored(snapshot)
        self._last = snapshot
        self._known_parts = self._parts(snapshot)
        found = pa.concat_tables([fresh, stored]) if stored.num_rows else fresh
        return _changes(found, in_parts=stored.num_rows > 0) if found.num_rows else None

    @staticmethod
    def _parts(snapshot: Snapshot) -> frozenset[Part]:
        return frozenset(snapshot.catalog.parts_of(SPANS.name))

    def _fresh_live(self, snapshot: Snapshot) -> pa.Table:
        before, self._keys = self._keys, _live_keys(snapshot)
        is_fresh = pc.invert(pc.is_in(self._keys, value_set=before))
        if not pc.any(is_fresh).as_py():
            return _NO_ROWS
        self._seen.add(self._keys.filter(is_fresh).to_pylist())
        return snapshot.live[SPANS.name].select(_NO_ROWS.column_names).filter(is_fresh)

    def _fresh_stored(self, snapshot: Snapshot) -> pa.Table:
        """Spans that came and went into a part between two looks. Merged parts hold old spans as well."""
        if self._parts(snapshot) <= self._known_parts:
            return _NO_ROWS
        recent_ns = time.time_ns() - round(_REMEMBERED_S * 1e9)

        def build(snapshot: Snapshot, _: object) -> tuple[str, Parameters]:
            parts = parts_source(self._engine.root, snapshot, SPANS.name, without=self._known_parts)
            columns = ", ".join(_NO_ROWS.column_names)
            query = f"SELECT {columns} FROM ({joined(SPANS.name, parts)}) WHERE start_time >= make_timestamp_ns(?)"
            return f"{query} OR epoch_ns(start_time) + duration_ns >= ?", [recent_ns, recent_ns]

        rows = self._engine.run(build, traces=False).cast(_NO_ROWS.schema)
        fresh = self._seen.new(_keys(rows).to_pylist())
        return rows.filter(pa.array(fresh, pa.bool_()))


_NO_ROWS: Final = pa.table(
    {
        "trace_id": pa.array([], pa.string()),
        "span_id": pa.array([], pa.string()),
        "state": pa.array([], pa.string()),
        "start_time": pa.array([], pa.timestamp("ns")),
    }
)


def _live_keys(snapshot: Snapshot) -> pa.Array:
    return _keys(snapshot.live[SPANS.name]) if SPANS.name in snapshot.live else _NO_KEYS


def _keys(rows: pa.Table) -> pa.Array:
    """One text for each span and state."""
    keys = pc.binary_join_element_wise(*(rows[name].cast(pa.string()) for name in _KEY_COLUMNS), "")
    return keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else keys


def _changes(rows: pa.Table, *, in_parts: bool) -> Changes:
    spans: dict[str, list[str]] = {}
    for trace_id, span_id in zip(rows["trace_id"].to_pylist(), rows["span_id"].to_pylist(), strict=True):
        spans.setdefault(trace_id, []).append(span_id)
    return Changes(spans=spans, since_ns=pc.min(rows["start_time"].cast(pa.int64())).as_py(), in_parts=in_parts)


class _Seen:
    """Remembers keys for a while."""

    def __init__(self, keys: list[str]) -> None:
        self._now = set(keys)
        self._before: set[str] = set()
        self._turned_s = time.monotonic()

    def add(self, keys: Sequence[str]) -> None:
        """Remember keys."""
        self._now.update(keys)
        if time.monotonic() - self._turned_s > _REMEMBERED_S:
            self._now, self._before = set(), self._now
            self._turned_s = time.monotonic()

    def new(self, keys: Sequence[str]) -> list[bool]:
        """For each key whether it is not remembered; from now on it is."""
        fresh = [key not in self._now and key not in self._before for key in keys]
        self.add(keys)
        return fresh
