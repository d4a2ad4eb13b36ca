"""A report of drift: for a notebook, a terminal, or as a file that needs nothing else."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pyflare.analytics.drift.report import page, terminal
from pyflare.analytics.drift.result import DriftResult

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DriftReport:
    """What a detector found, to be looked at.

    In a notebook it is shown as it is; `print` and rich show a table; `save` writes one HTML file without scripts,
    which loads nothing, follows the reader's light or dark setting and has under 1 MB for 100 columns.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from pyflare.analytics.drift.column import Categories
        >>> from pyflare.analytics.drift.feature import FeatureDriftDetector
        >>> detector = FeatureDriftDetector()
        >>> detector.set_reference({"language": Categories.of(["en"] * 90 + ["de"] * 10)})
        >>> moved = {"language": Categories.of(["en"] * 50 + ["de"] * 50)}
        >>> found = detector.compute(moved, now=datetime(2026, 1, 1, tzinfo=UTC))
        >>> len(DriftReport(result=found).to_html()) < 20_000
        True
    """

    result: DriftResult
    """What is reported."""
    history: Sequence[DriftResult] = ()
    """What earlier looks found, the oldest first; the result itself is not among them."""
    title: str = "Drift"
    reference: str = "reference"
    """What the reference is called, such as `version 3, 1 to 14 March`."""
    current: str = "current"
    """What the current sample is called."""
    trace_ids: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By column: some of the traces behind it, where they are known."""

    def to_html(self) -> str:
        """A whole page. All text that came with the data is escaped."""
        return page.document(self)

    def save(self, path: str | Path) -> Path:
        """Write the page to a file, and say where."""
        written = Path(path)
        written.write_text(self.to_html(), encoding="utf-8")
        return written

    def _repr_html_(self) -> str:
        return page.fragment(self)

    def __rich__(self) -> RenderableType:
        return terminal.table(self)

    def __repr__(self) -> str:
        from rich.console import Console

        text = io.StringIO()
        Console(file=text, width=120, color_system=None).print(self)
        return text.getvalue().rstrip()
