"""What a model returned, as one prediction, and perhaps a score, for each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyflare.integrations.estimators.records import Said


def labels(result: Any, positions: Sequence[int]) -> Said:
    """A value per row: a class, a number, or several of them."""
    predictions = [_plain(row) for row in _rows(result, positions)]
    return Said(predictions=predictions, scores=[None] * len(predictions))


def probabilities(result: Any, positions: Sequence[int], classes: Sequence[Any] | None) -> Said:
    """The class that is the most probable, and how probable it is; of one probability per row, that."""
    predictions: list[Any] = []
    scores: list[float | None] = []
    for row in _rows(result, positions):
        values = _plain(row)
        if isinstance(values, list) and values and all(isinstance(value, float | int) for value in values):
            best = max(range(len(values)), key=values.__getitem__)
            predictions.append(_class(classes, best, len(values)))
            scores.append(float(values[best]))
        else:
            predictions.append(values)
            scores.append(float(values) if isinstance(values, float | int) else None)
    return Said(predictions=predictions, scores=scores)


def _class(classes: Sequence[Any] | None, position: int, count: int) -> Any:
    return _plain(classes[position]) if classes is not None and len(classes) == count else position


def _rows(result: Any, positions: Sequence[int]) -> list[Any]:
    if hasattr(result, "iloc"):
        result = result.to_numpy()
    if hasattr(result, "toarray"):
        result = result.toarray()
    if isinstance(result, list) and result and getattr(result[0], "ndim", 0) == 2:  # one array per output
        return [[_plain(output[position]) for output in result] for position in positions]
    return [result[position] for position in positions]


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value
