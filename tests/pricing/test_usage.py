import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyflare.pricing import Usage, buckets

COUNTS = st.none() | st.integers(-5, 10**7)
KNOWN = st.integers(0, 10**7)
PARTS = ("cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens", "input_audio_tokens", "input_image_tokens")


@given(st.lists(COUNTS, min_size=10, max_size=10))
def test_no_bucket_is_negative(counts):
    """Whatever a span claims, no bucket is negative."""
    assert min(buckets(*counts)) >= 0


@given(KNOWN, KNOWN, st.lists(COUNTS, min_size=8, max_size=8))
def test_buckets_sum_to_the_whole(input_tokens, output_tokens, parts):
    """The input buckets sum to the input tokens, and the output buckets to the output tokens, to the token."""
    found = buckets(input_tokens, output_tokens, *parts)
    assert (sum(found[:6]), sum(found[6:])) == (input_tokens, output_tokens)


@given(st.lists(KNOWN, min_size=10, max_size=10))
def test_usage_and_buckets_are_the_same(counts):
    """Usage made from columns holds the buckets, and gives the same tuple back."""
    names = ("input_tokens", "output_tokens", *PARTS, "reasoning_tokens", "output_audio_tokens", "output_image_tokens")
    assert Usage.of(**dict(zip(names, counts, strict=True))).buckets == buckets(*counts)


def test_takes_overlapping_counts_apart():
    """What is cached, audio or reasoning is taken out of the whole that includes it."""
    usage = Usage.of(
        input_tokens=1000,
        output_tokens=500,
        cache_read_tokens=300,
        cache_write_tokens=200,
        cache_write_1h_tokens=50,
        input_audio_tokens=100,
        reasoning_tokens=400,
    )
    assert usage == Usage(
        uncached_input=400,
        cache_read=300,
        cache_write=150,
        cache_write_1h=50,
        input_audio=100,
        output_text=100,
        reasoning=400,
    )
    assert (usage.input_tokens, usage.output_tokens) == (1000, 500)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"input_tokens": 10, "cache_read_tokens": 30}, Usage(cache_read=10)),
        ({"output_tokens": 10, "reasoning_tokens": 30}, Usage(reasoning=10)),
        ({"cache_read_tokens": 30}, Usage(cache_read=30)),
        ({"input_tokens": 10, "cache_write_1h_tokens": 5}, Usage(uncached_input=10)),
        ({}, Usage()),
    ],
)
def test_claims_that_do_not_fit(counts, expected):
    """A part never exceeds its whole, an unknown whole is its parts, and an hour's writes are a part of the writes."""
    assert Usage.of(**counts) == expected


def test_repr():
    """Only the buckets with tokens are shown."""
    assert repr(Usage(uncached_input=1200, reasoning=3)) == "Usage(uncached_input=1,200, reasoning=3)"
