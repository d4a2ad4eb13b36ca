"""What `xgboost` and `lightgbm` have in common: objectives, and a function that trains."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, Final
from weakref import WeakKeyDictionary

from pyflare.integrations.call import Current
from pyflare.integrations.estimators.call import inside, is_part
from pyflare.integrations.estimators.rows import count_columns, count_rows
from pyflare.tracing import state
from pyflare.tracing.guard import guard
from pyflare.tracing.spans import span as begin_span

KINDS: Final = {
    **dict.fromkeys(("binary", "multi", "multiclass", "multiclassova", "cross_entropy"), "classification"),
    **dict.fromkeys(("reg", "count", "survival", "regression", "regression_l1", "huber", "fair"), "regression"),
    **dict.fromkeys(("poisson", "quantile", "mape", "gamma", "tweedie"), "regression"),
    **dict.fromkeys(("rank", "lambdarank", "rank_xendcg"), "ranking"),
}
"""The kind of model, by the beginning of its objective."""


_known: Final[WeakKeyDictionary[Any, str | None]] = WeakKeyDictionary()


def kind_by_objective(booster: Any, objective: Callable[[Any], str]) -> str | None:
    """A booster's kind. Its objective is read once for each: it stands in a long text."""
    if booster not in _known:
        _known[booster] = KINDS.get(objective(booster).replace(":", " ").partition(" ")[0])
    return _known[booster]


def traced_training(booster: type) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """What makes a traced `train(params, data, …)`."""

    def wrap(train: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(train)
        def traced(*args: Any, **kwargs: Any) -> Any:
            if state.runtime is None or is_part():
                return train(*args, **kwargs)
            span = _begin(booster, args, kwargs)
            if span is None:
                return train(*args, **kwargs)
            with Current(span), inside():
                model = train(*args, **kwargs)
            span.succeed(None, False)
            return model

        return traced

    return wrap


def _begin(booster: type, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    try:
        params = args[0] if args else kwargs.get("params")
        data = args[1] if len(args) > 1 else kwargs.get("dtrain", kwargs.get("train_set"))
        counts = {"pyflare.rows": _counted(count_rows, data), "pyflare.columns": _counted(count_columns, data)}
        library = booster.__module__.partition(".")[0]
        capture = state.runtime is not None and state.runtime.capture_input
        return begin_span(
            f"train {booster.__name__}",
            kind="training",
            input=params if capture else None,
            attributes={
                "pyflare.model.library": library,
                "pyflare.model.class": booster.__name__,
                **{name: count for name, count in counts.items() if count is not None},
            },
            model=booster.__name__,
        )
    except Exception as error:
        guard.fault("trace a model", error)
        return None


def _counted(count: Callable[[Any], int | None], data: Any) -> int | None:
    """LightGBM's data sets know how large they are only once they have been built."""
    inner = getattr(data, "data", None)
    return count(data if inner is None or hasattr(data, "num_row") else inner)
