"""The table of docs/concepts/cost.md: what was worked by hand is what PyFlare computes."""

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from pyflare.pricing import Prices, Usage

PAGE = Path(__file__).parents[2] / "docs" / "concepts" / "cost.md"
BOOK = Prices()


def _examples():
    lines = PAGE.read_text().split("## Worked examples")[1].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return rows[2:]


def _usage(text):
    counts = dict(part.split() for part in text.split(", "))
    names = {name: f"{name}_tokens" for name in counts}
    return Usage.of(**{names[name]: int(count) for name, count in counts.items()})


def _worked(text):
    products = (part.split("×") for part in text.split(" + "))
    return round(sum(int(tokens) * Fraction(price) for tokens, price in products))


@pytest.mark.parametrize("row", _examples(), ids=lambda row: "-".join(row[:4]))
def test_price_equals_what_was_worked_by_hand(row):
    """A call costs exactly what tokens times the published prices come to, rounded once."""
    provider, model, tier, when, tokens, by_hand, micros = row
    moment = datetime.fromisoformat(when).replace(tzinfo=UTC)
    usage = _usage(tokens)
    at_ns = int(moment.timestamp()) * 10**9
    price = BOOK.price(provider=provider, model=model, service_tier=tier or None, usage=usage, at_ns=at_ns)
    assert (price.micros, _worked(by_hand)) == (int(micros), int(micros))
    assert price.input_micros + price.output_micros == price.micros
    assert sum(int(part.split("×")[0]) for part in by_hand.split(" + ")) == usage.input_tokens + usage.output_tokens


def test_there_are_examples_of_every_kind():
    """Cached, cache-writing, hour-long, reasoning, audio, batch, flex and long-context usage each have an example."""
    text = "\n".join("|".join(row) for row in _examples())
    for word in (
        "cache_read",
        "cache_write ",
        "cache_write_1h",
        "reasoning",
        "audio",
        "batch",
        "flex",
        "priority",
        "200001",
    ):
        assert word in text
