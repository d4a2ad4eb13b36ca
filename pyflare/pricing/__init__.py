"""What model calls cost, in whole micro-dollars.

`Usage` is a call's tokens in buckets that do not overlap, `Prices` the book of
the user's own prices (`ModelPricing`) above the published ones, `Price` what a
call costs by it. What is not known for sure has no price: None, never 0. Pure
Python, and nothing is imported or read before a price is asked for.
"""

from __future__ import annotations

from pyflare.pricing.book import EXTRA, Price, Prices, Quote
from pyflare.pricing.own import LongContext, ModelPricing
from pyflare.pricing.rates import Rates
from pyflare.pricing.tiers import STANDARD, tier_of
from pyflare.pricing.usage import Buckets, Usage, buckets
from pyflare.schema.tables import REPORTED, USAGE_COLUMNS

__all__ = [
    "EXTRA",
    "REPORTED",
    "STANDARD",
    "USAGE_COLUMNS",
    "Buckets",
    "LongContext",
    "ModelPricing",
    "Price",
    "Prices",
    "Quote",
    "Rates",
    "Usage",
    "buckets",
    "tier_of",
]
