"""What comparisons of moments share: of infinite values there are none."""

from __future__ import annotations

from typing import Final

import numpy.typing as npt

from pyflare.analytics.stats.numeric.bins import contributions, infinity_notes
from pyflare.analytics.stats.numeric.ordered import Ordered, ordered
from pyflare.analytics.stats.result import Effect, TwoSampleResult
from pyflare.errors import InsufficientDataError

UNMEASURED: Final = "the reference has no spread to measure the distance by"


def finite_samples(
    reference: npt.ArrayLike,
    current: npt.ArrayLike,
    reference_weights: npt.ArrayLike | None,
    current_weights: npt.ArrayLike | None,
) -> tuple[Ordered, Ordered, tuple[Ordered, Ordered]]:
    """Two samples in order, and what of them is finite. Raises DataError, InsufficientDataError."""
    before, after = ordered(reference, reference_weights), ordered(current, current_weights)
    finite = before.finite(), after.finite()
    if min(sample.size for sample in finite) < 2:
        raise InsufficientDataError("fewer than two finite values in a sample")
    return before, after, finite


def moments_result(
    method: str,
    statistic: float,
    p_value: float,
    effect: Effect,
    samples: tuple[Ordered, Ordered],
    finite: tuple[Ordered, Ordered],
    *,
    notes: tuple[str, ...] = (),
) -> TwoSampleResult:
    """What a comparison of moments returns."""
    return TwoSampleResult(
        method=method,
        statistic=statistic,
        p_value=p_value,
        p_value_kind="asymptotic",
        effect=effect,
        n_reference=finite[0].size,
        n_current=finite[1].size,
        contributions=contributions(*samples),
        notes=(*notes, *infinity_notes(*samples)),
    )
