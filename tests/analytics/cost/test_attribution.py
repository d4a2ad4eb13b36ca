"""Sums by one thing that calls have in common."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pyflare.analytics.cost import CostLine, CostSummary, attribute

LINES = st.lists(
    st.builds(
        CostLine,
        value=st.none() | st.text(max_size=3),
        calls=st.integers(1, 10**6),
        cost_micros=st.none() | st.integers(0, 10**15),
        failed_cost_micros=st.none() | st.integers(0, 10**15),
    )
)


@given(LINES)
def test_the_total_is_the_exact_sum_and_the_dearest_come_first(lines):
    """Nothing is lost in adding up: the total is the sum of the integers, and unknown only where all are."""
    found = attribute("user", lines)
    known = [line.cost_micros for line in lines if line.cost_micros is not None]
    assert found.total.cost_micros == (sum(known) if known else None)
    assert found.total.calls == sum(line.calls for line in lines)
    costs = [-1 if line.cost_micros is None else line.cost_micros for line in found]
    assert costs == sorted(costs, reverse=True)
    assert len(found) == len(lines)


def test_what_has_no_price_has_no_share():
    """An unpriced line has no share, and is shown as what it is."""
    found = attribute(
        "model", [CostLine(value="a", calls=1, cost_micros=3), CostLine(value="b", calls=2, cost_micros=None)]
    )
    assert [found.share(line) for line in found] == [1.0, None]
    assert "unpriced" in repr(found)
    assert found.lines[1].cost_usd is None


NOTHING = CostSummary(
    calls=0, unpriced_calls=0, estimated_calls=0, cost_micros=None, input_tokens=0, output_tokens=0,
    cache_read_tokens=0, failed_calls=0, failed_cost_micros=None, retries=0, retry_cost_micros=None, traces=0,
    failed_traces=0, failed_traces_cost_micros=None, sessions=0, sessions_cost_micros=None, price_versions={},
)  # fmt: skip


def test_what_was_lost_says_what_is_known_of_it():
    """Calls that were rounded to nothing are not said to be free, nor those of unknown cost to be unpriced."""
    lost = replace(
        NOTHING, failed_calls=1, failed_traces=1, failed_traces_cost_micros=0, retries=2, retry_cost_micros=5
    )
    said = dict(lost.lines())
    assert said["failed calls"] == "no known cost for 1"
    assert said["failed traces"] == "less than $0.000001 a call for 1"
    assert said["retries"] == "$0.000005 for 2"


def test_a_summary_of_nothing():
    """Without calls nothing is 0 dollars: it is not known, and nothing is divided by 0."""
    nothing = NOTHING
    assert (nothing.cost_usd, nothing.usd_per_successful_trace, nothing.usd_per_session) == (None, None, None)
    assert nothing.cache_read_share is None
    assert "$0" not in repr(nothing)
