"""What differs between two groups: one test and one effect size per field, corrected for how many are looked at."""

from __future__ import annotations

from pyflare.analytics.contrast.categories import CategoryContrast, contrast_categories
from pyflare.analytics.contrast.numbers import NumberContrast, contrast_numbers
from pyflare.analytics.contrast.presence import PresenceContrast, contrast_presence
from pyflare.analytics.stats.multiplicity import benjamini_hochberg

__all__ = [
    "CategoryContrast",
    "NumberContrast",
    "PresenceContrast",
    "benjamini_hochberg",
    "contrast_categories",
    "contrast_numbers",
    "contrast_presence",
]
