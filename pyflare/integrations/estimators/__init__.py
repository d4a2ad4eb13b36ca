"""Classic models: what `sklearn`, `xgboost` and `lightgbm` have in common, and what a program says about its models."""

from __future__ import annotations

from pyflare.integrations.estimators.names import name_model
from pyflare.integrations.estimators.records import last_predictions

__all__ = ["last_predictions", "name_model"]
