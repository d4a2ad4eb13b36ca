"""Rows from outside into parts: those that the folder has already are left out.

Rows are gathered and put in force commit by commit, each whole: an import that
is killed has brought some of its rows, and the next one brings the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pyflare.interchange.presence import Presence, each_key_once
from pyflare.schema.tables import PAYLOADS, SPANS, TABLES, TRACES
from pyflare.store.change import Change
from pyflare.store.compaction.summing_up import sum_up_older
from pyflare.store.compaction.traces import add_spans, add_traces, parts_with, remove_traces
from pyflare.store.lock import exclusive_or_error
from pyflare.store.once import each_once
from pyflare.store.parts import conform, write_part
from pyflare.store.scratch import fetch, parts_source, scratch
from pyflare.store.summary import LISTS

BATCH_BYTES: Final = 64 << 20
"""Rows gathered for one commit; bounds the memory needed."""
_WAIT_S: Final = 120.0
"""How long to wait for a compaction that is under way."""
_REPLACED: Final = ", ".join(
    [
        "coalesce(given.cost_micros, stored.cost_micros) AS cost_micros",
        "CASE WHEN given.cost_micros IS NULL THEN stored.unpriced_calls "
        "ELSE coalesce(given.unpriced_calls, stored.unpriced_calls) END AS unpriced_calls",
        *(f"coalesce(given.{name}, stored.{name}) AS {name}" for name in ("cache_read_tokens", *LISTS)),
    ]
)
"""What a row that comes does not tell is what the spans that came say: they may have been priced, its schema be older."""
_TOLD = Callable[[int], None]


class Landing:
    """Takes rows of any table, in any order, and brings them into the folder."""

    def __init__(self, root: Path, *, on_commit: _TOLD | None = None, batch_bytes: int = BATCH_BYTES) -> None:
        """`on_commit` is told how many rows have been handled by now."""
        self.added: Counter[str] = Counter()
        """Rows that are new in the folder, by table."""
        self.known: Counter[str] = Counter()
        """Rows that were there before, or came twice."""
        self.running = 0
        """Spans left out because they had not ended: they come with a later export."""
        self._root = root
        self._on_commit = on_commit
        self._batch_bytes = batch_bytes
        self._waiting: dict[tuple[str, str | None], list[pa.Table]] = {}
        self._waiting_bytes = 0
        self._presence = Presence(root)
        self._cut: set[str] = set()
        """Traces of which a span was still running."""

    def add(self, table: str, rows: pa.Table, *, key: str | None = None) -> None:
        """Take rows of a table, with any of its columns.

        Args:
            table: The table's name. Rows of `traces` come after the spans they sum up.
            rows: The rows.
            key: The column that tells whether a row is there already, where the whole row does not.

        Raises:
            OSError: The folder cannot be written.
            StoreError: Another process has been changing the folder for minutes.
        """
        if not rows.num_rows:
            return
        rows = conform(rows, TABLES[table])
        self._waiting.setdefault((table, key), []).append(rows)
        self._waiting_bytes += rows.nbytes
        if self._waiting_bytes >= self._batch_bytes:
            self.flush()

    def flush(self) -> None:
        """Put in force what was taken. Raises as `add`."""
        if not self._waiting:
            return
        waiting, self._waiting, self._waiting_bytes = self._waiting, {}, 0
        summaries = waiting.pop((TRACES.name, None), None)
        with exclusive_or_error(self._root, wait_s=_WAIT_S), scratch() as connection:
            sum_up_older(self._root)
            change = Change(self._root)
            for (table, key), pieces in waiting.items():
                rows = pa.concat_tables(pieces)
                before = rows.num_rows
                added = self._land(connection, change, table, rows, key)
                self.added[table] += added
                self.known[table] += before - added
            self._presence.note(change)
            change.commit()
            if summaries is not None:
                self._correct_traces(connection, pa.concat_tables(summaries))
        pa.default_memory_pool().release_unused()
        if self._on_commit is not None:
            self._on_commit(self.added.total() + self.known.total() + self.running)

    def _land(
        self, connection: duckdb.DuckDBPyConnection, change: Change, table: str, rows: pa.Table, key: str | None
    ) -> int:
        if table == SPANS.name:
            return add_spans(connection, change, each_once(_in_order(self._ended(rows), table)))
        if table == PAYLOADS.name:
            key = "content_id"
        if key is not None:
            rows = each_key_once(rows, key)
        rows = _in_order(self._presence.new_rows(connection, change, table, rows, key), table)
        change.add(write_part(self._root, TABLES[table], rows, commit=change.version))
        return int(rows.num_rows)

    def _ended(self, spans: pa.Table) -> pa.Table:
        running = pc.fill_null(pc.equal(spans["state"], "running"), False)
        if not pc.any(running).as_py():
            return spans
        left_out = spans.filter(running)
        self.running += left_out.num_rows
        self.known[SPANS.name] -= left_out.num_rows
        self._cut.update(left_out["trace_id"].to_pylist())
        return spans.filter(pc.invert(running))

    def _correct_traces(self, connection: duckdb.DuckDBPyConnection, given: pa.Table) -> None:
        """Take over rows of `traces` that know more than the spans say, as where old spans have expired."""
        change = Change(self._root)
        cut = pa.array([*self._cut], pa.string())
        given = given.filter(pc.invert(pc.is_in(given["trace_id"], value_set=cut)))
        ids = given.select(["trace_id"])
        parts = parts_with(connection, change, TRACES.name, ids)
        if not parts:
            return
        query = f"""
            WITH stored AS ({parts_source(self._root, TRACES.name, tuple(parts))}),
            known AS (
                SELECT given.* REPLACE ({_REPLACED})
                FROM given JOIN stored USING (trace_id) WHERE given.span_count >= stored.span_count)
            SELECT known.* FROM known JOIN stored USING (trace_id) WHERE known IS DISTINCT FROM stored"""
        rows = conform(fetch(connection, query, given=given), TRACES)
        if rows.num_rows:
            ids = rows.select(["trace_id"])
            remove_traces(connection, change, parts_with(connection, change, TRACES.name, ids), ids)
            add_traces(change, rows)
            change.commit()


def _in_order(rows: pa.Table, table: str) -> pa.Table:
    """The rows sorted by time; the same object where they are."""
    times = rows[TABLES[table].time_column].cast(pa.int64())
    if rows.num_rows < 2 or pc.all(pc.less_equal(times[:-1], times[1:])).as_py():
        return rows
    return rows.sort_by(TABLES[table].time_column)
