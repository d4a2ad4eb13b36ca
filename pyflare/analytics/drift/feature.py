"""Feature drift: whether inputs are distributed as they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pyflare.analytics.drift.columnwise import ColumnwiseDetector
from pyflare.analytics.drift.registered import DETECTORS


@DETECTORS.register("feature")
@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureDriftDetector(ColumnwiseDetector):
    """Finds inputs whose distribution has moved: numbers, categories and vectors, and the share that is missing.

    Each column is compared by the test that suits what it holds (`compare_numbers`, `compare_categories`,
    `compare_vectors`), all are corrected together, and one has drifted where its difference is significant and its
    effect at least `threshold`: see `compare_columns`. Of looks without drift, at most a share of `alpha` raises an
    alarm; over many looks give each the alpha that `alpha_of_look` allows it.

    It says nothing about whether the answers have got worse: inputs may move where it does not matter, and answers
    may get worse on the same inputs. That is what `ConceptDriftDetector` looks at.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from pyflare.analytics.drift.column import Categories
        >>> detector = FeatureDriftDetector()
        >>> detector.set_reference({"language": Categories.of(["en"] * 90 + ["de"] * 10)})
        >>> now = datetime(2026, 1, 1, tzinfo=UTC)
        >>> detector.compute({"language": Categories.of(["en"] * 50 + ["de"] * 50)}, now=now).status
        'drifted'
    """

    kind: ClassVar[str] = "feature"
