"""Spend over time, its forecast, and what the same calls would have cost."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest
from typer.testing import CliRunner

import pyflare
from pyflare.cli.app import make_app
from pyflare.errors import DataError, InsufficientDataError, QueryError
from pyflare.pricing import Prices
from pyflare.workspace.aggregates.spend import read_spend
from pyflare.workspace.scope import Scope
from pyflare.workspace.spend_forecast import read_forecast
from pyflare.workspace.what_if import Change, read_what_if
from tests.store.records import end, write_journal

HOUR_NS = 3_600 * 10**9
DAY_NS = 24 * HOUR_NS
NOW_NS = int(datetime(2026, 11, 21, 10, tzinfo=UTC).timestamp()) * 10**9
TODAY = NOW_NS // DAY_NS


def call(number, at_ns, *, micros=None, model="gpt-4o", **fields):
    values = {"model_id": model, "provider": "openai", "cost_micros": micros, **fields}
    kept = {name: value for name, value in values.items() if value is not None}
    return end(number, number, name="chat", kind="llm", at_ns=at_ns, fields=kept)


def days_of(root, amounts):
    """One process that writes a call at noon of each day, the last of them yesterday; None for a day without."""
    first = TODAY - len(amounts)
    calls = [
        call(position + 1, (first + position) * DAY_NS + 12 * HOUR_NS, micros=round(usd * 1e6), input_tokens=1)
        for position, usd in enumerate(amounts)
        if usd is not None
    ]
    write_journal(root, calls)


@pytest.fixture
def engine(tmp_path):
    with pyflare.open(tmp_path, compact=False) as workspace:
        yield workspace.engine


def test_gaps(tmp_path):
    """Between two spans of a process nothing was spent; where no process was, nobody knows."""
    noon = TODAY * DAY_NS + 12 * HOUR_NS
    write_journal(tmp_path, [call(1, noon - 9 * DAY_NS, micros=5), call(2, noon - 7 * DAY_NS, micros=7)])
    other = end(3, 3, name="step", at_ns=noon - 3 * DAY_NS)
    write_journal(tmp_path, [other, call(4, noon - 2 * DAY_NS, model="unknown", input_tokens=9)])
    with pyflare.open(tmp_path, compact=False) as workspace:
        scope = Scope(now_ns=NOW_NS, since_ns=NOW_NS - 9 * DAY_NS)
        found = read_spend(workspace.engine, scope)
    assert found.micros == [5, 0, 7, None, None, None, 0, 0, None, None]
    assert found.starts_ns[0] == (TODAY - 9) * DAY_NS
    assert (found.calls, found.unpriced) == (3, 1)


def test_too_many_steps(tmp_path):
    """More steps than anybody reads are refused."""
    days_of(tmp_path, [1.0])
    with pyflare.open(tmp_path, compact=False) as workspace, pytest.raises(QueryError, match="shorter range"):
        read_spend(workspace.engine, Scope(now_ns=NOW_NS, since_ns=0), step="minute")


def test_forecast(tmp_path):
    """The month is what was spent and what is to come; the error on held-back days stands beside it."""
    rng = np.random.default_rng(1)
    week = [3, 3, 3, 3, 3, 1, 1]
    amounts = [week[day % 7] + 0.1 * rng.random() for day in range(60)]
    days_of(tmp_path, amounts)
    write_journal(tmp_path, [call(99, NOW_NS - HOUR_NS, micros=400_000, input_tokens=1)])
    with pyflare.open(tmp_path, compact=False) as workspace:
        found = read_forecast(workspace.engine, now_ns=NOW_NS)
    assert (found.today, found.month_end, found.observed_days, found.missing_days) == (
        date(2026, 11, 21),
        date(2026, 11, 30),
        59,
        0,
    )
    assert found.spent_month_usd == pytest.approx(sum(amounts[-20:]) + 0.4)
    coming = sum(week[day % 7] + 0.05 for day in range(60, 70))
    assert found.month.expected_usd == pytest.approx(sum(amounts[-20:]) + coming, rel=0.02)
    assert found.month.low_95_usd < found.month.low_80_usd < found.month.expected_usd < found.month.high_80_usd
    assert len(found.days) == 30
    assert found.horizon.expected_usd == pytest.approx(sum(day.spend.expected_usd for day in found.days))
    assert "season of 7" in found.method
    assert found.backtest.mae < found.others[-1].mae, "better than the week before"
    assert found.backtest.total_error < 0.02
    said = "\n".join(found.lines())
    for part in ("this month, to 2026-11-30: $", "30 days from 2026-11-21 on", "MASE", "MAPE", "intervals held"):
        assert part in said


def test_what_is_spent_already_is_the_least(tmp_path):
    """A day that has cost more than was expected of it cannot cost less any more."""
    days_of(tmp_path, [1.0 + 0.01 * (day % 3) for day in range(30)])
    write_journal(tmp_path, [call(99, NOW_NS - HOUR_NS, micros=500_000_000, input_tokens=1)])
    with pyflare.open(tmp_path, compact=False) as workspace:
        found = read_forecast(workspace.engine, now_ns=NOW_NS, horizon_days=1)
    assert found.horizon.low_95_usd >= 500


def test_only_some_models(tmp_path):
    """A forecast of one model leaves the others out."""
    noon = TODAY * DAY_NS + 12 * HOUR_NS
    calls = [
        call(2 * day + which, noon - day * DAY_NS, micros=(1 + 9 * which) * 10**6, model=model, input_tokens=1)
        for day in range(1, 31)
        for which, model in enumerate(("a", "b"))
    ]
    write_journal(tmp_path, calls)
    with pyflare.open(tmp_path, compact=False) as workspace:
        found = read_forecast(workspace.engine, now_ns=NOW_NS, horizon_days=10, models=("b",))
    assert found.horizon.expected_usd == pytest.approx(100)


def test_too_little(tmp_path):
    """A folder of a few days is told so, and nothing is guessed."""
    days_of(tmp_path, [1.0] * 9)
    with pyflare.open(tmp_path, compact=False) as workspace:
        with pytest.raises(InsufficientDataError, match="needs 14 observed days; there are 8"):
            read_forecast(workspace.engine, now_ns=NOW_NS)
        with pytest.raises(DataError, match="1 to 365"):
            read_forecast(workspace.engine, now_ns=NOW_NS, horizon_days=0)


TWO = [
    {"input_tokens": 1_000_000, "output_tokens": 100_000, "cache_read_tokens": 500_000},
    {"input_tokens": 2_000, "output_tokens": 1_000},
]
# gpt-4o: 2.50, from the cache 1.25, out 10.00 for a million; gpt-4o-mini: 0.15, 0.075 and 0.60.
COST = 500_000 * 2.5 + 500_000 * 1.25 + 100_000 * 10 + 2_000 * 2.5 + 1_000 * 10


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (Change(), COST),
        (Change(traffic=2), 2 * COST),
        (Change(traffic=0.5), COST / 2),
        (
            Change(model="gpt-4o-mini"),
            500_000 * 0.15 + 500_000 * 0.075 + 100_000 * 0.6 + 2_000 * 0.15 + 1_000 * 0.6,
        ),
        (Change(model="gpt-4o-mini", instead_of="gpt-4-turbo"), COST),
        (Change(cache_rate=0), 1_002_000 * 2.5 + 101_000 * 10),
        (Change(cache_rate=1), 1_002_000 * 1.25 + 101_000 * 10),
        (Change(model="gpt-4o-mini", cache_rate=0.5, traffic=3), 3 * (501_000 * 0.225 + 101_000 * 0.6)),
    ],
    ids=str,
)
def test_what_if(tmp_path, change, expected):
    """What calls would have cost is arithmetic, worked by hand."""
    write_journal(tmp_path, [call(number + 1, NOW_NS - DAY_NS, **used) for number, used in enumerate(TWO)])
    with pyflare.open(tmp_path, compact=False) as workspace:
        found = read_what_if(workspace.engine, Scope(now_ns=NOW_NS), change, Prices.load(tmp_path))
    assert (found.calls, found.cost_micros, found.would_cost_micros) == (2, COST, pytest.approx(expected, abs=1))
    assert found.left_out == {}
    assert all(word in "\n".join(found.lines()) for word in change.assumptions)


def test_what_cannot_be_compared(tmp_path):
    """Calls without a price, now or then, are counted and left out of both sums."""
    calls = [call(1, NOW_NS - 2, input_tokens=1000), call(2, NOW_NS - 1, model="home-made", input_tokens=5)]
    write_journal(tmp_path, calls)
    with pyflare.open(tmp_path, compact=False) as workspace:
        prices = Prices.load(tmp_path)
        same = read_what_if(workspace.engine, Scope(now_ns=NOW_NS), Change(traffic=2), prices)
        other = read_what_if(workspace.engine, Scope(now_ns=NOW_NS), Change(model="nobody-has-this"), prices)
    assert (same.calls, same.left_out) == (1, {"have no price": 1})
    assert (other.calls, other.ratio, other.left_out) == (0, None, {"have no price": 1, "would have no price": 1})


@pytest.mark.parametrize("wrong", [{"cache_rate": 1.5}, {"traffic": -1.0}, {"provider": "openai"}])
def test_what_is_no_change(wrong):
    """A change that makes no sense is refused with what was expected."""
    with pytest.raises(DataError, match="expected"):
        Change(**wrong)


def run(*arguments):
    return CliRunner().invoke(make_app(), ["cost", *arguments], env={"COLUMNS": "200"})


def test_commands(tmp_path):
    """The command line says the same, as text and as JSON."""
    now = datetime.now(UTC).timestamp()
    today = int(now // 86_400)
    calls = [
        call(day, (today - day) * DAY_NS + 12 * HOUR_NS, micros=2_000_000, input_tokens=1000) for day in range(1, 31)
    ]
    write_journal(tmp_path, calls)
    shown = run("forecast", "--path", str(tmp_path), "--days", "10")
    assert shown.exit_code == 0, shown.output
    assert "10 days from" in shown.output
    assert "$20.00 expected" in shown.output
    found = run("forecast", "--path", str(tmp_path), "--json")
    assert found.exit_code == 0, found.output
    assert '"coverage_80"' in found.output
    would = run("what-if", "--path", str(tmp_path), "--traffic", "2", "--since", "60d")
    assert "they would have cost $120.000000 (200.0%)" in would.output
    assert (
        '"ratio": 2.0' in run("what-if", "--path", str(tmp_path), "--traffic", "2", "--since", "60d", "--json").output
    )
    assert "no budgets" in run("budgets", "--path", str(tmp_path)).output
