"""Forecasts, comparisons and budgets over HTTP."""

from __future__ import annotations

import json
import time

import pytest

import pyflare
from tests.server.api.serving import serving
from tests.store.records import end, write_journal

DAY_NS = 86_400 * 10**9


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    """A folder with two dollars a day for a month, in two models, and two budgets."""
    root = tmp_path_factory.mktemp("folder")
    today = time.time_ns() // DAY_NS
    calls = []
    for day in range(1, 31):
        for which, model in enumerate(("gpt-4o", "o3")):
            fields = {"model_id": model, "provider": "openai", "cost_micros": 10**6, "input_tokens": 1000}
            at_ns = (today - day) * DAY_NS + DAY_NS // 2
            calls.append(end(2 * day + which, 2 * day + which, name="chat", kind="llm", at_ns=at_ns, fields=fields))
    write_journal(root, calls)
    budgets = [
        pyflare.Budget(name="each", limit_usd=1.0, by="user", window="rolling 24h", on_exceeded="stop"),
        pyflare.Budget(name="tokens", limit_tokens=1000),
    ]
    pyflare.init(service="s", path=root, compaction="off", budgets=budgets)
    with pyflare.span("chat", kind="llm", model="o3", user="ann", cost_usd=0.25, input_tokens=10, output_tokens=2):
        pass
    pyflare.shutdown()
    with serving(root) as served:
        yield served


def test_forecast(api):
    """Spend to come, with bounds, and the error on held-back history beside it."""
    found = api.get("/costs/forecast?horizon_days=10")
    assert found["horizon"]["expected_usd"] == pytest.approx(20, rel=0.01)
    assert [len(found["days"]), found["method"]] == [10, "level"]
    assert found["backtest"]["horizon"] == 9
    assert {"mase", "smape", "mape", "coverage_80"} <= found["backtest"].keys()
    assert found["others"][-1]["coverage_80"] is None
    assert api.get("/costs/forecast?horizon_days=10&model_id=o3")["horizon"]["expected_usd"] == pytest.approx(
        10, rel=0.05
    )


def test_too_little_history(api):
    """Where nothing can be said, the answer says why, and no number."""
    found = api.get("/costs/forecast?model_id=o3&filter=user%20%3D%20nobody")
    assert found["spent_month_usd"] in (0, None)
    short = api.ask("GET", "/costs/forecast?horizon_days=400")
    assert (short.status, json.loads(short.body)["error"]["code"]) == (400, "bad_request")


def test_what_if(api):
    """The same calls with twice the traffic."""
    found = api.get("/costs/what-if?traffic=2&start_time=60d")
    assert (found["requests"], found["ratio"]) == (61, 2.0)
    assert found["assumptions"] == ["there would be 2 times as many calls of the same kind"]
    assert api.ask("GET", "/costs/what-if?cache_rate=2").status == 400
    assert api.ask("GET", "/costs/what-if?provider=openai").status == 400


def test_budgets(api):
    """How each budget stands, in its unit."""
    found = api.get("/budgets")
    assert found["total"] == 2
    each, tokens = found["budgets"]
    assert (each["name"], each["key"], each["spent"], each["limit"], each["on_exceeded"]) == (
        "each",
        "ann",
        0.25,
        1,
        "stop",
    )
    assert (tokens["unit"], tokens["spent"], tokens["share"]) == ("tokens", 12, 0.012)
    assert api.get("/budgets?limit=1")["total"] == 2


def test_a_folder_without(tmp_path):
    """A young folder has no budgets and no forecast, and says so."""
    write_journal(tmp_path, [end(1, 1, name="step")])
    with serving(tmp_path) as served:
        assert served.get("/budgets") == {"budgets": [], "total": 0}
        found = served.get("/costs/forecast")
    assert (found["method"], found["horizon"], found["days"]) == (None, None, [])
    assert "needs 14 observed days" in found["reason"]
