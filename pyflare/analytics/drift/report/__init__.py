"""Reports of drift: for a notebook, a terminal, or as one HTML file."""

from pyflare.analytics.drift.report.report import DriftReport

__all__ = ["DriftReport"]
