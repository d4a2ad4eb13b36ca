from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyflare.errors import DataError
from pyflare.pricing.rates import UNITS_PER_MICRO, Tiered, compile_rates, rounded, units_of
from pyflare.pricing.usage import Buckets

COUNTS = st.lists(st.integers(0, 10**7), min_size=10, max_size=10).map(lambda counts: Buckets(*counts))
PRICES = st.dictionaries(
    st.sampled_from(["cache_read", "cache_write", "cache_write_1h", "input_audio", "output_reasoning", "output_audio"]),
    st.decimals(0, 1000, places=6),
)


def test_rounds_once_to_the_nearest_and_halves_to_even():
    """A call's cost is rounded once: to the nearest micro-dollar, halves to the even one."""
    half = UNITS_PER_MICRO // 2
    assert [rounded(n) for n in (half - 1, half, half + 1, 3 * half, 3 * half + 1)] == [0, 0, 1, 2, 2]


def test_many_small_parts_are_not_rounded_each():
    """Parts of a micro-dollar add up before the rounding."""
    rates = compile_rates({"input": Decimal("0.4"), "output": Decimal("0.4"), "output_reasoning": Decimal("0.4")})
    assert rates.micros(Buckets(1, 0, 0, 0, 0, 0, 1, 1, 0, 0)) == 1


@given(COUNTS, PRICES, st.decimals(0, 1000, places=6), st.decimals(0, 1000, places=6))
def test_exact(used, special, input_price, output_price):
    """The cost equals tokens times prices in fractions, rounded half to even."""
    prices = {"input": input_price, "output": output_price, **special}
    of = {
        "uncached_input": "input",
        "input_image": "input",
        "output_text": "output",
        "output_image": "output",
        "reasoning": "output_reasoning",
    }
    exact = Fraction(0)
    for name, tokens in used._asdict().items():
        price = prices.get(of.get(name, name))
        if price is None and name == "cache_write_1h":
            price = prices.get("cache_write")
        if price is None:
            price = input_price if name in Buckets._fields[:6] else output_price
        exact += tokens * Fraction(price)
    assert compile_rates(prices).micros(used) == round(exact)


@given(COUNTS, st.integers(0, 9), st.integers(1, 10**6))
def test_monotone_in_tokens(used, bucket, more):
    """More tokens never cost less, across the threshold of a long context too."""
    tiered = Tiered(Decimal("1.25"), [(200_000, Decimal("2.5"))])
    rates = compile_rates(
        {"input": tiered, "cache_read": Decimal("0.1"), "output": Tiered(Decimal(10), [(200_000, Decimal(15))])}
    )
    larger = Buckets(*(count + more * (position == bucket) for position, count in enumerate(used)))
    assert rates.micros(larger) >= rates.micros(used)


def test_long_context_counts_for_the_whole_call():
    """Beyond the threshold, not at it, every token costs the higher price; cached input counts for the length."""
    rates = compile_rates({"input": Tiered(Decimal(1), [(200, Decimal(2)), (400, Decimal(3))]), "output": Decimal(5)})
    lengths = (200, 201, 400, 401)
    assert [rates.micros(Buckets(n, 0, 0, 0, 0, 0, 1, 0, 0, 0)) for n in lengths] == [205, 407, 805, 1208]
    assert rates.micros(Buckets(100, 101, 0, 0, 0, 0, 0, 0, 0, 0)) == 402


def test_a_bucket_without_a_price_leaves_the_call_unpriced():
    """Tokens that no price is known for make the whole call unpriced, and are named."""
    rates = compile_rates({"input": Decimal(1)})
    assert rates.micros(Buckets(5, 0, 0, 0, 0, 0, 0, 0, 0, 0)) == 5
    used = Buckets(5, 0, 0, 0, 0, 0, 1, 0, 0, 0)
    assert rates.micros(used) is None
    assert rates.missing(used) == ("output_text",)


@pytest.mark.parametrize("price", ["-1", "NaN", "Infinity", "1e-25"])
def test_prices_that_cannot_be_used(price):
    """A price that is negative, not finite or finer than can be counted is refused."""
    with pytest.raises(DataError, match="expected a price of 0 or more"):
        units_of(Decimal(price))
