"""Prediction records of one call: of all its rows, or of a sample of them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

from pyflare.integrations.estimators.rows import count_rows, take_rows
from pyflare.tracing.rows import log_prediction
from pyflare.tracing.span import Span

_last: Final[ContextVar[tuple[tuple[int, str], ...]]] = ContextVar("pyflare_last_predictions", default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a model said of some rows."""

    predictions: Sequence[Any]
    """One for each position."""
    scores: Sequence[float | None]


def last_predictions() -> tuple[tuple[int, str], ...]:
    """The records that the last traced call of a model in this context made: row and prediction id of each.

    Where a call has more rows than `prediction_rows`, the rows that were chosen. The
    ids are what `pyflare.log_label` wants, once it is known what was true.
    """
    return _last.get()


def forget_predictions() -> None:
    """A call has begun; what it makes is not known yet."""
    _last.set(())


def chosen_rows(span: Span, count: int) -> list[int]:
    """All rows of a call, or a simple random sample of them: every row is as likely as every other."""
    most = span.runtime.settings.prediction_rows
    if count <= most:
        return list(range(count))
    return sorted(random.Random(span.runtime.random_bits(64)).sample(range(count), most))


def record(
    span: Span,
    data: Any,
    said: Said,
    positions: Sequence[int],
    *,
    count: int,
    model: str,
    version: str | None,
    kind: str | None,
    names: Sequence[str] | None,
) -> None:
    """Write the records of the current span.

    Args:
        span: The call's, which is current.
        data: What the model was given; where its rows are not those of the answer, a file's name say, they are left out.
        said: What it said of the rows at `positions`.
        positions: The rows that are recorded.
        count: How many rows there were.
        model: Its name.
        version: Its version.
        kind: classification, regression, ….
        names: Names of features, where the data has none.
    """
    runtime = span.runtime
    rows: Sequence[Any] = [None] * len(positions)
    if runtime.capture_input and not runtime.content.metrics_only and count_rows(data) == count:
        rows = take_rows(data, positions, names, most=runtime.settings.max_items)
    rate = {"pyflare.sample_rate": len(positions) / count} if len(positions) < count else None
    made = []
    for position, features, prediction, score in zip(positions, rows, said.predictions, said.scores, strict=True):
        identity = log_prediction(
            model,
            features,
            prediction if runtime.capture_output else None,
            prediction_id=f"{span.span_id}-{position}",
            score=score,
            model_version=version,
            kind=kind,
            attributes=rate,
        )
        made.append((position, identity))
    _last.set(tuple(made))
    span.set_attribute("pyflare.predictions.recorded", len(made))
