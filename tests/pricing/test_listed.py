"""Published prices: computed as their own package computes them, found under the names that spans have."""

import random
import subprocess
import sys
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from genai_prices import Usage as TheirUsage
from genai_prices.data import providers

from pyflare.pricing import Prices, Usage
from pyflare.pricing.listed import ListedModel

BOOK = Prices()
MOMENTS = [datetime(2025, 6, 1, 12, tzinfo=UTC), datetime(2026, 11, 1, 18, tzinfo=UTC)]
USAGE = Usage.of(input_tokens=1000, output_tokens=10)
NOW = int(MOMENTS[1].timestamp()) * 10**9


def _random_counts(draw):
    """Counts as their package and as ours names them."""
    size = draw.choice([100, 150_000, 600_000])
    read, written, heard = (draw.randrange(size // 4) for _ in range(3))
    output = draw.randrange(50_000)
    return {
        "input_tokens": size,
        "cache_read_tokens": read,
        "cache_write_tokens": written,
        "input_audio_tokens": heard,
        "output_tokens": output,
    }


@pytest.mark.parametrize("provider", providers, ids=lambda provider: provider.id)
def test_equals_their_own_computation(provider):
    """For every model and random usage, the cost is theirs, rounded; where we say unpriced, they leave tokens out."""
    draw = random.Random(provider.id)
    for model in draw.sample(provider.models, min(12, len(provider.models))):
        counts, moment = _random_counts(draw), draw.choice(MOMENTS)
        theirs = model.calc_price(
            TheirUsage(**counts, cache_audio_read_tokens=0), provider, genai_request_timestamp=moment
        )
        ours = ListedModel(provider, model, version="").rates(
            at_ns=int(moment.timestamp()) * 10**9, service_tier="standard"
        )
        micros = ours.micros(Usage.of(**counts).buckets)
        if micros is None:
            assert ours.missing(Usage.of(**counts).buckets)
        else:
            exact = theirs.total_price * 1_000_000
            assert micros == int(exact.quantize(Decimal(1), ROUND_HALF_EVEN)), model.id


@pytest.mark.parametrize(
    ("provider", "model", "version", "name"),
    [
        ("openai", "gpt-4o-2024-08-06", None, "openai/gpt-4o"),
        ("openai", "openai/gpt-4o-2024-08-06", None, "openai/gpt-4o"),
        ("litellm", "anthropic/claude-sonnet-4-5", None, "anthropic/claude-sonnet-4-5"),
        (None, "bedrock/us.amazon.nova-pro-v1:0", None, "aws/amazon.nova-pro-v1:0"),
        (None, "gpt-4o", None, "openai/gpt-4o"),
        ("openrouter", "anthropic/claude-3.5-sonnet", None, "openrouter/anthropic/claude-3.5-sonnet"),
        ("groq", "llama-3.3-70b-versatile", None, "groq/llama-3.3-70b-versatile"),
        ("aws.bedrock", "amazon.nova-lite-v1:0", None, "aws/amazon.nova-lite-v1:0"),
        (
            "aws.bedrock",
            "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-3-5-sonnet-20241022-v2:0",
            None,
            "aws/regional.anthropic.claude-3-5-sonnet-20241022-v2:0",
        ),
        ("gcp.vertex_ai", "claude-sonnet-4@20250514", None, "google/claude-4-sonnet"),
        ("gcp.gen_ai", "models/gemini-2.0-flash-001", None, "google/gemini-2.0-flash"),
        ("azure.ai.openai", "our-deployment", "gpt-4o-2024-08-06", "azure/gpt-4o"),
        ("fireworks_ai", "accounts/fireworks/models/llama-v3p1-8b-instruct", None, "fireworks/llama-v3p1-8b-instruct"),
        (
            "together",
            "meta-llama/Llama-3.3-70B-Instruct-Turbo",
            None,
            "together/meta-llama/Llama-3.3-70B-Instruct-Turbo",
        ),
        ("x_ai", "grok-4", None, "x-ai/grok-4-0709"),
        ("mistral_ai", "mistral-large-latest", None, "mistral/mistral-large"),
    ],
)
def test_finds_models_by_the_names_that_spans_have(provider, model, version, name):
    """Providers in OpenTelemetry's words and models in gateways' and clouds' find their price."""
    quote = BOOK.quote(provider=provider, model=model, model_version=version, at_ns=NOW)
    assert quote.name == name


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ({"provider": "ollama", "model": "llama3"}, "no price list has this model"),
        ({"provider": "openai", "model": "anthropic/claude-sonnet-4-5"}, "no price list has this model"),
        ({"provider": "azure.ai.openai", "model": "our-deployment"}, "no price list has this model"),
        ({"provider": "openai", "model": "gpt-4o-our-own"}, "no price list has this model"),
        ({"provider": "openai", "model": None}, "the model is not known"),
        ({"provider": "openai", "model": "gpt-4o", "service_tier": "flex"}, "openai/gpt-4o has no flex price"),
        ({"provider": "openai", "model": "text-embedding-3-small"}, "has no price for output_text"),
    ],
)
def test_what_is_not_known_for_sure_is_unpriced(call, reason):
    """Nothing is guessed from a similar name, another provider or another tier, and the reason says so."""
    assert BOOK.price(**call, usage=USAGE, at_ns=NOW) is None
    assert reason in BOOK.reason(**call, usage=USAGE, at_ns=NOW)


def test_audio_of_a_model_whose_list_has_no_price_for_it():
    """A model for audio charges it many times what text costs: without a price for it there is none."""
    heard = Usage.of(input_tokens=10, input_audio_tokens=5)
    call = {"provider": "openai", "model": "gpt-4o-audio-preview", "at_ns": NOW}
    assert BOOK.price(**call, usage=heard) is None
    assert BOOK.price(**call, usage=USAGE).micros == 2600


def test_a_fee_for_each_call():
    """What a provider charges for a request is in the price, beside its tokens."""
    price = BOOK.price(provider="perplexity", model="sonar", usage=USAGE, at_ns=NOW)
    assert price.micros == 12_000 + 1000 + 10


def test_words_for_no_tier_in_particular():
    """A provider that says default or standard means the price that everybody pays."""
    call = {"provider": "openai", "model": "gpt-4o", "usage": USAGE, "at_ns": NOW}
    costs = {
        BOOK.price(**call, service_tier=word).micros for word in (None, "default", "Standard", "auto", "on_demand")
    }
    assert costs == {2600}


def test_nothing_is_imported_or_fetched_before_a_price_is_asked_for():
    """Importing PyFlare and its prices loads no price list; asking for one opens no socket."""
    program = """
import socket, sys
import pyflare, pyflare.pricing
assert not {"genai_prices", "pydantic", "httpx2"} & set(sys.modules)
def refuse(*_, **__): raise AssertionError("a socket")
socket.socket.connect = socket.getaddrinfo = refuse
price = pyflare.pricing.Prices().price(
    provider="openai", model="gpt-4o", usage=pyflare.pricing.Usage(uncached_input=4), at_ns=1_790_000_000_000_000_000)
assert price.micros == 10
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
