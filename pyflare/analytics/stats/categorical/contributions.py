"""What each level adds to a difference between two samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from pyflare.analytics.stats.categorical.table import Pooled, Table
from pyflare.analytics.stats.result import Contribution
from pyflare.errors import DataError

MAX_CONTRIBUTIONS: Final = 50
"""Further levels are one contribution, so that a result stays as small as what it is read for."""


def contributions_of(counts: Table, levels: Sequence[str] | None, parts: Table) -> tuple[Contribution, ...]:
    """The levels by what they add, the largest part first; levels beyond the fiftieth as one.

    Args:
        counts: Shape `(2, n_levels)`. Of a sample without observations, all shares are 0.
        levels: Shape `(n_levels,)`. Their names; None for their positions.
        parts: Shape `(n_levels,)`, not negative. What each adds, in any unit. Of a level that does not occur, nothing
            counts.

    Raises:
        DataError: There are not as many names as levels.
    """
    if levels is not None and len(levels) != counts.shape[1]:
        raise DataError(f"levels: expected {counts.shape[1]} names, one for each count, got {len(levels)}.")
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), np.finfo(np.float64).tiny)
    parts = np.where(counts.sum(axis=0) > 0, parts, 0.0)
    total = parts.sum()
    weights = parts / total if total > 0 else np.zeros_like(parts)
    order = np.argsort(-weights, kind="stable")
    order = order[counts[:, order].sum(axis=0) > 0]
    named = [
        Contribution(
            label=str(position) if levels is None else levels[position],
            reference=float(shares[0, position]),
            current=float(shares[1, position]),
            contribution=float(weights[position]),
        )
        for position in order[:MAX_CONTRIBUTIONS].tolist()
    ]
    rest = order[MAX_CONTRIBUTIONS:]
    if rest.size:
        others = shares[:, rest].sum(axis=1)
        label = f"({rest.size} more levels)"
        part = float(weights[rest].sum())
        named.append(Contribution(label=label, reference=float(others[0]), current=float(others[1]), contribution=part))
    return tuple(named)


def pooling_note(pooled: Pooled, counts: Table) -> tuple[str, ...]:
    """That levels were pooled, and what share of all observations has them; empty where none were."""
    if not pooled.rare:
        return ()
    share = counts[:, list(pooled.rare)].sum() / counts.sum()
    noun = "level was" if len(pooled.rare) == 1 else "levels were"
    return (f"{len(pooled.rare)} rare {noun} counted as one ({share:.2%} of all observations).",)
