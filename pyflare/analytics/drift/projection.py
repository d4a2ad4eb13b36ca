"""Embeddings on a plane, to be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from pyflare.analytics.drift.column import Vectors, checked_kind
from pyflare.analytics.stats.vectors.pool import Rows, pool_vectors
from pyflare.analytics.stats.vectors.spectrum import spectrum_of
from pyflare.errors import DataError, MissingExtraError

Method = Literal["auto", "map", "principal"]
MOST_POINTS: Final = 2_000
_AXES: Final = 50
_PERPLEXITY: Final = 30
_LEAST: Final = 100
"""Fewer points are not worth a map."""

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """Points of both samples on one plane."""

    method: Literal["map", "principal"]
    reference: Rows
    """Shape `(n_shown, 2)`. Both axes of all points together lie within -1 and 1."""
    current: Rows
    """Shape `(m_shown, 2)`."""
    reference_rows: Positions
    """Shape `(n_shown,)`. Which row of the reference each point is."""
    current_rows: Positions
    """Shape `(m_shown,)`."""


def project_vectors(
    reference: Vectors,
    current: Vectors,
    *,
    method: Method = "auto",
    most_points: int = MOST_POINTS,
    rng: np.random.Generator | None = None,
) -> Projection:
    """Lay the rows of two samples out on a plane, so that rows near each other are near on it.

    - `principal`: the two widest axes of both samples together. Distances are true as far as two axes go.
    - `map`: neighbours are kept together and groups apart, by t-SNE on the 50 widest axes (extra `drift-map`); a few
    seconds for 2,000 points. Only who is next to whom means something: neither distances between groups nor sizes.
    - `auto`: the map where it is installed and there are at least 100 points.

    Rows that all lie on one line, or are all the same, have no map: they are shown along their axis.

    Which row is of which sample plays no part in where it lies.

    Args:
        reference: The baseline.
        current: What is compared with it.
        method: One of the three.
        most_points: Of a larger sample so many random rows are shown; half of them of each.
        rng: Chooses rows, and begins the map; a fixed one by default.

    Raises:
        MissingExtraError: A map is asked for and not installed.
        DataError: The embeddings of the two columns are not of the same length, or an option is out of range.
        InsufficientDataError: Fewer than ten rows of a column are not missing.

    References:
        van der Maaten and Hinton, Visualizing data using t-SNE, JMLR 9 (2008).

    Examples:
        >>> rows = np.random.default_rng(1).normal(size=(40, 5)).astype(np.float32)
        >>> shown = project_vectors(Vectors(values=rows[:20]), Vectors(values=rows[20:]), method="principal")
        >>> shown.current.shape, float(abs(shown.current).max()) <= 1
        ((20, 2), True)
    """
    if method not in ("auto", "map", "principal") or most_points < 2:
        raise DataError(f"expected 'auto', 'map' or 'principal' and two points, got {method!r} and {most_points!r}.")
    rng = np.random.default_rng(0) if rng is None else rng
    columns = checked_kind(reference, Vectors), checked_kind(current, Vectors)
    chosen = [_chosen(column, most_points // 2, rng) for column in columns]
    pool = pool_vectors(reference.values[chosen[0]], current.values[chosen[1]])
    spectrum = spectrum_of(pool.rows)
    along = pool.rows @ spectrum.axes[:, :_AXES]
    used = _method(method, len(along)) if along.shape[1] > 1 else "principal"
    plane = _scaled(_map(along, int(rng.integers(2**31))) if used == "map" else _two(along))
    return Projection(
        method=used,
        reference=plane[: pool.n_reference],
        current=plane[pool.n_reference :],
        reference_rows=chosen[0],
        current_rows=chosen[1],
    )


def _chosen(column: Vectors, most: int, rng: np.random.Generator) -> Positions:
    """Rows that are not missing, at most so many of them, in order."""
    present = np.flatnonzero(np.isfinite(column.values).all(axis=1))
    return np.sort(rng.choice(present, most, replace=False)) if present.size > most else present


def _method(method: Method, n_points: int) -> Literal["map", "principal"]:
    if method == "principal" or (method == "auto" and n_points < _LEAST):
        return "principal"
    try:
        import openTSNE  # noqa: F401  # whether it is there
    except ImportError as error:
        if method == "map":
            raise MissingExtraError("A map of embeddings", "drift-map") from error
        return "principal"
    return "map"


def _map(along: Rows, seed: int) -> Rows:
    from openTSNE import TSNE

    tsne = TSNE(
        perplexity=min(_PERPLEXITY, (len(along) - 1) // 3),
        initialization="pca",
        negative_gradient_method="bh",
        neighbors="exact",
        n_jobs=1,
        random_state=seed,
    )
    return np.asarray(tsne.fit(along.astype(np.float64)), dtype=np.float32)


def _two(along: Rows) -> Rows:
    plane = np.zeros((len(along), 2), dtype=np.float32)
    plane[:, : min(2, along.shape[1])] = along[:, :2]
    return plane


def _scaled(plane: Rows) -> Rows:
    middle = (plane.max(axis=0) + plane.min(axis=0)) / 2
    reach = float(np.abs(plane - middle).max())
    scaled: Rows = (plane - middle) / np.float32(reach or 1.0)
    return scaled
