"""Pages of a folder of several parts, with filters that few rows meet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyflare.store.compaction import compact
from pyflare.store.engine import Engine
from pyflare.workspace.listing import Of, read_page
from pyflare.workspace.scope import Scope
from tests.store.records import SECOND_NS, T0_NS, end, write_journal

PARTS = 3
TRACES = 80
COLUMNS = {
    "traces": {"trace_id": "trace_id", "began_ns": "epoch_ns(start_time)"},
    "spans": {"trace_id": "trace_id", "span_id": "span_id", "began_ns": "epoch_ns(start_time)"},
}
ORDERS = {
    "start_time": lambda row: row["began_ns"],
    "duration_ms": lambda row: row["duration_ns"],
    "input_tokens": lambda row: row["input_tokens"],
}


def _span(number: int) -> bytes:
    """Every third begins with the one before it; users are rarer the later their name, tokens known of half."""
    user = next(name for name, every in (("dee", 97), ("cy", 31), ("bob", 5), ("ann", 1)) if not number % every)
    user = "eve" if number in {6, 7} else user
    return end(
        number,
        number,
        kind="llm",
        at_ns=T0_NS + (number - (number % 3 == 1)) * SECOND_NS,
        duration_ns=number * 7919 % 11 * SECOND_NS,
        fields={"input_tokens": number % 13} if number % 2 else {},
        scope={"user_id": user},
    )


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    root = tmp_path_factory.mktemp("store")
    for part in range(PARTS + 1):  # the last of them stays in its journal
        write_journal(root, [_span(number) for number in range(1 + part * TRACES, 1 + (part + 1) * TRACES)])
        if part < PARTS:
            compact(root)
    engine = Engine(root)
    assert len(engine.snapshot().catalog.parts_of("spans")) == PARTS
    yield engine
    engine.close()


def _met(engine: Engine, of: Of, scope: Scope, user: str | None) -> list[dict[str, Any]]:
    """All rows that a page may have, by another way."""
    query = f"SELECT *, epoch_ns(start_time) AS began_ns FROM {of}"
    return [
        row
        for row in engine.rows(lambda *_: (query, None), traces=True)
        if (user is None or row["user_id"] == user)
        and (scope.since_ns is None or row["began_ns"] >= scope.since_ns)
        and (scope.until_ns is None or row["began_ns"] < scope.until_ns)
    ]


def _sorted(rows: list[dict[str, Any]], of: Of, order: str) -> list[dict[str, Any]]:
    key, descending = ORDERS[order.removeprefix("-")], order.startswith("-")
    rows = sorted(rows, key=lambda row: tuple(row[name] for name in COLUMNS[of]), reverse=descending)
    known = sorted((row for row in rows if key(row) is not None), key=key, reverse=descending)
    return known + [row for row in rows if key(row) is None]


@given(data=st.data())
@settings(max_examples=40)
def test_pages_are_slices_of_the_whole_list(engine, data):
    """Whatever is listed, filtered and ordered, a page holds the rows that stand there in the list of all."""
    of = data.draw(st.sampled_from(("traces", "spans")))
    order = data.draw(st.sampled_from(("-start_time", *ORDERS))) if data.draw(st.booleans()) else "-start_time"
    user = data.draw(st.sampled_from((None, "ann", "bob", "cy", "dee", "eve", "flo")))
    moments = st.none() | st.integers(-5, (PARTS + 1) * TRACES).map(lambda second: T0_NS + second * SECOND_NS)
    scope = Scope(
        now_ns=T0_NS,
        since_ns=data.draw(moments),
        until_ns=data.draw(moments),
        filter="" if user is None else f"user = {user}",
    )
    limit, offset = data.draw(st.integers(1, 8)), data.draw(st.integers(0, 12))

    page = read_page(engine, of, scope, columns=COLUMNS[of], order=order, limit=limit, offset=offset)

    expected = _sorted(_met(engine, of, scope, user), of, order)
    shown = [{name: row[name] for name in COLUMNS[of]} for row in expected]
    assert page.rows == shown[offset : offset + limit]
    assert (page.next is not None) == (len(shown) > offset + limit)


@pytest.mark.parametrize("of", ["traces", "spans"])
@pytest.mark.parametrize("user", ["cy", "dee", "eve"])
def test_cursors_lead_through_rare_rows(engine, of, user):
    """Page after page, those that few rows meet come once each, though parts lie between them."""
    scope = Scope(now_ns=T0_NS, filter=f"user = {user}")
    found, after = [], None
    while True:
        page = read_page(engine, of, scope, columns=COLUMNS[of], limit=1, after=after)
        found += page.rows
        after = page.next
        if after is None:
            break
    expected = _sorted(_met(engine, of, scope, user), of, "-start_time")
    assert [row["trace_id"] for row in found] == [row["trace_id"] for row in expected]
    assert len(found) > 1
