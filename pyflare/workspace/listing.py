"""Pages of traces and spans, in any order, with a place to go on from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pyflare.errors import QueryError
from pyflare.schema.sql import quote, view_sql
from pyflare.schema.tables import TABLES
from pyflare.store.engine import Ask, Engine
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
"""Where there is a filter, parts are looked at first that have this many times the rows asked for."""
_MARGIN: Final = 2
"""Then those that should have this many times the rows asked for, going by the first look; then all."""
_MOST_TIMES: Final = 2000
"""Times at most that rows are found by."""


_Rows = list[dict[str, Any]]


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


@dataclass(frozen=True, slots=True)
class _Cut:
    """Which of the rows that are met to read."""

    keys: tuple[str, ...]
    """What they are ordered by where the order leaves it open."""
    limit: int
    offset: int


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
        """The rows of the page, and one more where there is one, all as they are at one moment."""
        return self.engine.several(lambda *seen: _Moment(self, *seen).page(), traces=self.of == "traces")

    @property
    def is_by_time(self) -> bool:
        """Whether moments order it, either way."""
        return self.order[0] == _TIME

    @property
    def wanted(self) -> int:
        """Rows as far as the page goes."""
        return self.limit + self.offset

    @property
    def latest_ns(self) -> int | None:
        """Younger rows cannot be on this page."""
        if self.after is None or self.order_name != "-start_time":
            return self.until_ns
        return min(int(self.after.value), self.until_ns or int(self.after.value))

    @property
    def whole(self) -> str:
        """What is read of a row of the page."""
        return ", ".join(
            [
                *(f"{column} AS {quote(name)}" for name, column in self.columns.items()),
                f"{_plain(self.order[0])} AS _key",
                *(f"{name} AS _{name}" for name in _KEYS[self.of]),
            ]
        )

    def query(self, sources: list[str], read: str, narrower: Condition, page: _Cut) -> tuple[str, Parameters]:
        """The page: each source cut to it before anything is computed, so that DuckDB reads wide columns last."""
        sql, descending = self.order
        way = "DESC" if descending else "ASC"
        order = f"ORDER BY {', '.join([f'{sql} {way} NULLS LAST', *(f'{name} {way}' for name in page.keys)])}"
        cut = f"{order} LIMIT {page.limit} OFFSET {page.offset}"
        condition = self.condition & self._beyond() & narrower
        if len(sources) == 1:
            rows = f"(SELECT * FROM ({sources[0]}) WHERE {condition.sql} {cut})"
            return f"SELECT {read} FROM {rows}", condition.parameters
        first = f"{order} LIMIT {page.limit + page.offset}"
        cuts = [f"(SELECT * FROM ({source}) WHERE {condition.sql} {first})" for source in sources]
        rows = f"(SELECT * FROM ({' UNION ALL '.join(cuts)}) {cut})"
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


@dataclass(frozen=True, slots=True)
class _Moment:
    """The folder at one moment, in which a page is looked for."""

    listing: _Listing
    ask: Ask
    snapshot: Snapshot
    overlay: TraceOverlay | None

    def page(self) -> _Rows:
        """The rows of the page: however large the folder, most pages of the newest are in the newest part."""
        asked = self.listing
        if asked.order_name != "-start_time":
            return self._by_times(asked.since_ns)
        since_ns, looked_at = self._newest(asked.wanted * asked.looks)
        rows = self._rows(since_ns, asked.offset)
        if len(rows) >= asked.limit or since_ns == asked.since_ns:
            return rows
        met = asked.offset + len(rows) if rows else 1
        return self._by_times(self._newest(_MARGIN * looked_at * asked.wanted // met)[0])

    def _by_times(self, since_ns: int | None) -> _Rows:
        """The rows of the page, found by their times: few narrow columns of all rows tell these.

        Wide columns are then unpacked around those rows alone, which DuckDB does not do by itself.

        Args:
            since_ns: Where so many rows began since then, none before need be looked at.
        """
        asked = self.listing
        if asked.wanted > _MOST_TIMES:
            return self._rows(asked.since_ns, asked.offset)
        times_ns = self._times_ns(since_ns)
        if len(times_ns) < asked.wanted and since_ns != asked.since_ns:
            times_ns = self._times_ns(asked.since_ns)
        if len(times_ns) <= asked.offset:
            return []
        passed = times_ns.index(times_ns[asked.offset]) if asked.is_by_time else 0
        began_ns = sorted({*times_ns[passed:]})
        return self._rows(began_ns[0], asked.offset - passed, _begun_at(began_ns))

    def _rows(self, since_ns: int | None, offset: int, narrower: Condition = EVERYTHING) -> _Rows:
        """The rows of the page, whole."""
        cut = _Cut(_KEYS[self.listing.of], self.listing.limit, offset)
        return self._run(self.listing.whole, since_ns, narrower, cut)

    def _times_ns(self, since_ns: int | None) -> list[int]:
        """When the rows began, as far as the page goes, in its order."""
        asked = self.listing
        keys = () if asked.is_by_time else _KEYS[asked.of]  # of rows that began at once each will do
        rows = self._run(f"{_plain(_TIME)} AS began_ns", since_ns, EVERYTHING, _Cut(keys, asked.wanted, 0))
        return [row["began_ns"] for row in rows]

    def _run(self, read: str, since_ns: int | None, narrower: Condition, cut: _Cut) -> _Rows:
        asked = self.listing
        sources = _sources(
            asked.engine, asked.of, self.snapshot, self.overlay, since_ns=since_ns, until_ns=asked.latest_ns
        )
        if since_ns is not None:
            narrower &= Condition(f"{_TIME} >= make_timestamp_ns({since_ns})")
        return self.ask(*asked.query(sources, read, narrower, cut))

    def _newest(self, wanted: int) -> tuple[int | None, int]:
        """A moment since which the parts have so many rows, else that which was asked for, and how many they have."""
        asked, rows = self.listing, 0
        until_ns = asked.latest_ns
        parts = self.snapshot.catalog.parts_of(asked.of)
        for part in sorted(parts, key=lambda part: part.min_time_ns, reverse=True):
            if until_ns is not None and part.min_time_ns > until_ns:
                continue
            rows += part.rows
            if rows >= wanted:
                return part.min_time_ns if asked.since_ns is None else max(part.min_time_ns, asked.since_ns), rows
        return asked.since_ns, rows


def _begun_at(times_ns: list[int]) -> Condition:
    """Rows that began at one of some times, which are in order."""
    one_of = ", ".join(f"make_timestamp_ns({ns})" for ns in times_ns)
    return Condition(f"{_TIME} <= make_timestamp_ns({times_ns[-1]}) AND {_TIME} IN ({one_of})")


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
