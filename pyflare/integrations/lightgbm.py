"""lightgbm: predictions become spans and records, training a span; boosters and the estimators made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import lightgbm
from lightgbm import engine

from pyflare.integrations.estimators.booster import kind_by_objective, traced_training
from pyflare.integrations.estimators.call import Library, traced_method
from pyflare.integrations.family import FamilyPatch
from pyflare.integrations.patch import Patch

_BY_CLASS: Final = {
    "LGBMClassifier": "classification",
    "LGBMRegressor": "regression",
    "LGBMRanker": "ranking",
}


def _kind(model: Any) -> str | None:
    if hasattr(model, "get_params"):
        return next((_BY_CLASS[kind.__name__] for kind in type(model).__mro__ if kind.__name__ in _BY_CLASS), None)
    return kind_by_objective(model, _objective)


def _objective(booster: Any) -> str:
    return str(booster.params.get("objective") or booster.dump_model(num_iteration=1).get("objective"))


def _names(model: Any) -> Sequence[str] | None:
    names = model.feature_name_ if hasattr(model, "get_params") else model.feature_name()
    return [str(name) for name in names]


_LIBRARY: Final = Library(kind=_kind, names=_names)
_PREDICT: Final = traced_method(_LIBRARY, "predict")


def patches() -> Sequence[FamilyPatch | Patch]:
    """What is traced."""
    train = traced_training(lightgbm.Booster)
    return [
        Patch(owner=lightgbm.Booster, name="predict", wrap=_PREDICT),
        Patch(owner=engine, name="train", wrap=train),
        Patch(owner=lightgbm, name="train", wrap=train),
        FamilyPatch(
            root=lightgbm.LGBMModel,
            methods={
                "predict": _PREDICT,
                "predict_proba": _PREDICT,
                "fit": traced_method(_LIBRARY, "train"),
                "score": traced_method(_LIBRARY, "evaluate"),
            },
        ),
    ]
