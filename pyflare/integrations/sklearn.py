"""scikit-learn: predictions become spans and records, training a span; whatever follows its interface too.

The parts of a pipeline, a search or an ensemble are not calls of their own, in
whichever thread they run: what scikit-learn hands to workers is always a part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from sklearn import base
from sklearn.utils import parallel

from pyflare.integrations.estimators.call import Library, inside, traced_method
from pyflare.integrations.family import FamilyPatch
from pyflare.integrations.patch import Patch

_TESTS: Final = (
    ("is_classifier", "classification"),
    ("is_regressor", "regression"),
    ("is_clusterer", "clustering"),
    ("is_outlier_detector", "outlier_detection"),
)


def kind_of(model: Any) -> str | None:
    """What sort of model it is, as it says itself."""
    for test, kind in _TESTS:
        if hasattr(base, test) and getattr(base, test)(model):
            return kind
    return {"clusterer": "clustering"}.get(getattr(model, "_estimator_type", ""))  # before 1.6


def names_of(model: Any) -> Sequence[str] | None:
    """The columns of the data frame that it was fitted with."""
    names = getattr(model, "feature_names_in_", None)
    return None if names is None else [str(name) for name in names]


LIBRARY: Final = Library(kind=kind_of, names=names_of)
METHODS: Final = {
    **dict.fromkeys(("predict", "predict_proba", "decision_function"), traced_method(LIBRARY, "predict")),
    **dict.fromkeys(("fit", "partial_fit"), traced_method(LIBRARY, "train")),
    "score": traced_method(LIBRARY, "evaluate"),
}


def _as_part(call: Callable[..., Any]) -> Callable[..., Any]:
    def traced(*args: Any, **kwargs: Any) -> Any:
        with inside():
            return call(*args, **kwargs)

    return traced


def patches() -> Sequence[FamilyPatch | Patch]:
    """What is traced."""
    return [
        Patch(owner=parallel._FuncWrapper, name="__call__", wrap=_as_part),
        FamilyPatch(root=base.BaseEstimator, methods=METHODS),
    ]
