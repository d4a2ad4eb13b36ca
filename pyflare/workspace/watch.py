"""Spans as they begin and end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from pyflare.schema.sql import view_sql
from pyflare.schema.tables import SPANS
from pyflare.store.catalog import Part
from pyflare.store.engine import Engine
from pyflare.store.filters import where
from pyflare.store.session import Parameters
from pyflare.store.snapshot import Snapshot
from pyflare.store.sources import joined, live_source, parts_source
from pyflare.workspace import arrow
from pyflare.workspace.trace import TraceSpan

if TYPE_CHECKING:
    import pyarrow as pa

_REMEMBERED_S: Final = 300.0
"""How long a span that was seen is remembered after it left the journals, at least."""


class Watch:
    """Finds the spans that are new since it was last asked.

    It looks at the journals, and at parts made since the watch began: a short
    program may have been compacted before anybody looked.
    """

    def __init__(self, engine: Engine, filters: Mapping[str, Any]) -> None:
        self._engine = engine
        self._began_ns = time.time_ns()
        self._condition = where(SPANS.name, filters, now_ns=self._began_ns)
        self._last: Snapshot | None = None
        self._known_parts: set[Part] = set(engine.snapshot().catalog.parts_of(SPANS.name))
        self._seen = _Seen()
        self._seen.keep([key for key in self._keys() if key[1] != "running"])

    def fresh(self) -> list[TraceSpan]:
        """Spans that have begun, ended or died since the last call, in the order they began."""
        snapshot = self._engine.snapshot()
        if snapshot is self._last:
            return []
        fresh = self._seen.keep(self._keys())
        spans = self._spans([span_id for span_id, _ in fresh]) if fresh else []
        self._seen.keep([(span.span_id, span.state) for span in spans])  # it may have ended since
        self._known_parts.update(snapshot.catalog.parts_of(SPANS.name))
        self._last = snapshot
        return spans

    def _keys(self) -> list[tuple[str, str]]:
        rows = self._run("span_id, state", "true", [])
        return [*zip(rows["span_id"].to_pylist(), rows["state"].to_pylist(), strict=True)]

    def _spans(self, span_ids: list[str]) -> list[TraceSpan]:
        columns = "*, epoch_ns(start_time) AS start_unix_ns"
        rows = self._run(columns, "list_contains(?, span_id)", [span_ids])
        return sorted(map(TraceSpan, arrow.dicts(rows)), key=lambda span: span.start_unix_ns)

    def _run(self, columns: str, condition: str, parameters: list[Any]) -> pa.Table:
        def build(snapshot: Snapshot, _: object) -> tuple[str, Parameters]:
            source = joined(SPANS.name, live_source(snapshot, SPANS.name), self._fresh_parts(snapshot))
            query = (
                f"SELECT {columns} FROM ({view_sql(SPANS, source)}) WHERE ({self._condition.sql}) AND {condition} "
                f"AND (end_time IS NULL OR end_time >= make_timestamp_ns({self._began_ns}))"
            )
            return query, [*self._condition.parameters, *parameters]

        return self._engine.run(build, traces=False)

    def _fresh_parts(self, snapshot: Snapshot) -> str:
        """What came and went between two looks. A merged part holds old spans as well, which may be forgotten here."""
        source = parts_source(self._engine.root, snapshot, SPANS.name, without=self._known_parts)
        recent_ns = time.time_ns() - round(_REMEMBERED_S * 1e9)
        return source and f"SELECT * FROM ({source}) WHERE epoch_ns(start_time) + duration_ns >= {recent_ns}"


class _Seen:
    """Remembers spans and their states, and forgets those not met for a while."""

    def __init__(self) -> None:
        self._now: set[tuple[str, str]] = set()
        self._before: set[tuple[str, str]] = set()
        self._turned_s = time.monotonic()

    def keep(self, keys: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Remember keys. Returns those that are new."""
        fresh = [key for key in keys if key not in self._now and key not in self._before]
        self._now.update(keys)
        if time.monotonic() - self._turned_s > _REMEMBERED_S:
            self._now, self._before = set(), self._now
            self._turned_s = time.monotonic()
        return fresh


def watch(engine: Engine, filters: Mapping[str, Any], *, interval_s: float) -> Iterator[TraceSpan]:
    """Spans as they begin and end, for ever."""
    watched = Watch(engine, filters)
    while True:
        yield from watched.fresh()
        time.sleep(interval_s)
