"""Pages of traces and spans, in any order, with a place to go on from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pyflare.errors import QueryError
from pyflare.schema.sql import quote, view_sql
from pyflare.schema.tables import TABLES
from pyflare.store.engine import Engine
from pyflare.store.filters import EVERYTHING, Condition
from pyflare.store.overlay import TraceOverlay, traces_source
from pyflare.store.session import Parameters
from pyflare.store.snapshot import Snapshot
from pyflare.store.sources import live_source, parts_source
from pyflare.workspace.scope import Of, Scope

TOTAL_TOKENS_SQL: Final = (
    "CASE WHEN input_tokens IS NOT NULL OR output_tokens IS NOT NULL "
    "THEN coalesce(input_tokens, 0) + coalesce(output_tokens, 0) END"
)
_TIME: Final = "start_time"
_SHARED: Final = {
    "start_time": "start_time",
    "duration_ms": "duration_ns",
    "cost_usd": "cost_micros",
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "total_tokens": TOTAL_TOKENS_SQL,
    "operation_name": "operation_name",
    "service_name": "service_name",
    "status": "status_code",
}
ORDERS: Final[Mapping[Of, Mapping[str, str]]] = {
    "traces": {**_SHARED, "span_count": "span_count", "error_count": "error_count", "user_id": "user_id"},
    "spans": {**_SHARED, "kind": "inference_type", "model_id": "model_id"},
}
"""What pages can be ordered by, and the SQL of it."""
_TEXTS: Final = frozenset({"operation_name", "service_name", "status_code", "user_id", "inference_type", "model_id"})
"""Those of them that are texts; the others are whole numbers."""
_KEYS: Final[Mapping[Of, tuple[str, ...]]] = {"traces": ("trace_id",), "spans": ("trace_id", "span_id")}
_FIRST_LOOK: Final = 50
"""Where there is a filter, parts are looked at first that have this many times the rows asked for, then all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The last row of a page: what it was ordered by, and its ids."""

    order: str
    value: Any
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Rows, and the place after which the next ones come; None where these are the last."""

    rows: list[dict[str, Any]]
    """Values by name, as the columns read them."""
    next: Place | None


def read_page(
    engine: Engine,
    of: Of,
    scope: Scope,
    *,
    columns: Mapping[str, str],
    order: str = "-start_time",
    limit: int = 100,
    offset: int = 0,
    after: Place | None = None,
) -> Page:
    """A page of traces or spans.

    Args:
        engine: The folder.
        of: What to list.
        scope: Which of them.
        columns: What to read: SQL by name.
        order: One of `ORDERS`, with "-" before it for descending. Missing values come last.
        limit: Rows at most.
        offset: Rows to skip.
        after: Where the page before ended.

    Raises:
        QueryError: The order is none, the place belongs to another, or the filter cannot be used.
    """
    listing = _Listing(
        engine=engine,
        of=of,
        condition=scope.condition(engine, of),
        columns=columns,
        order=_order(of, order),
        order_name=order,
        limit=limit + 1,
        offset=offset,
        after=_checked(after, of, order),
        since_ns=scope.since_ns,
        until_ns=scope.until_ns,
        looks=1 if scope.is_unfiltered else _FIRST_LOOK,
    )
    rows = listing.read()
    page = rows[:limit]
    last = _place(page[-1], of, order) if len(rows) > limit and limit else None
    for row in page:
        for name in ("_key", *(f"_{key}" for key in _KEYS[of])):
            del row[name]
    return Page(rows=page, next=last)


def count(engine: Engine, of: Of, scope: Scope) -> int:
    """How many there are. Raises QueryError."""
    condition = scope.condition(engine, of)

    def build(snapshot: Snapshot, overlay: TraceOverlay | None) -> tuple[str, Parameters]:
        sources = _sources(engine, of, snapshot, overlay, since_ns=scope.since_ns, until_ns=scope.until_ns)
        counted = [f"SELECT count(*) AS n FROM ({source}) WHERE {condition.sql}" for source in sources]
        return f"SELECT sum(n)::BIGINT AS total FROM ({' UNION ALL '.join(counted)})", condition.parameters * len(
            sources
        )

    (counted,) = engine.rows(build, traces=of == "traces")
    return int(counted["total"])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listing:
    """What was asked for, checked."""

    engine: Engine
    of: Of
    condition: Condition
    columns: Mapping[str, str]
    order: tuple[str, bool]
    """The SQL of it, and whether it is descending."""
    order_name: str
    limit: int
    offset: int
    after: Place | None
    since_ns: int | None
    until_ns: int | None
    looks: int
    """How many times the rows asked for the parts looked at first have."""

    def read(self) -> list[dict[str, Any]]:
        """The rows of the page, and one more where there is one.

        The newest are looked for in the newest parts first: however large the
        folder, most pages come out of one part.
        """
        if self.order_name != "-start_time":
            return self._run(self.since_ns)
        since_ns = self._newest_since_ns((self.limit + self.offset) * self.looks)
        rows = self._run(since_ns)
        if len(rows) >= self.limit or since_ns is None or since_ns == self.since_ns:
            return rows
        return self._run(self.since_ns)

    def _newest_since_ns(self, wanted: int) -> int | None:
        """A moment since which the parts have so many rows; None where they have not."""
        until_ns = self._until_ns
        parts = self.engine.snapshot().catalog.parts_of(self.of)
        for part in sorted(parts, key=lambda part: part.min_time_ns, reverse=True):
            if until_ns is not None and part.min_time_ns > until_ns:
                continue
            wanted -= part.rows
            if wanted <= 0:
                return part.min_time_ns if self.since_ns is None else max(part.min_time_ns, self.since_ns)
        return self.since_ns

    @property
    def _until_ns(self) -> int | None:
        """Younger rows cannot be on this page."""
        if self.after is None or self.order_name != "-start_time":
            return self.until_ns
        return min(int(self.after.value), self.until_ns or int(self.after.value))

    def _run(self, since_ns: int | None) -> list[dict[str, Any]]:
        def build(snapshot: Snapshot, overlay: TraceOverlay | None) -> tuple[str, Parameters]:
            sources = _sources(self.engine, self.of, snapshot, overlay, since_ns=since_ns, until_ns=self._until_ns)
            return self._query(sources, since_ns)

        return self.engine.rows(build, traces=self.of == "traces")

    def _query(self, sources: list[str], since_ns: int | None) -> tuple[str, Parameters]:
        """The page: each source cut to it before anything is computed, so that DuckDB reads wide columns last."""
        keys = _KEYS[self.of]
        sql, descending = self.order
        way = "DESC" if descending else "ASC"
        cut = f"ORDER BY {', '.join([f'{sql} {way} NULLS LAST', *(f'{name} {way}' for name in keys)])}"
        condition = self.condition & self._beyond()
        if since_ns is not None:
            condition &= Condition(f"start_time >= make_timestamp_ns({since_ns})")
        read = ", ".join(
            [
                *(f"{column} AS {quote(name)}" for name, column in self.columns.items()),
                f"{_plain(sql)} AS _key",
                *(f"{name} AS _{name}" for name in keys),
            ]
        )
        page = f"LIMIT {self.limit} OFFSET {self.offset}"
        if len(sources) == 1:
            rows = f"(SELECT * FROM ({sources[0]}) WHERE {condition.sql} {cut} {page})"
            return f"SELECT {read} FROM {rows}", condition.parameters
        first = self.limit + self.offset
        cuts = [f"(SELECT * FROM ({source}) WHERE {condition.sql} {cut} LIMIT {first})" for source in sources]
        rows = f"(SELECT * FROM ({' UNION ALL '.join(cuts)}) {cut} {page})"
        return f"SELECT {read} FROM {rows}", condition.parameters * len(sources)

    def _beyond(self) -> Condition:
        """The rows that come after the place where the page before ended."""
        if self.after is None:
            return EVERYTHING
        sql, descending = self.order
        sign = "<" if descending else ">"
        keys = _KEYS[self.of]
        ids = f"({', '.join(keys)}) {sign} ({', '.join('?' for _ in keys)})" if len(keys) > 1 else f"{keys[0]} {sign} ?"
        if self.after.value is None:
            return Condition(f"({sql} IS NULL AND {ids})", self.after.ids)
        value, key = self.after.value, _plain(sql)
        if sql == _TIME:  # of which no value is missing: a bound that parts and row groups are left out by
            return Condition(
                f"{sql} {sign}= make_timestamp_ns(?) AND ({key} {sign} ? OR {ids})", (value, value, *self.after.ids)
            )
        return Condition(f"({key} {sign} ? OR {key} IS NULL OR ({key} = ? AND {ids}))", (value, value, *self.after.ids))


def _plain(sql: str) -> str:
    """A column that pages are ordered by as a value that a cursor can hold."""
    return f"epoch_ns({sql})" if sql == _TIME else sql


def _sources(
    engine: Engine,
    of: Of,
    snapshot: Snapshot,
    overlay: TraceOverlay | None,
    *,
    since_ns: int | None,
    until_ns: int | None,
) -> list[str]:
    """The rows of parts and those of journals, each with the derived columns."""
    if of == "traces":
        stored, live = traces_source(engine.root, snapshot, overlay, since_ns=since_ns, until_ns=until_ns)
    else:
        stored = parts_source(engine.root, snapshot, of, since_ns=since_ns, until_ns=until_ns)
        live = live_source(snapshot, of)
    return [view_sql(TABLES[of], source) for source in (stored, live) if source] or [f"SELECT * FROM {of}"]


def _order(of: Of, order: str) -> tuple[str, bool]:
    sql = ORDERS[of].get(order.removeprefix("-"))
    if sql is None:
        raise QueryError(f"order_by: expected one of {', '.join(ORDERS[of])}, with - before it; got {order!r}.")
    return sql, order.startswith("-")


def _checked(after: Place | None, of: Of, order: str) -> Place | None:
    if after is None:
        return None
    is_text = ORDERS[of][order.removeprefix("-")] in _TEXTS
    fits = after.value is None or isinstance(after.value, str if is_text else int)
    if after.order != order or len(after.ids) != len(_KEYS[of]) or not fits:
        raise QueryError("cursor: it belongs to another list. Hint: begin anew without a cursor.")
    return after


def _place(row: Mapping[str, Any], of: Of, order: str) -> Place:
    return Place(order=order, value=row["_key"], ids=tuple(row[f"_{name}"] for name in _KEYS[of]))
