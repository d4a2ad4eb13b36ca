"""Many looks at one hypothesis: how much of the chance of a false alarm each may spend."""

from __future__ import annotations

import math

from pyflare.errors import DataError


def alpha_of_look(look: int, *, alpha: float, n_looks: int | None = None) -> float:
    """The chance of a false alarm that one look may take, so that all looks together take at most `alpha`.

    With `n_looks`, each of them takes `alpha / n_looks`, and later ones nothing. Without, looks have no end: look
    `k` takes `alpha * (1 / log2(k + 1) - 1 / log2(k + 2))`. These differences add up to exactly `alpha`, and fall
    about as slowly as any series can that has a sum: 37 % at the first look, then in proportion to `1 / (k log² k)`.

    The promise is a sum of probabilities (Boole's inequality), so it holds whatever the dependence between looks.
    That matters: all looks of a monitor share one reference, so their p-values are dependent in a way that breaks
    methods which assume independent looks. A look is counted when it is made, whether or not it found anything, and
    may fall on any data: overlapping windows too.

    Args:
        look: Which look it is, from 1.
        alpha: The chance of any false alarm over all looks, between 0 and 1.
        n_looks: How many looks there will be, where that is known; None where there is no end to them.

    Raises:
        DataError: A look before the first, no looks, or an alpha not between 0 and 1.

    References:
        Lan and DeMets, Discrete sequential boundaries for clinical trials, Biometrika 70 (1983).

    Examples:
        >>> round(alpha_of_look(1, alpha=0.05), 5), alpha_of_look(1000, alpha=0.05) < 1e-6
        (0.01845, True)
        >>> alpha_of_look(7, alpha=0.05, n_looks=1000)
        5e-05
    """
    _check(look, alpha, n_looks)
    if n_looks is not None:
        return alpha / n_looks if look <= n_looks else 0.0
    # The difference of two nearly equal fractions, brought over one denominator so that no digits are lost.
    step = math.log1p(1 / (look + 1)) * math.log(2)
    return alpha * step / (math.log(look + 1) * math.log(look + 2))


def alpha_spent(looks: int, *, alpha: float, n_looks: int | None = None) -> float:
    """The chance of a false alarm in any of the first `looks` looks, at most. Options are as of `alpha_of_look`.

    Examples:
        >>> round(alpha_spent(6, alpha=0.05), 6)
        0.033333
    """
    if looks == 0:
        return 0.0
    _check(looks, alpha, n_looks)
    if n_looks is not None:
        return alpha * min(1.0, looks / n_looks)
    return alpha * (1 - 1 / math.log2(looks + 2))


def _check(look: int, alpha: float, n_looks: int | None) -> None:
    if look < 1 or (n_looks is not None and n_looks < 1):
        raise DataError(f"expected looks counted from 1, got look {look} of {n_looks}.")
    if not 0 < alpha < 1:
        raise DataError(f"alpha: expected a number between 0 and 1, got {alpha!r}.")
