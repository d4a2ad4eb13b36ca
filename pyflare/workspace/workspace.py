"""What a notebook, the command line and a server read a folder with."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, Unpack

from pyflare.store.child import compact_if_worth
from pyflare.store.engine import Engine
from pyflare.store.migrate import check_version
from pyflare.store.pinned import Build
from pyflare.store.session import Parameters
from pyflare.workspace import lookup
from pyflare.workspace.filters import PredictionFilters, ScoreFilters, SimilarFilters, SpanFilters, TraceFilters
from pyflare.workspace.frozen import FrozenWorkspace
from pyflare.workspace.rows import Rows
from pyflare.workspace.selection import SHOWN, selection
from pyflare.workspace.trace import Trace, TraceSpan
from pyflare.workspace.vocabulary import Vocabulary
from pyflare.workspace.watch import watch

if TYPE_CHECKING:  # what few calls need is loaded by them
    import pyarrow as pa

    from pyflare.store.compaction import CompactionResult
    from pyflare.store.deletion import DeletionResult
    from pyflare.store.retention import RetentionResult
    from pyflare.workspace.costs import WorkspaceCosts
    from pyflare.workspace.doctor import DoctorReport
    from pyflare.workspace.drift.monitors import WorkspaceDrift
    from pyflare.workspace.stats import StoreStats

DEFAULT_PATH: Final = "./.pyflare"


class Workspace:
    """A folder of traces, open for reading. Safe for threads; a context manager that closes it.

    Every call sees what has been written until then, by whichever process.
    """

    def __init__(self, path: str | os.PathLike[str] = DEFAULT_PATH, *, compact: bool = True) -> None:
        """Open a folder.

        Args:
            path: The folder that `pyflare.init(path=…)` writes to.
            compact: Whether to start a compaction beside this process where journals have grown large.

        Raises:
            StoreNotFoundError: There is no PyFlare folder at the path.
            SchemaVersionError: The folder was written by a newer PyFlare.
        """
        self.path: Final = Path(path)
        check_version(self.path)
        self._engine = Engine(self.path)
        self.vocabulary: Final = Vocabulary(self._engine)
        if compact:
            compact_if_worth(self.path)

    @property
    def engine(self) -> Engine:
        """What runs SQL over the folder: for the read models of this package and of the server."""
        return self._engine

    def sql(self, query: str, params: Parameters = None) -> pa.Table:
        """Run one SQL query over the tables of the folder.

        Args:
            query: A SELECT, EXPLAIN, DESCRIBE, SHOW or SUMMARIZE statement of DuckDB. Times are UTC without a zone.
            params: Values for `?` as a sequence, or for `$name` as a mapping.

        Raises:
            QueryError: It does more than read, or cannot be answered; the message says what to change.
        """
        return self._engine.query(query, params)

    def query(self, query: str, params: Parameters = None) -> Rows:
        """As `sql`, but rows that print, iterate as dicts with times that Python knows, and become data frames.

        Args:
            query: A statement that reads; see `sql`.
            params: Values for `?` as a sequence, or for `$name` as a mapping.

        Raises:
            QueryError: It does more than read, or cannot be answered; the message says what to change.
        """
        return Rows(self.sql(query, params))

    def traces(
        self, *, limit: int | None = 100, order_by: str = "-start_time", **filters: Unpack[TraceFilters]
    ) -> Rows:
        """Traces, one row each, the newest first.

        Args:
            limit: Rows at most; None for all.
            order_by: A column; with "-" before it in descending order.
            **filters: `since="2h"`, `model="gpt-4o"`, `where="latency > 2s and not tag = beta"`, …: see `TraceFilters`.

        Raises:
            QueryError: There is no such filter or column, or it cannot take the value.
            DataError: A time is not one.
        """
        return self._select("traces", filters, limit=limit, order_by=order_by)

    def spans(
        self,
        *,
        limit: int | None = 100,
        order_by: str = "-start_time",
        columns: Sequence[str] | None = None,
        **filters: Unpack[SpanFilters],
    ) -> Rows:
        """Spans, the newest first.

        Args:
            limit: Rows at most; None for all.
            order_by: A column; with "-" before it in descending order.
            columns: The columns to read; all of them where it is None.
            **filters: `kind="llm"`, `attributes={"customer.tier": "gold"}`, …: see `SpanFilters`.

        Raises:
            QueryError: There is no such filter or column, or it cannot take the value.
            DataError: A time is not one.
        """
        return self._select("spans", filters, limit=limit, order_by=order_by, columns=columns)

    def predictions(
        self, *, limit: int | None = 100, order_by: str = "-timestamp", **filters: Unpack[PredictionFilters]
    ) -> Rows:
        """Predictions of classic models, each with the latest label known, the newest first.

        Args:
            limit: Rows at most; None for all.
            order_by: A column; with "-" before it in descending order.
            **filters: `model="fraud"`, `labelled=True`, `features={"country": "NL"}`, …: see `PredictionFilters`.

        Raises:
            QueryError: There is no such filter or column, or it cannot take the value.
            DataError: A time is not one.
        """
        return self._select("predictions", filters, limit=limit, order_by=order_by)

    def scores(self, *, limit: int | None = 100, order_by: str = "-timestamp", **filters: Unpack[ScoreFilters]) -> Rows:
        """Judgements of spans, traces and sessions, the newest first.

        Args:
            limit: Rows at most; None for all.
            order_by: A column; with "-" before it in descending order.
            **filters: `name="helpful"`, `source="user"`, `max_value=0.5`, …: see `ScoreFilters`.

        Raises:
            QueryError: There is no such filter or column, or it cannot take the value.
            DataError: A time is not one.
        """
        return self._select("scores", filters, limit=limit, order_by=order_by)

    def stream(
        self, table: str, *, columns: Sequence[str] | None = None, **filters: Any
    ) -> AbstractContextManager[pa.RecordBatchReader]:
        """All rows of a table that meet the filters, piece by piece, in about the order of time.

        Args:
            table: Any table: `spans`, `traces`, `logs`, ….
            columns: The columns to read; all of them where it is None.
            **filters: As the table's own method takes; others take `since`, `until`, and equality of a few columns.

        Raises:
            QueryError: There is no such table, filter or column.
            DataError: A time is not one.
            CorruptError: A compaction took a part away half-way; ask again.
        """
        build = self._build(table, filters, limit=None, order_by=None, columns=columns)
        return self._engine.stream(build, traces=table == "traces")

    @contextmanager
    def frozen(self) -> Iterator[FrozenWorkspace]:
        """The folder as it is now, whatever is written or compacted in the meantime: for exports.

        Raises:
            CorruptError: The catalogue is damaged.
        """
        with self._engine.frozen() as frozen:
            yield FrozenWorkspace(frozen, self._build)

    def trace(self, trace_id: str) -> Trace:
        """One trace as a tree.

        Args:
            trace_id: Its id, or a beginning of it that no other trace shares.

        Raises:
            NotFoundError: No trace has the id, or several begin like that.
        """
        return lookup.find_trace(self._engine, trace_id)

    def payload(self, content_id: str) -> str:
        """The whole of an input or output too large to be kept with its span, as JSON text.

        Args:
            content_id: What stands in `input_ref` or `output_ref` of a span.

        Raises:
            NotFoundError: The store has no such content.
        """
        return lookup.find_payload(self._engine, content_id)

    def similar(
        self, vector: Sequence[float], *, name: str = "input", limit: int = 10, **where: Unpack[SimilarFilters]
    ) -> Rows:
        """The captured embeddings nearest to a vector, by cosine distance, nearest first.

        Args:
            vector: Shape `(n_dimensions,)`. Embeddings of another size are not compared.
            name: What they are embeddings of, as given to `pyflare.log_embedding`.
            limit: How many to find.
            **where: `model="text-embedding-3"`, `trace_id`, …: see `SimilarFilters`.

        Returns:
            Rows of `embeddings` with their `distance`: 0 for the same direction, 2 for the opposite.

        Raises:
            DataError: The vector is empty, or the limit is not positive.
            QueryError: There is no such filter.
            MissingExtraError: Embeddings have moved to LanceDB, and it is not installed.
        """
        return lookup.find_similar(self._engine, [float(number) for number in vector], name, limit, where)

    def watch(self, *, interval_s: float = 0.2, **filters: Unpack[SpanFilters]) -> Iterator[TraceSpan]:
        """Spans as they begin and end, for ever, starting with those that run now. A span comes at most twice.

        Args:
            interval_s: How often to look, in seconds.
            **filters: As for `spans`.

        Raises:
            QueryError: There is no such filter, or it cannot take the value.
        """
        return watch(self._engine, filters, interval_s=interval_s)

    def stats(self) -> StoreStats:
        """How much there is: rows and bytes by table, the times they span, processes that write, losses."""
        from pyflare.workspace.stats import read_stats

        return read_stats(self._engine, self.path)

    def doctor(self) -> DoctorReport:
        """What there is not, and why: dropped, shortened, unfinished, damaged or unshipped. Reads all journals."""
        from pyflare.workspace.doctor import examine

        return examine(self._engine, self.path)

    @functools.cached_property
    def costs(self) -> WorkspaceCosts:
        """What calls cost: in all, by model, user, …, which have no price, and pricing them anew."""
        from pyflare.workspace.costs import WorkspaceCosts

        return WorkspaceCosts(self._engine, self.path)

    @functools.cached_property
    def drift(self) -> WorkspaceDrift:
        """Whether rows have moved: `workspace.drift("latency", current="1d")`, and the monitors of the folder."""
        from pyflare.workspace.drift.monitors import WorkspaceDrift

        return WorkspaceDrift(self._engine, self.path)

    def compact(self, *, wait_s: float = 0.0) -> CompactionResult:
        """Move what journals hold into parts, where it is sealed, and merge small parts. Reading never needs it.

        Args:
            wait_s: How long to wait for another process that is at it, in seconds.

        Raises:
            OSError: The folder cannot be written.
        """
        from pyflare.store.compaction import compact

        deadline_s = time.monotonic() + wait_s
        while not (result := compact(self.path)).done and time.monotonic() < deadline_s:
            time.sleep(0.05)
        return result

    def index_vectors(self, *, wait_s: float = 60.0) -> int:
        """Move all captured embeddings into LanceDB, and index what has grown beyond 100,000: a matter of minutes.

        Searching never needs it: without an index every vector is looked at.

        Args:
            wait_s: How long to wait for a compaction that is under way, in seconds.

        Returns:
            How many embeddings were moved.

        Raises:
            MissingExtraError: LanceDB is not installed; the embeddings stay where they are.
            StoreError: Another process was changing the folder all the time.
        """
        from pyflare.store import vectors
        from pyflare.store.compaction import compact

        compact(self.path)
        return vectors.settle(self.path, wait_s=wait_s)

    def gc(self, keep: str, *, dry_run: bool = False) -> RetentionResult:
        """Delete everything that is older than `keep`, and give its bytes back.

        Args:
            keep: How long rows are kept, such as "30d", "12h" or "4w".
            dry_run: Only count what would go.

        Raises:
            DataError: `keep` is not a duration.
            StoreError: Another process was changing the folder all the time.
        """
        from pyflare.store.expiry import cutoff_ns
        from pyflare.store.retention import RetentionResult, apply_retention
        from pyflare.workspace import rehearsal

        if dry_run:
            before_ns = cutoff_ns(keep, now_ns=time.time_ns())
            rows = rehearsal.count_older(self._engine, before_ns=before_ns)
            return RetentionResult(before_unix_ns=before_ns, rows=rows, freed_bytes=0)
        return apply_retention(self.path, keep)

    def delete(
        self,
        *,
        trace_id: str | None = None,
        session: str | None = None,
        user: str | None = None,
        dry_run: bool = False,
    ) -> DeletionResult:
        """Delete one trace, or all traces of one session or user, with all that belongs to them, and give the bytes back.

        Args:
            trace_id: A trace's id, or a beginning of it that no other trace shares.
            session: A session.
            user: A user. Give exactly one of the three.
            dry_run: Only count what would go.

        Raises:
            DataError: None or several of the three are given.
            NotFoundError: No trace has the id, or several begin like that.
            StoreError: Another process was changing the folder all the time.
        """
        from pyflare.store.deletion import DeletionResult, delete
        from pyflare.workspace import rehearsal

        asked = {"trace_id": trace_id, "session_id": session, "user_id": user}
        given = {column: value for column, value in asked.items() if value is not None}
        if trace_id is not None:
            given["trace_id"] = lookup.find_trace_id(self._engine, trace_id)
        if dry_run and len(given) == 1:
            ((column, value),) = given.items()
            rows = rehearsal.count_deletable(self._engine, column, value)
            return DeletionResult(rows=rows, freed_bytes=0, held_back=())
        return delete(self.path, trace_id=given.get("trace_id"), session_id=session, user_id=user)

    def close(self) -> None:
        """Let go of the folder."""
        if "drift" in self.__dict__:
            self.drift.close()
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"pyflare.open({str(self.path)!r})"

    def _select(self, table: str, filters: Mapping[str, Any], **options: Any) -> Rows:
        build = self._build(table, filters, **options)
        return Rows(self._engine.run(build, traces=table == "traces"), shown=SHOWN[table])

    def _build(
        self,
        table: str,
        filters: Mapping[str, Any],
        *,
        limit: int | None,
        order_by: str | None,
        columns: Sequence[str] | None = None,
    ) -> Build:
        return selection(
            self._engine.root,
            table,
            filters,
            order=order_by,
            limit=limit,
            columns=columns,
            find_payloads=functools.partial(lookup.find_payloads, self._engine),
        )
