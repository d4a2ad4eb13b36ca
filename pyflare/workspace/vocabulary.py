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
from pyflare.store.overlay import TraceOverlay
from pyflare.store.session import Parameters
from pyflare.store.snapshot import Snapshot
from pyflare.store.sources import joined, live_source, parts_source

MOST_WORDS: Final = 1000
"""Values or keys remembered for one field."""
_LOOKED_AT: Final = 50_000
"""Attributes are looked for in the newest parts, up to about so many spans: there are few keys, and many spans."""
_FRESH_S: Final = 10.0
"""How long what was found in journals counts as news; parts do not change."""
_MOST_REMEMBERED: Final = 500
"""Lists of words remembered, the oldest forgotten first."""
_UNIQUE: Final = frozenset({"trace_id", "span_id", "parent"})
"""Fields whose values are not worth listing."""

Words = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    words: Words
    catalog: Catalog
    live_rows: int
    at_s: float

    def holds_for(self, snapshot: Snapshot) -> bool:
        """Whether it still says about what the folder holds."""
        if snapshot.catalog is not self.catalog:
            return False
        return _live_rows(snapshot) == self.live_rows or time.monotonic() - self.at_s < _FRESH_S


class Vocabulary:
    """Remembers the values of fields for one folder. Safe for threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._found: dict[tuple[str, ...], _Found] = {}
        self._lock = threading.Lock()

    def values(self, of: Of, field: Field, key: str | None = None, *, holding: str = "") -> Words:
        """The values of a field and how many rows have each; nothing for fields of numbers, of content, and of ids.

        Args:
            of: Rows of traces or of spans.
            field: The field.
            key: Its key, where it has one.
            holding: A text in the values that are wanted, in lower case. Others may be among them all the same.
        """
        found = self._values(of, field, key, "")
        if holding and len(found) == MOST_WORDS:  # there are more: those wanted may be among the rare ones
            return self._values(of, field, key, holding)
        return found

    def _values(self, of: Of, field: Field, key: str | None, holding: str) -> Words:
        match field.place:
            case Place.SCORES:
                table, word, parameters = "scores", "label", [key]
                source = "scores WHERE name = ?"
            case Place.ATTRIBUTES:
                table, word, parameters, source = "spans", ATTRIBUTE_SQL, [key], "newest"
            case Place.RESOURCE:
                table, word, parameters, source = "spans", RESOURCE_SQL, [resource_pointer(str(key))], "newest"
            case _ if field.name in _UNIQUE or field.type not in (Type.TEXT, Type.LIST):
                return ()
            case _:
                table = source = "spans" if field.place is Place.SPANS else of
                word, parameters = f"unnest({field.sql})" if field.type is Type.LIST else field.sql, []
        return self._words(
            (table, field.name, str(key), holding), table, f"SELECT {word} AS word FROM {source}", parameters, holding
        )

    def keys(self, field: Field) -> Words:
        """The keys of a field, and how often each occurs: of attributes among the newest spans."""
        if field.place is Place.SCORES:
            return self._words(("scores",), "scores", "SELECT name AS word FROM scores")
        keys = "map_keys(attributes)" if field.place is Place.ATTRIBUTES else "json_keys(resource)"
        return self._words((field.name,), "spans", f"SELECT unnest({keys}) AS word FROM newest")

    def _words(
        self, key: tuple[str, ...], table: str, query: str, parameters: Sequence[str | None] = (), holding: str = ""
    ) -> Words:
        snapshot = self._engine.snapshot()
        with self._lock:
            found = self._found.get(key)
        if found is None or not found.holds_for(snapshot):
            words = self._count(table, query, parameters, holding)
            found = _Found(words=words, catalog=snapshot.catalog, live_rows=_live_rows(snapshot), at_s=time.monotonic())
            with self._lock:
                self._found[key] = found
                while len(self._found) > _MOST_REMEMBERED:
                    del self._found[next(iter(self._found))]
        return found.words

    def _count(self, table: str, words: str, parameters: Sequence[str | None], holding: str) -> Words:
        wanted = " AND contains(lower(word), ?)" if holding else ""

        def build(snapshot: Snapshot, _: TraceOverlay | None) -> tuple[str, Parameters]:
            newest = f"newest AS ({self._newest(snapshot)}), " if "FROM newest" in words else ""
            query = (
                f"WITH {newest}words AS ({words}) SELECT word, count(*) AS count FROM words "
                f"WHERE word IS NOT NULL{wanted} GROUP BY word ORDER BY count DESC, word LIMIT {MOST_WORDS}"
            )
            return query, [*parameters, *([holding] if holding else [])]

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


def _live_rows(snapshot: Snapshot) -> int:
    return sum(table.num_rows for table in snapshot.live.values())
