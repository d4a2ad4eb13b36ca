"""Calls of a real client that are held to budgets."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import time
from datetime import UTC, datetime, timedelta

import openai
import pytest

import pyflare
from pyflare.budgets import read_budgets
from tests.budgets.calling import COST_MICROS, call, client
from tests.integrations.provider import CHAT, chat_chunks


def standing(recorded, name=None):
    """The one account that has been used."""
    (found,) = [each for each in read_budgets(recorded.path) if name in (None, each.budget.name)]
    return found


def test_stop(begin, provider):
    """A budget that stops lets calls through until it is used up; what is refused is never sent."""
    begin(budgets=[{"name": "day", "limit_usd": 3 * COST_MICROS / 1e6, "on_exceeded": "stop"}])
    for _ in range(3):
        call(client(provider.url))
    with pytest.raises(pyflare.BudgetExceededError) as refused:
        call(client(provider.url))
    assert len(provider.bodies) == 3
    error = refused.value
    assert (error.budget, error.key, error.spent, error.limit) == ("day", "", 180, 180)
    assert error.opens_at.tzinfo is UTC
    assert timedelta() < error.opens_at - datetime.now(UTC) <= timedelta(days=1)
    assert 'The budget "day" is used up: $0.00018 of $0.00018 is spent since' in str(error)
    assert isinstance(error, RuntimeError)


def test_what_was_refused_is_a_span_that_failed(begin, provider):
    """The trace shows why the program was stopped, and nothing is counted for it."""
    recorded = begin(budgets=[pyflare.Budget(name="b", limit_calls=1, on_exceeded="stop")])
    call(client(provider.url))
    with pytest.raises(pyflare.BudgetExceededError):
        call(client(provider.url))
    _, refused = recorded.ended()
    assert refused.status_code == 2
    assert refused.fields["error_type"] == "pyflare.errors.BudgetExceededError"
    assert standing(recorded).calls == 1


def test_warn_only(begin, provider, caplog):
    """Without "stop" nothing is stopped: 80 % and 100 % are said once each."""
    begin(budgets=[pyflare.Budget(name="day", limit_usd=5 * COST_MICROS / 1e6)])
    with caplog.at_level(logging.WARNING, "pyflare"):
        for _ in range(8):
            call(client(provider.url))
    assert [record.message.partition(":")[0] for record in caplog.records] == [
        'The budget "day" has reached 80%',
        'The budget "day" has reached 100%',
    ]


def test_call_back(begin, provider, faults):
    """Functions are told, once each; one that fails is our fault to report, and not the caller's."""
    heard = []

    def fail(alert):
        heard.append(alert)
        raise ValueError("mine")

    budget = pyflare.Budget(
        name="b", limit_usd=4 * COST_MICROS / 1e6, warn_at=(0.5,), on_alert=heard.append, on_exceeded=fail
    )
    begin(budgets=[budget])
    for _ in range(6):
        call(client(provider.url))
    assert [(alert.level, alert.amount, alert.calls) for alert in heard] == [(0.5, 120, 2), (1.0, 240, 4)]
    assert heard[1].spent_usd == 0.00024
    assert heard[1].share == 1.0
    assert list(faults) == ['call back for the budget "b": ValueError']
    faults.clear()


def test_by_user(begin, provider):
    """Each user has a budget of their own; whoever has none used up goes on."""
    recorded = begin(budgets=[pyflare.Budget(name="each", limit_calls=2, by="user", on_exceeded="stop")])
    for user in ("ann", "ben"):
        with pyflare.context(user=user):
            call(client(provider.url))
    with pyflare.context(user="ann"):
        call(client(provider.url))
        with pytest.raises(pyflare.BudgetExceededError, match="user 'ann'"):
            call(client(provider.url))
    with pyflare.context(user="ben"):
        call(client(provider.url))
    assert [(each.key, each.calls) for each in read_budgets(recorded.path)] == [("ann", 2), ("ben", 2)]


def test_match(begin, provider):
    """A budget is only for the calls that it matches, by any of several values, tags and attributes too."""
    budgets = [
        pyflare.Budget(name="model", limit_calls=9, match={"model": ["gpt-4o", "o3"], "provider": "openai"}),
        pyflare.Budget(name="other", limit_calls=9, match={"model": "o3"}),
        pyflare.Budget(name="tag", limit_calls=9, match={"tag": "beta"}, by=("team", "gen_ai.operation.name")),
    ]
    recorded = begin(budgets=budgets)
    with pyflare.context(tags=["beta"], team="search"):
        call(client(provider.url))
    call(client(provider.url))
    found = {each.budget.name: (each.key, each.calls) for each in read_budgets(recorded.path)}
    assert found == {"model": ("", 2), "other": ("", 0), "tag": ("search · chat", 1)}


def test_streams(begin, provider):
    """A stream is charged when it ends, with the usage of its last chunk; one that is dropped too."""
    recorded = begin(budgets=[pyflare.Budget(name="day", limit_usd=1.0, on_exceeded="stop")])
    provider.will(chat_chunks("Fo", "ur."))
    for _ in call(client(provider.url), stream=True):
        pass
    assert (standing(recorded).amount, standing(recorded).reserved) == (COST_MICROS, 0)
    stream = call(client(provider.url), stream=True)
    next(iter(stream))
    assert standing(recorded).reserved == COST_MICROS
    stream.close()
    assert (standing(recorded).calls, standing(recorded).unpriced, standing(recorded).reserved) == (2, 1, 0)
    with client(provider.url) as chosen:
        next(iter(call(chosen, stream=True)))  # dropped here
        gc.collect()
    assert (standing(recorded).calls, standing(recorded).unpriced, standing(recorded).reserved) == (3, 2, 0)


def test_async(begin, provider):
    """Calls under way in one thread count too: together they do not pass the limit unseen."""
    provider.will(CHAT, delay_s=0.3)
    begin(budgets=[pyflare.Budget(name="b", limit_calls=5, on_exceeded="stop")])

    async def many():
        chosen = openai.AsyncOpenAI(base_url=provider.url, api_key="none", max_retries=0)
        asked = (chosen.chat.completions.create(model="gpt-4o", messages=[]) for _ in range(12))
        found = await asyncio.gather(*asked, return_exceptions=True)
        await chosen.close()
        return found

    results = asyncio.run(many())
    refused = [each for each in results if isinstance(each, pyflare.BudgetExceededError)]
    assert (len(provider.bodies), len(refused)) == (5, 7)
    assert refused[0].opens_at is None
    assert "calls under way may use 5 calls" in str(refused[0])


def test_errors_give_back_what_they_had_reserved(begin, provider):
    """A call that the provider refuses costs nothing."""
    recorded = begin(budgets=[pyflare.Budget(name="day", limit_usd=1.0, on_exceeded="stop")])
    provider.will({"error": {"message": "no"}}, status=400)
    with pytest.raises(openai.BadRequestError):
        call(client(provider.url))
    found = standing(recorded)
    assert (found.amount, found.calls, found.reserved) == (0, 0, 0)


def test_calls_without_a_price(begin, provider, caplog):
    """They are counted, and said once, and never taken for free; a budget of tokens holds them."""
    budgets = [
        pyflare.Budget(name="usd", limit_usd=1.0),
        pyflare.Budget(name="tokens", limit_tokens=40, on_exceeded="stop"),
    ]
    recorded = begin(budgets=budgets)
    provider.will({**CHAT, "model": "home-made-1"})
    with caplog.at_level(logging.WARNING, "pyflare"):
        for _ in range(2):
            client(provider.url).chat.completions.create(model="home-made-1", messages=[])
    with pytest.raises(pyflare.BudgetExceededError, match="46 tokens of 40 tokens"):
        client(provider.url).chat.completions.create(model="home-made-1", messages=[])
    assert (standing(recorded, "usd").amount, standing(recorded, "usd").unpriced) == (0, 2)
    assert len([each for each in caplog.records if "no price of the model 'home-made-1'" in each.message]) == 1


def test_what_is_not_sampled_costs_the_same(begin, provider):
    """Head sampling keeps spans away, and not what calls cost nor whose they are."""
    recorded = begin(
        sample_rate=0.0, budgets=[pyflare.Budget(name="each", limit_calls=2, by="user", on_exceeded="stop")]
    )
    with pyflare.context(user="ann"), pyflare.span("request"):
        for _ in range(2):
            call(client(provider.url))
        with pytest.raises(pyflare.BudgetExceededError):
            call(client(provider.url))
    assert recorded.ended() == []
    assert [(each.key, each.calls) for each in read_budgets(recorded.path)] == [("ann", 2)]


def test_what_a_program_reports_itself(begin):
    """Spans that say what they used are charged too; one above them that says the same is not."""
    recorded = begin(budgets=[pyflare.Budget(name="day", limit_usd=1.0)])
    with pyflare.span("agent", kind="agent", model="gpt-4o", provider="openai") as agent:
        with pyflare.span("step"), pyflare.span("llm", kind="llm", cost_usd=0.25):
            pass
        agent.update(input_tokens=100, output_tokens=10)
    assert (standing(recorded).amount, standing(recorded).calls) == (250_000, 1)


def test_a_child_process_counts_on(begin):
    """After a fork the child has a part of the ledger of its own, and both see the sum; an open call is the parent's."""
    recorded = begin(budgets=[pyflare.Budget(name="b", limit_calls=9)])

    def used():
        with pyflare.span("llm", kind="llm", model="m", input_tokens=1):
            pass

    used()
    with pyflare.span("llm", kind="llm", model="m", input_tokens=1) as both:
        child = os.fork()
        if not child:
            try:
                used()
                both.end()
                os._exit(0)
            finally:
                os._exit(1)
        assert os.waitpid(child, 0)[1] == 0
    used()
    assert standing(recorded).calls == 4


def test_later(begin, provider):
    """A budget can come while a program runs; the same name replaces what was there and goes on counting."""
    recorded = begin()
    call(client(provider.url))
    pyflare.budget("b", limit_calls=2, on_exceeded="stop")
    for _ in range(2):
        call(client(provider.url))
    with pytest.raises(pyflare.BudgetExceededError):
        call(client(provider.url))
    pyflare.budget("b", limit_calls=3, on_exceeded="stop")
    call(client(provider.url))
    assert (standing(recorded).calls, standing(recorded).budget.limit) == (3, 3)


def test_from_the_settings_file(begin, provider, tmp_path, monkeypatch):
    """pyflare.toml has budgets too; one in code with the same name counts instead."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyflare.toml").write_text(
        '[[pyflare.budgets]]\nname = "a"\nlimit_calls = 1\non_exceeded = "stop"\n\n'
        '[[pyflare.budgets]]\nname = "b"\nlimit_usd = 2.5\nwindow = "rolling 24h"\nmatch = { team = ["x"] }\n'
    )
    begin(budgets=[pyflare.Budget(name="a", limit_calls=5)])
    budgets = pyflare.tracing.state.runtime.budgets.keeper.budgets
    assert {budget.name: budget.limit for budget in budgets} == {"a": 5, "b": 2_500_000}


def test_a_folder_that_cannot_be_written(begin, provider, faults, tmp_path):
    """Calls go on where the ledger cannot be kept, and it is said."""
    begin(budgets=[pyflare.Budget(name="b", limit_calls=1, on_exceeded="stop")])
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "budgets").write_text("in the way")
    for _ in range(2):
        call(client(provider.url))
    assert {where.partition(":")[0] for where in faults} == {"look at the budgets", "charge a budget"}
    faults.clear()


def test_a_framework_above_the_client(begin, provider):
    """Where a framework's span of a call lies above the client's, the call is reserved once and charged once."""
    from pyflare.integrations.call import Answered, Asked, Current
    from pyflare.integrations.call import begin as begin_call
    from pyflare.integrations.call import end as end_call

    recorded = begin(budgets=[pyflare.Budget(name="b", limit_calls=2, on_exceeded="stop")])
    asked = Asked(operation="chat", kind="llm", provider="openai", model="gpt-4o", input="2 + 2?")
    for _ in range(2):
        outer = begin_call(lambda: asked)
        with Current(outer):
            call(client(provider.url))
        end_call(outer, lambda: Answered(columns={"input_tokens": 20, "output_tokens": 3}))
    assert (standing(recorded).calls, standing(recorded).reserved) == (2, 0)
    with pytest.raises(pyflare.BudgetExceededError), Current(begin_call(lambda: asked)):
        pytest.fail("was let through")


def test_only_calls_of_models_are_held(begin):
    """A web request, a task or a tool is never stopped, nor counted."""
    from pyflare.integrations.call import Answered, Asked, Current
    from pyflare.integrations.call import begin as begin_call
    from pyflare.integrations.call import end as end_call

    recorded = begin(budgets=[pyflare.Budget(name="b", limit_calls=1, on_exceeded="stop")])
    for _ in range(3):
        span = begin_call(lambda: Asked(operation="execute_tool", kind="tool", provider="x", model=None, input=1))
        with Current(span):
            pass
        end_call(span, Answered)
    assert read_budgets(recorded.path) == []


def test_the_ledger_and_the_store_agree(begin):
    """What a window of a budget has spent is what the store says that its calls cost, to the micro-dollar."""
    budgets = [
        pyflare.Budget(name=window, limit_usd=1000.0, window=window, time_zone=zone)
        for window, zone in (
            ("rolling 1h", "UTC"),
            ("rolling 24h", "UTC"),
            ("hour", "Asia/Kathmandu"),
            ("day", "America/New_York"),
            ("month", "Europe/Berlin"),
        )
    ]
    recorded = begin(budgets=budgets)
    now_ns = time.time_ns()
    for minutes in (0, 3, 25, 58, 59, 60, 62, 300, 1300, 1439, 1500, 20_000, 60_000):
        used = {"input_tokens": 1000 + minutes, "output_tokens": 7, "cache_read_tokens": 333}
        with pyflare.span("llm", kind="llm", model="gpt-4o", provider="openai", **used) as span:
            span.backdate(now_ns - minutes * 60 * 10**9)
    with pyflare.open(recorded.path) as workspace:
        for found in read_budgets(recorded.path):
            (row,) = workspace.query(
                "SELECT coalesce(sum(cost_micros), 0)::BIGINT AS micros, count(*) AS calls FROM spans "
                "WHERE start_time >= ? AND start_time < ?",
                [found.since.replace(tzinfo=None), found.until.replace(tzinfo=None)],
            )
            assert (found.amount, found.calls) == (row["micros"], row["calls"]), found.budget.name
            assert found.amount > 0
