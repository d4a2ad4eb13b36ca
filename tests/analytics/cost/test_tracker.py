"""Costs of single calls, and what happens when they add up."""

from datetime import UTC, datetime

import pytest

from pyflare.analytics.cost import CostTracker, ModelPricing
from pyflare.errors import ConfigError, DataError
from pyflare.pricing import Usage

CALL = {"provider": "openai", "model_id": "gpt-4o", "input_tokens": 1000, "output_tokens": 500, "user_id": "ann"}
MOMENT = datetime(2026, 11, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def test_a_call():
    """A result says what input and output cost, whom that served, and by which prices."""
    result = CostTracker().calculate({**CALL, "cache_read_tokens": 400, "start_time": MOMENT, "trace_id": "t"})
    assert (result.input_cost_micros, result.output_cost_micros, result.total_cost_micros) == (2000, 5000, 7000)
    assert (result.input_tokens, result.output_tokens, result.total_tokens) == (1000, 500, 1500)
    assert (result.trace_id, result.model_id, result.user_id, result.timestamp) == ("t", "gpt-4o", "ann", MOMENT)
    assert result.usage == Usage(uncached_input=600, cache_read=400, output_text=500)
    assert result.price_version.startswith("genai-prices ")
    assert result.total_cost_usd == 0.007
    assert repr(result).startswith("CostResult(gpt-4o: $0.007 by genai-prices ")


def test_an_unpriced_call():
    """Without a price the cost is None, never 0, and the result says why."""
    result = CostTracker().calculate({**CALL, "model_id": "house"})
    assert (result.total_cost_micros, result.total_cost_usd, result.price_version) == (None, None, None)
    assert "no price list has this model" in result.unpriced_because
    assert "unpriced because" in repr(result)


@pytest.mark.parametrize("version", [None, "reported"])
def test_a_reported_cost_counts_before_any_price(version):
    """What the call said itself is taken as a whole; what was computed before is computed again."""
    tracker = CostTracker()
    result = tracker.calculate({**CALL, "cost_micros": 5, "price_version": version})
    assert (result.total_cost_micros, result.input_cost_micros, result.price_version) == (5, None, "reported")
    assert tracker.calculate({**CALL, "cost_micros": 5, "price_version": "own 1"}).total_cost_micros == 7500


def test_prices_can_be_updated():
    """A price that is put above the others counts from its date on."""
    tracker = CostTracker()
    later = ModelPricing(model_id="gpt-4o", input_usd_per_million=1, output_usd_per_million=1, effective_from=MOMENT)
    tracker.update_pricing(later)
    before = int(MOMENT.timestamp() * 1e9) - 1
    assert tracker.calculate({**CALL, "start_time": MOMENT}).total_cost_micros == 1500
    assert tracker.calculate({**CALL, "start_time": before}).total_cost_micros == 7500


def test_a_budget_alert_is_called_once_when_the_threshold_is_reached():
    """Calls of the value count, others do not, and the next window begins anew."""
    tracker, alerts = CostTracker(), []
    tracker.set_budget_alert("user", "ann", 15_000, alerts.append)
    for user in ("ann", "ben", "ben", "ann", "ann"):
        tracker.calculate({**CALL, "user_id": user, "start_time": MOMENT})
    (alert,) = alerts
    assert (alert.amount, alert.calls, alert.spent_usd) == (15_000, 2, 0.015)
    for _ in range(2):
        tracker.calculate({**CALL, "start_time": datetime(2026, 12, 1, tzinfo=UTC)})
    assert len(alerts) == 2


def test_a_budget_alert_that_cannot_be():
    """A dimension that calls do not have is refused."""
    with pytest.raises(ConfigError, match='did you mean "user"'):
        CostTracker().set_budget_alert("usr", "ann", 1, print)


def test_a_start_that_is_no_time():
    """A start that is neither a datetime nor nanoseconds is refused."""
    with pytest.raises(DataError, match="expected a datetime or unix nanoseconds, got str"):
        CostTracker().calculate({**CALL, "start_time": "today"})
