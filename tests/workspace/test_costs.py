"""`workspace.costs`: what a folder's calls cost, for whom, and what was lost."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pyflare
from pyflare.analytics.cost import ModelPricing
from pyflare.errors import QueryError
from pyflare.store.compaction import compact
from tests.store.records import SECOND_NS, T0_NS, end, write_journal

CALL = {"provider": "openai", "model_id": "gpt-4o", "input_tokens": 1000, "output_tokens": 500}
COST = 7500
FAILED = {"provider": "openai", "model_id": "gpt-4o"}


@pytest.fixture
def workspace(tmp_path):
    """One trace that fails, retries and succeeds, one that fails for good, one that a framework repeats, one unpriced."""
    ann = {"session_id": "s-1", "user_id": "ann", "tags": ["a", "b"]}
    records = [
        end(1, 1, name="root", status=1, scope=ann),
        end(1, 2, parent=1, name="chat", status=2, fields=FAILED, scope=ann),
        end(
            1,
            3,
            parent=1,
            name="chat",
            at_ns=T0_NS + SECOND_NS,
            fields=CALL,
            scope=ann,
            attributes={"customer.tier": "gold"},
        ),
        end(2, 4, name="root", status=2, scope={"user_id": "ben"}),
        end(2, 5, parent=4, name="chat", fields={**CALL, "cache_read_tokens": 400}, scope={"user_id": "ben"}),
        end(3, 6, name="root", fields=CALL, scope={"session_id": "s-1", "user_id": "ann"}),
        end(3, 7, parent=6, name="chat", fields=CALL, scope={"session_id": "s-1", "user_id": "ann"}),
        end(4, 8, name="chat", fields={**CALL, "model_id": "house"}, attributes={"pyflare.usage.estimated": True}),
    ]
    write_journal(tmp_path / "store", records)
    with pyflare.open(tmp_path / "store") as opened:
        yield opened


def test_summary(workspace):
    """Each call counts once; retries, failures and successes are apart; what has no price is said."""
    found = workspace.costs.summary()
    assert (found.calls, found.unpriced_calls, found.estimated_calls) == (4, 1, 1)
    assert (found.cost_micros, found.cost_usd) == (COST + 7000 + COST, 0.022)
    assert (found.failed_calls, found.failed_cost_micros) == (1, None)
    assert (found.retries, found.retry_cost_micros) == (1, COST)
    assert (found.traces, found.failed_traces, found.failed_traces_cost_micros) == (4, 1, 7000)
    assert found.usd_per_successful_trace == pytest.approx(0.022 / 3)
    assert (found.sessions, found.usd_per_session) == (1, 0.015)
    assert found.cache_read_share == 0.1
    assert repr(workspace.costs).startswith(
        "cost                 $0.022 for 4 calls, 1 unpriced, 1 with estimated tokens"
    )


@pytest.mark.parametrize(
    ("dimension", "expected"),
    [
        ("user", {"ann": 2 * COST, "ben": 7000, None: None}),
        ("session", {"s-1": 2 * COST, None: 7000}),
        ("model", {"gpt-4o": 2 * COST + 7000, "house": None}),
        ("tenant", {"shop": 2 * COST + 7000}),
        ("tag", {"a": COST, "b": COST, None: COST + 7000}),
        ("attribute:customer.tier", {"gold": COST, None: COST + 7000}),
    ],
)
def test_by(workspace, dimension, expected):
    """Costs are by anything that calls have in common; by tag a call counts in each, and once in the total."""
    found = workspace.costs.by(dimension)
    assert {line.value: line.cost_micros for line in found} == expected
    assert found.total.cost_micros == 2 * COST + 7000


def test_by_within_a_filter_and_a_limit(workspace):
    """Filters and times narrow what is added up, and the total is of all lines, shown or not."""
    assert len(workspace.costs.by("user", limit=1)) == 1
    assert workspace.costs.by("user", limit=1).total.calls == 4
    assert workspace.costs.by("user", where="user = ben").total.cost_micros == 7000
    assert workspace.costs.summary(until="2001-01-01").calls == 0
    with pytest.raises(QueryError, match='did you mean "user"'):
        workspace.costs.by("usr")


def test_unpriced_and_priced_again(workspace):
    """A model without a price is listed with why; with one that is kept in the folder all of history has it."""
    (found,) = workspace.costs.unpriced()
    assert (found.model_id, found.calls, found.input_tokens) == ("house", 1, 1000)
    assert "no price list has this model" in found.reason
    workspace.costs.set_price(ModelPricing(model_id="house", input_usd_per_million=1, output_usd_per_million=2))
    compact(workspace.path, now_ns=T0_NS)
    workspace.costs.reprice()
    assert workspace.costs.unpriced() == []
    assert workspace.costs.summary().cost_micros == 22_000 + 2000
    assert workspace.costs.tracker().calculate({**CALL, "model_id": "house"}).total_cost_micros == 2000


_CALLS = st.lists(
    st.tuples(
        st.sampled_from(["gpt-4o", "gpt-4o-mini", "house", None]),
        st.sampled_from(["ann", "ben", None]),
        st.integers(0, 10**6),
        st.integers(0, 10**5),
        st.none() | st.integers(0, 10**6),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_CALLS)
def test_sums_are_exact(tmp_path_factory, calls):
    """Sums by user, in all and of each trace are the sums of the integers of the rows, to the micro-dollar."""
    root = tmp_path_factory.mktemp("costs") / "store"
    records = []
    for number, (model, user, input_tokens, output_tokens, cost) in enumerate(calls, start=1):
        fields = {"provider": "openai", "input_tokens": input_tokens, "output_tokens": output_tokens}
        fields |= {name: value for name, value in (("model_id", model), ("cost_micros", cost)) if value is not None}
        records.append(end(number, number, fields=fields, scope={"user_id": user} if user else None))
    write_journal(root, records)
    with pyflare.open(root) as workspace:
        rows = workspace.sql("SELECT user_id, cost_micros FROM spans WHERE cost_micros IS NOT NULL").to_pylist()
        by_user = Counter()
        for row in rows:
            by_user[row["user_id"]] += row["cost_micros"]
        found = {line.value: line.cost_micros for line in workspace.costs.by("user") if line.cost_micros is not None}
        assert found == dict(by_user)
        assert (workspace.costs.summary().cost_micros or 0) == sum(by_user.values())
        traces = workspace.sql("SELECT sum(cost_micros) AS cost FROM traces").to_pylist()[0]["cost"]
        assert (traces or 0) == sum(by_user.values())
