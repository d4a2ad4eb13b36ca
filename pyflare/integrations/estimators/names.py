"""What a model is called in spans and records."""

from __future__ import annotations

from typing import Any, Final

_ATTRIBUTE: Final = "_pyflare_name"


def name_model(model: Any, name: str, *, version: str | None = None) -> None:
    """Say what a model is called; without it, a model goes by its class, as others of that class do.

    The name is kept on the model itself: where the model is saved and loaded again
    it is still there. A clone is another model and has none.

    Args:
        model: A fitted estimator, a booster, a module; anything that takes an attribute.
        name: Its name, such as "fraud".
        version: Its version.

    Examples:
        >>> from sklearn.linear_model import LinearRegression
        >>> model = LinearRegression().fit([[0.0], [1.0]], [0.0, 2.0])
        >>> name_model(model, "demand", version="3")
    """
    setattr(model, _ATTRIBUTE, (name, version))


def name_of_model(model: Any) -> tuple[str, str | None]:
    """A model's name and version: its own, its innermost part's, or the class of that part."""
    part = _decisive_part(model)
    given = getattr(model, _ATTRIBUTE, None) or getattr(part, _ATTRIBUTE, None)
    return given or (type(part).__name__, None)


def library_of(model: Any) -> str:
    """The package whose class it is."""
    return type(model).__module__.partition(".")[0]


def _decisive_part(model: Any) -> Any:
    """The last step of a pipeline, the best model of a search; the model itself where it is neither."""
    for _ in range(8):  # pipelines of searches of pipelines end somewhere
        steps = getattr(model, "steps", None)
        if isinstance(steps, list) and steps:
            inner = steps[-1][1]
        else:
            inner = vars(model).get("best_estimator_") if hasattr(model, "__dict__") else None
        if inner is None or isinstance(inner, str):
            break
        model = inner
    return model
