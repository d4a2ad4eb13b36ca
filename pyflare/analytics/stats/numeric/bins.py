"""Numbers in bins between the quantiles of a reference."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

import numpy as np

from pyflare.analytics.stats.numeric.ordered import Array, Ordered, Pooled
from pyflare.analytics.stats.result import Contribution

BINS: Final = 10
"""Into so many bins of equal shares of the reference a column is split."""
_TENTH: Final = 10
_PLAIN: Final = 1e15
_MOST_PLACES: Final = 12
"""Numbers beyond these are written with an exponent."""


def bin_edges(reference: Ordered, current: Ordered, *, bins: int = BINS) -> Array:
    """Where bins begin and end: between quantiles of the reference, so that each has about the same share of it.

    A value that has a bin's share of the reference or more has a bin of its own. The outermost bins are open.

    Returns:
        Shape `(n_bins - 1,)`. Ascending, each once. A bin holds its lower edge and not its upper one.
    """
    edges = np.unique(reference.quantiles(np.arange(1, bins) / bins))
    common = edges[reference.up_to(edges) - reference.below(edges) >= reference.size / bins]
    after = np.minimum(_next_larger(reference, common), _next_larger(current, common))
    return np.unique(np.concatenate([edges, after[np.isfinite(after)]]))


def _next_larger(sample: Ordered, values: Array) -> Array:
    """The smallest value of a sample that is larger than each; infinity where there is none."""
    larger: Array = np.append(sample.values, np.inf)[np.searchsorted(sample.values, values, "right")]
    return larger


def bin_counts(sample: Ordered, edges: Array) -> Array:
    """How much of a sample is in each bin. Shape `(n_bins,)`."""
    return np.diff(sample.below(edges), prepend=0.0, append=sample.size)


def contributions(reference: Ordered, current: Ordered, *, bins: int = BINS) -> tuple[Contribution, ...]:
    """The shares of both samples in each bin, those that differ most first; each adds the size of its difference."""
    edges = bin_edges(reference, current, bins=bins)
    before, after = bin_counts(reference, edges) / reference.size, bin_counts(current, edges) / current.size
    return contributions_of(edges, before, after, np.abs(after - before))


def contributions_of(edges: Array, before: Array, after: Array, parts: Array) -> tuple[Contribution, ...]:
    """Bins by what they add, the largest part first; those that neither sample reaches are left out."""
    whole = float(parts.sum())
    shares = parts / whole if whole > 0 else np.zeros_like(parts)
    bounds, labels = np.concatenate([[-np.inf], edges, [np.inf]]), labels_of(edges)
    return tuple(
        Contribution(
            label=labels[at],
            reference=float(before[at]),
            current=float(after[at]),
            contribution=float(shares[at]),
            low=float(bounds[at]),
            high=float(bounds[at + 1]),
        )
        for at in np.argsort(-shares, kind="stable").tolist()
        if before[at] or after[at]
    )


def labels_of(edges: Array) -> list[str]:
    """How the bins between ascending edges are called, the open ones at the ends included.

    An edge has four digits, or as many as tell it from the next ones.

    Examples:
        >>> labels_of(np.array([0.5, 1.25]))
        ['[-inf, 0.5)', '[0.5, 1.25)', '[1.25, inf)']
        >>> labels_of(np.array([1777896000.0, 1777899600.0]))[1]
        '[1777896000, 1777899600)'
    """
    with np.errstate(over="ignore", invalid="ignore"):  # edges may be infinite, or as far apart as numbers go
        gaps = np.diff(edges, prepend=-np.inf, append=np.inf)
    nearest = np.fmin(gaps[:-1], gaps[1:])
    texts = ["-inf", *(_text(edge, gap) for edge, gap in zip(edges.tolist(), nearest.tolist(), strict=True)), "inf"]
    return [f"[{low}, {high})" for low, high in pairwise(texts)]


def _text(edge: float, gap: float) -> str:
    """A number to a tenth of the gap beside it, or to four digits if that is more."""
    short = f"{edge:.4g}"
    if not 0 < gap < math.inf or abs(float(short) - edge) <= gap / _TENTH:
        return short
    places = math.ceil(-math.log10(gap / _TENTH))
    return f"{edge:.{max(places, 0)}f}" if abs(edge) < _PLAIN and places < _MOST_PLACES else repr(edge)


def infinity_notes(reference: Ordered, current: Ordered) -> tuple[str, ...]:
    """How many values are infinite, for each sample that has some."""
    found = {"reference": _n_infinite(reference), "current sample": _n_infinite(current)}
    return tuple(f"of the {name} {count:,} are infinite" for name, count in found.items() if count)


def _n_infinite(sample: Ordered) -> int:
    below, end = np.searchsorted(sample.values, -np.inf, "right"), np.searchsorted(sample.values, np.inf)
    return int(below + sample.values.size - end)


def constant_notes(pooled: Pooled) -> tuple[str, ...]:
    """That all values are the same, where they are."""
    return ("all values of both samples are the same",) if pooled.values.size == 1 else ()
