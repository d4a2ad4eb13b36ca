"""Concept drift: whether answers are as right as they were, and the truth depends on the inputs as it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import numpy as np

from pyflare.analytics.drift.column import Column, Numbers, Vectors
from pyflare.analytics.drift.columns import ALPHA, MIN_SIZE, check_options, check_samples
from pyflare.analytics.drift.detector import Sample
from pyflare.analytics.drift.estimation import estimate_performance
from pyflare.analytics.drift.explaining import result_of
from pyflare.analytics.drift.holding import ReferenceDetector
from pyflare.analytics.drift.judging import Compared, judge
from pyflare.analytics.drift.outcomes import Outcomes, outcomes_of
from pyflare.analytics.drift.performance import compare_performance
from pyflare.analytics.drift.registered import DETECTORS
from pyflare.analytics.drift.relation import compare_relation
from pyflare.analytics.drift.result import DriftResult, DriftType
from pyflare.analytics.stats.multiplicity import Correction
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.errors import DataError, InsufficientDataError

PERFORMANCE = "performance"
"""The name under which a result lists how right predictions are."""


@DETECTORS.register("concept")
@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptDriftDetector(ReferenceDetector):
    """Finds predictions that have become worse, and a truth that depends on its inputs as it did not before.

    With labels, which may come late and for some rows only (the others are left out):

    - `performance`: whether predictions are as often right (classes) or as near (numbers): see `compare_performance`;
    - `label given x`, for the prediction and each other column `x`: whether the truth within each part of `x` is
      distributed as it was, whatever has become of `x`: see `compare_relation`. Columns of vectors are left out.

    Without labels for enough rows, and with a column of confidences: `performance` as an estimate from how sure the
    model is, called so in the explanation. It cannot see that the same inputs have other answers now: see
    `estimate_performance`.

    All are corrected together and judged as columns are: see `judge`. Labels that come for an unusual selection of
    rows (complaints, say) mislead every number here; nothing in the data tells.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from pyflare.analytics.drift.column import Categories
        >>> detector = ConceptDriftDetector()
        >>> said = Categories.of(["yes", "no"] * 200)
        >>> detector.set_reference({"prediction": said, "label": said})
        >>> wrong = {"prediction": said, "label": Categories.of(["yes", "no", "no", "no"] * 100)}
        >>> detector.compute(wrong, now=datetime(2026, 1, 1, tzinfo=UTC)).status
        'drifted'
    """

    kind: ClassVar[str] = "concept"
    drift_type: ClassVar[DriftType] = DriftType.CONCEPT

    prediction: str = "prediction"
    """The column of predictions."""
    label: str = "label"
    """The column of true values; the current sample may have some of them, or no such column."""
    confidence: str | None = "confidence"
    """The column of how sure the model is of its predictions; used where the samples have it."""
    alpha: float = ALPHA
    """The level, between 0 and 1; see `judge`."""
    threshold: float = 0.05
    """From which change of accuracy, or share of changed labels, a difference matters, 0 to 1."""
    correction: Correction = "benjamini-hochberg"
    """For how many comparisons there are."""
    min_size: int = MIN_SIZE
    """With fewer labelled rows in either sample there is no comparison by labels."""

    def __post_init__(self) -> None:
        check_options(self.alpha, {"threshold": self.threshold})

    def compute(self, current: Sample, *, now: datetime, alpha: float | None = None) -> DriftResult:
        """Compare performance and relations with the reference's.

        Args:
            current: Predictions, and what there is of labels, confidences and inputs.
            now: The time of the result, UTC.
            alpha: In place of the configured level, as where many looks share it: see `alpha_of_look`.

        Raises:
            DataError: There is no reference, or the samples cannot be compared.
        """
        level = self.alpha if alpha is None else alpha
        shared = {name: column for name, column in self.reference.items() if name in current}
        if self.prediction not in shared:
            raise DataError(f"the current sample lacks its predictions, {self.prediction!r}; it has {list(current)}.")
        check_samples(shared, {name: current[name] for name in shared})
        columns = judge(self._compared(shared, current), alpha=level, correction=self.correction)
        return result_of(columns, drift_type=self.drift_type, threshold=self.threshold, alpha=level, now=now)

    def _selected(self, sample: Sample) -> Sample:
        if absent := [name for name in (self.prediction, self.label) if name not in sample]:
            raise DataError(f"the reference lacks {absent}; it has {list(sample)}.")
        check_samples(sample, sample)
        outcomes_of(sample[self.prediction], sample[self.label])
        return dict(sample)

    def _compared(self, shared: Sample, current: Sample) -> list[Compared]:
        before = outcomes_of(self.reference[self.prediction], self.reference[self.label])
        after = outcomes_of(current[self.prediction], current[self.label]) if self.label in shared else None
        n_labelled = 0 if after is None else after.size
        if after is not None and min(before.size, n_labelled) >= self.min_size:
            return self._by_labels(shared, current, before, after)
        reason = f"expected at least {self.min_size} labelled rows in each sample, got {before.size} and {n_labelled}"
        return [self._one(PERFORMANCE, lambda: self._estimated(shared, current, before, reason))]

    def _by_labels(self, shared: Sample, current: Sample, before: Outcomes, after: Outcomes) -> list[Compared]:
        found = [self._one(PERFORMANCE, lambda: compare_performance(before, after))]
        for name, column in shared.items():
            if name not in (self.label, self.confidence) and not isinstance(column, Vectors):
                found.append(self._relation(name, column, current[name], before, after))
        return found

    def _relation(self, name: str, column: Column, now: Column, before: Outcomes, after: Outcomes) -> Compared:
        return self._one(f"{self.label} given {name}", lambda: compare_relation(column, now, before, after))

    def _estimated(self, shared: Sample, current: Sample, before: Outcomes, reason: str) -> TwoSampleResult:
        old = shared.get(self.confidence) if self.confidence else None
        new = current.get(self.confidence) if self.confidence else None
        if not (isinstance(old, Numbers) and isinstance(new, Numbers) and before.is_class):
            raise InsufficientDataError(reason)
        confidences, sure = old.values[before.rows], new.values[np.isfinite(new.values)]
        known = np.isfinite(confidences)
        if min(int(known.sum()), sure.size) < self.min_size:
            raise InsufficientDataError(f"{reason}, and {sure.size} confidences")
        return estimate_performance(confidences[known], 1 - before.errors[known], sure)

    def _one(self, name: str, compare: Callable[[], TwoSampleResult]) -> Compared:
        test, reason = None, ""
        try:
            test = compare()
        except InsufficientDataError as error:
            reason = str(error)
        return Compared(
            column=name,
            drift_type=self.drift_type,
            test=test,
            missing=None,
            threshold=self.threshold,
            reason=reason,
        )
