"""What the demo's models cost: prices of one's own, as for models on one's own machines."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyflare
from pyflare.analytics.cost import ModelPricing

PRICES: Final = (
    ModelPricing(model_id="hashed-tfidf-128", input_usd_per_million="0.02"),
    ModelPricing(
        model_id="extractive-qa", provider="local", input_usd_per_million="0.50", output_usd_per_million="2.50"
    ),
    ModelPricing(
        model_id="term-digest", provider="local", input_usd_per_million="3.00", output_usd_per_million="15.00"
    ),
)
"""Made up. A token is a word here."""


def set_prices(path: Path) -> None:
    """Keep the prices in the folder at `path`: whoever reads it from now on prices its calls by them."""
    with pyflare.open(path, compact=False) as workspace:
        for pricing in PRICES:
            workspace.costs.set_price(pricing)
