"""Correcting for many looks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pyflare.errors import DataError


def benjamini_hochberg(p_values: Sequence[float] | npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Adjust p-values so that of all fields called significant at level `q`, a share of `q` is expected to be false.

    Sound where the tests are independent, and where they depend positively, as fields of the same traces do
    (Benjamini and Yekutieli 2001).

    Args:
        p_values: Shape `(n_fields,)`. Between 0 and 1.

    Returns:
        Shape `(n_fields,)`. The q-values, none smaller than its p-value; empty for no fields.

    Raises:
        DataError: A p-value is not between 0 and 1.

    References:
        Benjamini and Hochberg, Controlling the false discovery rate, JRSS B 57 (1995).

    Examples:
        >>> benjamini_hochberg([0.01, 0.04, 0.03, 0.5]).round(4).tolist()
        [0.04, 0.0533, 0.0533, 0.5]
    """
    p = np.asarray(p_values, dtype=np.float64)
    if p.ndim != 1 or not np.all((p >= 0) & (p <= 1)):
        raise DataError(f"p_values: expected a list of numbers between 0 and 1, got {p_values!r}.")
    order = np.argsort(p)[::-1]
    ranks = np.arange(p.size, 0, -1)
    adjusted = np.minimum.accumulate(p[order] * p.size / ranks) if p.size else p
    q = np.empty_like(p)
    q[order] = np.minimum(adjusted, 1.0)
    return q
