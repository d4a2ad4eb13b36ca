"""The journals of a folder, and what they hold that no part holds yet, as Arrow tables."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pyarrow as pa

from pyflare.schema.arrow import arrow_schema
from pyflare.schema.tables import EVALUATIONS, INTEGRITY, SPANS
from pyflare.store import decode
from pyflare.store.catalog import Catalog
from pyflare.store.journal.reader import list_writers
from pyflare.store.known import KnownRows
from pyflare.store.live_journal import LiveJournal
from pyflare.store.normalise import mark_repeated
from pyflare.store.once import each_evaluation_once, each_once
from pyflare.store.priced import FolderPrices
from pyflare.store.snapshot import Tables

_INTEGRITY: Final = arrow_schema(INTEGRITY)


class LiveJournals:
    """The journals of one folder. Not for several threads at once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._journals: dict[str, LiveJournal] = {}
        self._prices = FolderPrices(root)
        self._known_spans = KnownRows(root, SPANS, ("trace_id", "span_id"))
        self._known_evaluations = KnownRows(root, EVALUATIONS, ("evaluation_id",))
        self._gone = False
        """Whether a journal has been deleted since the rows were last taken."""

    def list_anew(self) -> None:
        """Meet new journals and forget deleted ones."""
        found = {journal.info.writer_id: journal for journal in list_writers(self._root) if journal.info.keep}
        self._gone |= not self._journals.keys() <= found.keys()
        self._journals = {
            name: self._journals.get(name) or LiveJournal(journal, self._prices) for name, journal in found.items()
        }

    def refresh(self, catalog: Catalog) -> None:
        """Read what is new. Raises FileNotFoundError where a segment was deleted meanwhile."""
        for journal in self._journals.values():
            journal.refresh(catalog)

    @property
    def changed(self) -> bool:
        """Whether any row came, went or changed its state since `take`."""
        return self._gone or any(journal.changed for journal in self._journals.values())

    def take(self, catalog: Catalog) -> Tables:
        """The rows by table; tables without any are left out."""
        tables = self._tables(catalog)
        self._gone = False
        for journal in self._journals.values():
            journal.changed = False
        return tables

    def _tables(self, catalog: Catalog) -> dict[str, pa.Table]:
        journals = self._journals.values()
        chunks = (chunk for journal in journals for chunk in journal.chunks())
        unfinished = decode.tables([batch for journal in journals if (batch := journal.unfinished()).unfinished])
        pieces: dict[str, list[pa.Table]] = {}
        for tables in (*chunks, unfinished, _integrity(journals)):
            for name, table in tables.items():
                pieces.setdefault(name, []).append(table)
        rows = {name: pa.concat_tables(tables) for name, tables in pieces.items()}
        if any(journal.holds_requests for journal in journals):
            if "spans" in rows:
                rows["spans"] = self._known_spans.left_out(each_once(rows["spans"]), catalog)
            if "evaluations" in rows:
                judged = each_evaluation_once(rows["evaluations"])
                rows["evaluations"] = self._known_evaluations.left_out(judged, catalog)
        if "spans" in rows:
            rows["spans"] = mark_repeated(rows["spans"])
        return rows


def _integrity(journals: Iterable[LiveJournal]) -> Tables:
    """The counts of losses as rows of `integrity`."""
    now_ns = time.time_ns()
    rows = [
        (now_ns, live.journal.info.writer_id, live.journal.info.service_name, reason, count)
        for live in journals
        for reason, count in live.losses.items()
    ]
    if not rows:
        return {}
    columns = [pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), _INTEGRITY, strict=True)]
    return {"integrity": pa.Table.from_arrays(columns, schema=_INTEGRITY)}
