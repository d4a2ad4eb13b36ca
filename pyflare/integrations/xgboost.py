"""xgboost: predictions become spans and records, training a span; boosters and the estimators made of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import xgboost
from xgboost import training

from pyflare.integrations.estimators.booster import KINDS, kind_by_objective, traced_training
from pyflare.integrations.estimators.call import Library, traced_method
from pyflare.integrations.family import FamilyPatch
from pyflare.integrations.patch import Patch


def _kind(model: Any) -> str | None:
    if hasattr(model, "get_params"):
        return KINDS.get(str(model.objective).partition(":")[0])
    return kind_by_objective(model, _objective)


def _objective(booster: Any) -> str:
    return str(json.loads(booster.save_config())["learner"]["objective"]["name"])


def _names(model: Any) -> Sequence[str] | None:
    names = getattr(model, "feature_names_in_" if hasattr(model, "get_params") else "feature_names", None)
    return None if names is None else [str(name) for name in names]


_LIBRARY: Final = Library(kind=_kind, names=_names)
_PREDICT: Final = traced_method(_LIBRARY, "predict")


def patches() -> Sequence[FamilyPatch | Patch]:
    """What is traced."""
    train = traced_training(xgboost.Booster)
    return [
        Patch(owner=xgboost.Booster, name="predict", wrap=_PREDICT),
        Patch(owner=xgboost.Booster, name="inplace_predict", wrap=_PREDICT),
        Patch(owner=training, name="train", wrap=train),
        Patch(owner=xgboost, name="train", wrap=train),
        FamilyPatch(
            root=xgboost.XGBModel,
            methods={
                "predict": _PREDICT,
                "predict_proba": _PREDICT,
                "fit": traced_method(_LIBRARY, "train"),
                "score": traced_method(_LIBRARY, "evaluate"),
            },
        ),
    ]
