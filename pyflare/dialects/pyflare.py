"""What PyFlare itself writes over OTLP where the conventions have no word."""

from __future__ import annotations

from typing import Final

from pyflare.dialects.table import Dialect

PYFLARE: Final = Dialect(
    name="pyflare",
    versions="pyflare.semconv",
    columns={
        "inference_type": ("pyflare.inference_type",),
        "feature_id": ("pyflare.feature",),
        "team": ("pyflare.team",),
        "tags": ("pyflare.tags",),
        "cache_write_1h_tokens": ("pyflare.usage.cache_write_1h_tokens",),
        "usage_estimated": ("pyflare.usage.estimated",),
        "service_tier": ("pyflare.service_tier",),
        "cost_micros": ("pyflare.cost_micros",),
        "price_version": ("pyflare.price_version",),
        "input_ref": ("pyflare.input_ref",),
        "output_ref": ("pyflare.output_ref",),
    },
)
