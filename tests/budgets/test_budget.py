"""What a budget can say, and what it is told it cannot."""

from __future__ import annotations

import json
import logging
import time

import pytest

import pyflare
from pyflare.budgets import Budget, Keeper, read_budgets
from pyflare.budgets.definitions import define, defined
from pyflare.budgets.ledger import FOLDER, Ledger
from pyflare.budgets.segment import Entry
from pyflare.errors import ConfigError


def usd(**fields):
    return Budget(**{"name": "b", "limit_usd": 1.0, **fields})


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": " "}, "needs a name"),
        ({"limit_tokens": 5}, "exactly one of"),
        ({"limit_usd": None}, "exactly one of"),
        ({"limit_usd": -1.0}, "above 0"),
        ({"limit_usd": True}, "above 0"),
        ({"limit_usd": float("nan")}, "above 0"),
        ({"by": "usr"}, 'did you mean "user"'),
        ({"by": "tag"}, "can be matched"),
        ({"match": {"colour": "red"}}, "expected one of user, session"),
        ({"on_exceeded": "explode"}, '"warn", "stop" or a function'),
        ({"warn_at": (80,)}, "such as 0.8"),
        ({"window": "fortnight"}, "rolling 24h"),
    ],
)
def test_what_cannot_be_used(fields, said):
    """Each says what was expected and what came."""
    with pytest.raises(ConfigError, match=said):
        usd(**fields)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"name": "b", "limit_us": 1}, 'did you mean "limit_usd"'),
        ({"limit_usd": 1}, "needs a name"),
        ("b", "a table with its fields"),
    ],
)
def test_tables_that_cannot_be_used(value, said):
    """What a settings file says wrongly is refused when pyflare.init reads it."""
    with pytest.raises(ConfigError, match=said):
        pyflare.init(budgets=[value])


def test_ids():
    """Another limit, and another reaction, continue the count; another window, unit, key or match begins one."""
    same = {usd().id, usd(limit_usd=2.0).id, usd(on_exceeded="stop").id, usd(warn_at=(0.5,)).id}
    others = {
        usd(name="c").id,
        usd(window="month").id,
        usd(by="user").id,
        usd(match={"model": "a"}).id,
        usd(time_zone="Europe/Berlin").id,
        usd(limit_usd=None, limit_calls=1).id,
    }
    assert (len(same), len(same | others)) == (1, 7)


def test_keys():
    """A call belongs to the account of its values; one that does not match belongs to none."""
    budget = usd(by=("team", "crm.tier"), match={"environment": ["prod", "staging"], "tag": "beta"})
    call = {"team": "a", "crm.tier": 3, "environment": "prod", "tags": ["alpha", "beta"]}
    assert budget.key(call) == "a · 3"
    assert budget.key({**call, "team": None}) == " · 3"
    assert budget.key({**call, "tags": ["alpha"]}) is None
    assert budget.key({**call, "environment": None}) is None
    assert usd().key({}) == ""


def test_amounts_in_words():
    """Small sums keep their digits."""
    assert [usd().said(micros) for micros in (0, 7, 60, 120_000, 1_234_567_890)] == [
        "$0.00",
        "$0.000007",
        "$0.00006",
        "$0.12",
        "$1,234.57",
    ]
    assert usd(limit_usd=None, limit_tokens=5000).said(4321) == "4,321 tokens"
    assert repr(usd(by="user", on_exceeded="stop")) == "Budget('b': $1.00 by user and day, then stop)"


def test_definitions(tmp_path):
    """Budgets are written down for those that look; what cannot be read, as of a newer version, is left out."""
    budgets = [usd(name="b", by="user"), usd(name="a", on_exceeded=print, match={"model": "x"}, on_alert=print)]
    for budget in (*budgets, *budgets):
        define(tmp_path, budget)
    found = defined(tmp_path)
    assert [(each.name, each.id) for each in found] == [("a", budgets[1].id), ("b", budgets[0].id)]
    (path,) = (tmp_path / "definitions").glob(f"{budgets[0].id:016x}.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), "colour": "red"}))
    assert [each.name for each in defined(tmp_path)] == ["a"]


def test_standing_of_windows_that_are_over(tmp_path):
    """Only the window of now counts; a key that has spent nothing in it is not listed."""
    budget = usd(by="user")
    ledger = Ledger(tmp_path)
    define(ledger.folder, budget)
    window = budget.windows
    for key, at_s in (("old", 1_000_000), ("new", 1_800_000_000)):
        bucket = window.bucket(at_s)
        ledger.append(Entry(budget.id, key, bucket, window.end(bucket), amount=250_000, calls=1))
    (found,) = read_budgets(tmp_path, now_s=1_800_000_100)
    assert (found.key, found.share, found.is_used_up, found.until > found.since) == ("new", 0.25, False, True)
    assert repr(found).startswith("<BudgetStanding 'b' 'new': $0.25 of $1.00 (25%) since 2027-01-15 00:00 UTC")
    ledger.close()


def test_a_busy_ledger_holds_nobody_up(tmp_path, monkeypatch, caplog):
    """Where other threads do not let go of the ledger, a call is let through, and it is said."""
    monkeypatch.setattr("pyflare.budgets.keeper._PATIENCE_S", 0.01)
    keeper = Keeper(tmp_path, [usd(limit_usd=None, limit_calls=1, on_exceeded="stop")], fault=pytest.fail)
    permit = keeper.permit({}, start_ns=0)
    with keeper._lock, caplog.at_level(logging.WARNING, "pyflare"):
        permit.admit()
        permit.settle({"input_tokens": 1}, failed=False, counted=False)
    assert "the ledger was busy" in caplog.text
    other = keeper.permit({}, start_ns=0)
    other.settle({}, failed=True, counted=False)
    assert read_budgets(tmp_path, now_s=0)[0].calls == 1, "what waited has been written by the next"
    keeper.close()


def test_until_it_is_used_up(tmp_path):
    """One call after the other, a budget lets through exactly as many as reach its limit."""
    keeper = Keeper(tmp_path, [usd(on_exceeded="stop", warn_at=())], fault=pytest.fail)
    made = 0
    while made < 100:
        permit = keeper.permit({}, start_ns=time.time_ns())
        try:
            permit.admit()
        except pyflare.BudgetExceededError:
            break
        permit.settle({"cost_micros": 70_000}, failed=False, counted=False)
        made += 1
    assert made == 15, "14 calls come to $0.98"
    keeper.close()


def test_prices_that_cannot_be_read(tmp_path, caplog):
    """A wrong price file leaves calls unpriced, and is said; no price is guessed."""
    root = tmp_path / "f"
    root.mkdir()
    (root / "prices.json").write_text("{")
    keeper = Keeper(root, [usd()], fault=pytest.fail)
    with caplog.at_level(logging.WARNING, "pyflare"):
        keeper.permit({"model_id": "gpt-4o", "provider": "openai"}, start_ns=1).settle(
            {"input_tokens": 5}, failed=False, counted=False
        )
    assert "knows no prices for its budgets" in caplog.text
    assert read_budgets(root, now_s=1)[0].unpriced == 1
    assert (root / FOLDER).is_dir()
    keeper.close()
