"""What the fields of the filter language hold in a folder: values and keys, the most frequent first."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pyflare.schema.sql import view_sql
from pyflare.schema.tables import SPANS
from pyflare.store.catalog import Catalog
from pyflare.store.engine import Engine
from pyflare.store.language import Field, Of
from pyflare.store.language.fields import ATTRIBUTE_SQL, RESOURCE_SQL, Place, Type, resource_pointer
from pyflare.store.live import Snapshot
from pyflare.store.overlay import TraceOverlay
from pyflare.store.session import Parameters
from pyflare.store.sources import joined, live_source, parts_source

MOST_WORDS: Final = 1000
"""Values or keys remembered for one field."""
_LOOKED_AT: Final = 50_000
"""Attributes are looked for in the newest parts, up to about so many spans: there are few keys, and many spans."""
_FRESH_S: Final = 10.0
"""How long what was found in journals counts as news; parts do not change."""
_UNIQUE: Final = frozenset({"trace_id", "span_id", "parent"})
"""Fields whose values are not worth listing."""

Words = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    words: Words
    catalog: Catalog
    snapshot: Snapshot
    at_s: float

    def holds_for(self, snapshot: Snapshot) -> bool:
        """Whether it still says about what the folder holds."""
        if snapshot is self.snapshot:
            return True
        return snapshot.catalog is self.catalog and time.monotonic() - self.at_s < _FRESH_S


class Vocabulary:
    """Remembers the values of fields for one folder. Safe for threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._found: dict[tuple[str, ...], _Found] = {}
        self._lock = threading.Lock()

    def values(self, of: Of, field: Field, key: str | None = None) -> Words:
        """The values of a field and how many rows have each; nothing for fields of numbers, of content, and of ids.

        Args:
            of: Rows of traces or of spans.
            field: The field.
            key: Its key, where it has one.
        """
        if field.place is Place.SCORES:
            return self._words(("label", str(key)), "scores", "SELECT label AS word FROM scores WHERE name = ?", [key])
        if field.place is Place.ATTRIBUTES:
            return self._words((field.name, str(key)), "spans", f"SELECT {ATTRIBUTE_SQL} AS word FROM newest", [key])
        if field.place is Place.RESOURCE:
            pointer = resource_pointer(str(key))
            return self._words((field.name, pointer), "spans", f"SELECT {RESOURCE_SQL} AS word FROM newest", [pointer])
        if field.name in _UNIQUE or field.type not in (Type.TEXT, Type.LIST):
            return ()
        table = "spans" if field.place is Place.SPANS else of
        word = f"unnest({field.sql})" if field.type is Type.LIST else field.sql
        return self._words((table, field.name), table, f"SELECT {word} AS word FROM {table}")

    def keys(self, field: Field) -> Words:
        """The keys of a field, and how often each occurs: of attributes among the newest spans."""
        if field.place is Place.SCORES:
            return self._words(("scores",), "scores", "SELECT name AS word FROM scores")
        keys = "map_keys(attributes)" if field.place is Place.ATTRIBUTES else "json_keys(resource)"
        return self._words((field.name,), "spans", f"SELECT unnest({keys}) AS word FROM newest")

    def _words(self, key: tuple[str, ...], table: str, query: str, parameters: Parameters = None) -> Words:
        snapshot = self._engine.snapshot()
        with self._lock:
            found = self._found.get(key)
        if found is None or not found.holds_for(snapshot):
            words = self._count(table, query, parameters)
            found = _Found(words=words, catalog=snapshot.catalog, snapshot=snapshot, at_s=time.monotonic())
            with self._lock:
                self._found[key] = found
        return found.words

    def _count(self, table: str, words: str, parameters: Parameters) -> Words:
        def build(snapshot: Snapshot, _: TraceOverlay | None) -> tuple[str, Parameters]:
            newest = f"newest AS ({self._newest(snapshot)}), " if "FROM newest" in words else ""
            query = (
                f"WITH {newest}words AS ({words}) SELECT word, count(*) AS count FROM words "
                f"WHERE word IS NOT NULL GROUP BY word ORDER BY count DESC, word LIMIT {MOST_WORDS}"
            )
            return query, parameters

        rows = self._engine.run(build, traces=table == "traces")
        return tuple(zip(rows["word"].to_pylist(), rows["count"].to_pylist(), strict=True))

    def _newest(self, snapshot: Snapshot) -> str:
        """The journals, and the newest parts up to a number of rows, of the first too large one its last rows."""
        wanted, since_ns = _LOOKED_AT, None
        for part in sorted(snapshot.catalog.parts_of("spans"), key=lambda part: part.min_time_ns, reverse=True):
            share = min(1.0, wanted / part.rows) if part.rows else 1.0
            since_ns = round(part.max_time_ns - share * (part.max_time_ns - part.min_time_ns))
            wanted -= part.rows
            if wanted <= 0:
                break
        source = joined(
            "spans",
            parts_source(self._engine.root, snapshot, "spans", since_ns=since_ns),
            live_source(snapshot, "spans"),
        )
        recent = "" if since_ns is None else f" WHERE start_time >= make_timestamp_ns({since_ns})"
        return f"{view_sql(SPANS, source)}{recent}"
