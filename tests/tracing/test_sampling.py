"""Head and tail sampling: rates, rules, and agreement with OpenTelemetry."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace.sampling import Decision, TraceIdRatioBased

from pyflare.errors import ConfigError
from pyflare.tracing.sampling import HeadSampler, SamplingRule, TailSampler

LOWEST, HIGHEST = bytes(16), b"\xff" * 16
TRACE_IDS = st.binary(min_size=16, max_size=16)
RATES = st.floats(0.0, 1.0)


@given(TRACE_IDS, RATES)
def test_agrees_with_opentelemetry_on_every_trace(trace_id, rate):
    """A service with the SDK's sampler and the same rate keeps the same traces."""
    theirs = TraceIdRatioBased(rate).should_sample(None, int.from_bytes(trace_id, "big"), "x").decision
    assert HeadSampler(rate=rate).decide(trace_id, "s", "n", {}) == (theirs is Decision.RECORD_AND_SAMPLE)


@given(TRACE_IDS, RATES, RATES)
def test_a_higher_rate_keeps_what_a_lower_one_keeps(trace_id, one, other):
    """Services with different rates keep whole traces where the lower one does."""
    lower, higher = (HeadSampler(rate=rate).decide(trace_id, "s", "n", {}) for rate in sorted((one, other)))
    assert higher or not lower


@pytest.mark.parametrize("rate", [0.001, 0.1, 0.5, 0.9])
def test_the_share_kept_lies_in_its_binomial_band(rate):
    """Of 50,000 random ids the share kept is within five standard errors of the rate."""
    draw = random.Random(20260101)
    sampler = HeadSampler(rate=rate)
    kept = sum(sampler.decide(draw.randbytes(16), "s", "n", {}) for _ in range(50_000))
    assert abs(kept / 50_000 - rate) < 5 * math.sqrt(rate * (1 - rate) / 50_000)


def test_rate_one_keeps_all_and_rate_zero_none():
    """The ends of the scale are exact."""
    assert HeadSampler(rate=1.0).decide(HIGHEST, "s", "n", {})
    assert not HeadSampler(rate=0.0).decide(LOWEST, "s", "n", {})


def test_the_first_rule_that_matches_wins():
    """Rules are tried in order; the rate is for what none of them matches."""
    sampler = HeadSampler(
        rate=0.0,
        rules=[
            SamplingRule(rate=1.0, attribute=("priority", "high")),
            SamplingRule(rate=0.0, service="busy", name="poll"),
            SamplingRule(rate=1.0, service="busy"),
        ],
    )
    assert sampler.decide(HIGHEST, "busy", "poll", {"priority": "high"})
    assert not sampler.decide(LOWEST, "busy", "poll", {"priority": "low"})
    assert sampler.decide(HIGHEST, "busy", "other", {})
    assert not sampler.decide(LOWEST, "quiet", "poll", {})


def test_a_missing_attribute_matches_no_value():
    """An attribute that is not there does not match, not even None."""
    rule = SamplingRule(rate=1.0, attribute=("priority", None))
    assert not rule.matches("s", "n", {})
    assert rule.matches("s", "n", {"priority": None})


def test_tail_sampling_keeps_what_is_slow_or_failed():
    """Errors and slow traces are kept whatever their id; the rest by rate."""
    sampler = TailSampler(slower_than_s=0.5, rate=0.0)
    assert sampler.keep(LOWEST, 500_000_000, False)
    assert sampler.keep(LOWEST, 0, True)
    assert not sampler.keep(LOWEST, 499_999_999, False)


def test_tail_sampling_keeps_its_share_of_the_rest():
    """What is neither slow nor failed is kept by trace id."""
    sampler = TailSampler(slower_than_s=None, rate=0.5, keep_errors=False)
    assert sampler.keep(LOWEST, 10**12, True)
    assert not sampler.keep(HIGHEST, 10**12, True)


@pytest.mark.parametrize("rate", [-0.1, 1.1, math.nan, 10])
def test_a_rate_outside_its_range_is_an_error(rate):
    """Each place that takes a rate says what a rate is."""
    for make in (HeadSampler, SamplingRule, TailSampler):
        with pytest.raises(ConfigError, match="from 0 to 1"):
            make(rate=rate)
