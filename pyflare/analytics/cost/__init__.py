"""What model calls cost, whom that serves, and what of it is lost.

Pure functions of rows: `pyflare.workspace` reads them from a folder. Money is in
whole micro-dollars, sums are of these, and what has no price is None, never 0.
"""

from __future__ import annotations

from pyflare.analytics.cost.attribution import Attribution, CostLine, attribute
from pyflare.analytics.cost.result import CostResult
from pyflare.analytics.cost.summary import CostSummary
from pyflare.analytics.cost.tracker import CostTracker
from pyflare.pricing import LongContext, ModelPricing

__all__ = [
    "Attribution",
    "CostLine",
    "CostResult",
    "CostSummary",
    "CostTracker",
    "LongContext",
    "ModelPricing",
    "attribute",
]
