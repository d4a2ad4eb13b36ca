"""Whether predictions are as often right, or as near, as they were."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from pyflare.analytics.drift.column import Numbers
from pyflare.analytics.drift.numbers import compare_numbers
from pyflare.analytics.drift.outcomes import Outcomes
from pyflare.analytics.stats.categorical.two_proportion import two_proportion, wilson
from pyflare.analytics.stats.gamma import chi_squared_quantile
from pyflare.analytics.stats.result import TwoSampleResult


def compare_performance(reference: Outcomes, current: Outcomes, *, confidence: float = 0.95) -> TwoSampleResult:
    """Test whether errors are as frequent (classes) or as large (numbers) as they were.

    Classes: the shares of wrong predictions, by `two_proportion`; the effect is their difference, so 0.05 means that
    five in a hundred more, or fewer, are wrong. Numbers: the absolute errors, by `compare_numbers`. The notes give
    accuracy or mean absolute error of both samples, with intervals (Wilson's, and the normal one).

    Raises:
        InsufficientDataError: A sample has too few rows with a label.
    """
    if reference.is_class:
        return _accuracy(reference, current, confidence)
    found = compare_numbers(Numbers(values=reference.errors), Numbers(values=current.errors), confidence=confidence)
    said = " → ".join(_mean_error(sample, confidence) for sample in (reference, current))
    return replace(found, notes=(f"mean absolute error {said}", *found.notes))


def _accuracy(reference: Outcomes, current: Outcomes, confidence: float) -> TwoSampleResult:
    wrong = [float(sample.errors.sum()) for sample in (reference, current)]
    found = two_proportion(
        wrong[0], reference.size, wrong[1], current.size, label="wrong predictions", confidence=confidence
    )
    said = []
    for sample, errors in zip((reference, current), wrong, strict=True):
        low, high = wilson(sample.size - errors, sample.size, confidence=confidence)
        said.append(f"{1 - errors / sample.size:.1%} ({low:.1%} to {high:.1%})")
    return replace(found, notes=(f"accuracy {' → '.join(said)}",))


def _mean_error(sample: Outcomes, confidence: float) -> str:
    mean = float(sample.errors.mean())
    margin = (
        math.sqrt(chi_squared_quantile(confidence, 1)) * float(np.std(sample.errors, ddof=1)) / math.sqrt(sample.size)
    )
    return f"{mean:.4g} (± {margin:.2g})"
