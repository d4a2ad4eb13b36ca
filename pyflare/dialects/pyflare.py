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
        "cost_micros": ("pyflare.cost_micros",),
        "input_ref": ("pyflare.input_ref",),
        "output_ref": ("pyflare.output_ref",),
    },
)
