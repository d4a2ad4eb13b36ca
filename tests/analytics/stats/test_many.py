"""Many tests and many looks: known values, properties, and that the promise over all of them is kept."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyflare.analytics.stats.multiplicity import adjust, combine_cauchy, holm
from pyflare.analytics.stats.sequential import alpha_of_look, alpha_spent
from pyflare.errors import DataError

_p_values = st.lists(st.floats(0, 1), max_size=20)


def test_holm_worked_by_hand() -> None:
    """Four p-values: the smallest counts four times, the next three times, and none falls below the one before."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(_p_values)
def test_corrections_only_raise(p_values: list[float]) -> None:
    """A corrected p-value is at least the p-value, at most 1, and in the same order; Holm's is never the smaller."""
    found, strict = adjust(p_values, correction="benjamini-hochberg"), adjust(p_values, correction="holm")
    order = np.argsort(p_values)
    for adjusted in (found, strict):
        assert np.all(adjusted >= np.array(p_values) * (1 - 1e-12))
        assert np.all(adjusted <= 1)
        assert np.all(np.diff(adjusted[order]) >= -1e-12)
    assert np.all(strict >= found - 1e-12)


def test_combining() -> None:
    """Equal p-values stay as they are; one that is tiny wins in proportion to its weight; one of 1 silences none."""
    assert combine_cauchy([0.02, 0.02, 0.02]) == pytest.approx(0.02)
    assert combine_cauchy([1e-12, 0.6], weights=[1, 3]) == pytest.approx(4e-12)
    assert combine_cauchy([1e-12, 1.0]) == pytest.approx(2e-12)
    rng = np.random.default_rng(1)
    combined = [combine_cauchy(row) for row in rng.random((4_000, 3))]
    assert np.mean(np.array(combined) <= 0.05) == pytest.approx(0.05, abs=0.01)
    for p_values, weights in (([], None), ([0.1], [1.0, 2.0]), ([0.1], [0.0])):
        with pytest.raises(DataError, match="positive weights"):
            combine_cauchy(p_values, weights=weights)
    with pytest.raises(DataError, match="between 0 and 1"):
        combine_cauchy([1.5])
    with pytest.raises(DataError, match="correction"):
        adjust([0.1], correction="none")  # type: ignore[arg-type]


@pytest.mark.parametrize("n_looks", [None, 1_000])
def test_all_looks_together_spend_no_more(n_looks: int | None) -> None:
    """What looks take adds up to what is said to be spent, never more than alpha, and falls from look to look."""
    taken = [alpha_of_look(look, alpha=0.05, n_looks=n_looks) for look in range(1, 3_001)]
    assert sum(taken) == pytest.approx(alpha_spent(3_000, alpha=0.05, n_looks=n_looks), rel=1e-9)
    assert sum(taken) <= 0.05 * (1 + 1e-9)
    assert taken == sorted(taken, reverse=True)
    assert alpha_spent(0, alpha=0.05) == 0


def test_a_year_of_looks_can_still_see() -> None:
    """A look every five minutes: after a year one still has a level that a clear difference passes."""
    assert alpha_of_look(105_120, alpha=0.05) > 1e-9


def test_a_thousand_looks_at_one_reference() -> None:
    """All looks share a reference, so they are dependent; still at most alpha of such monitors ever alarm."""
    rng = np.random.default_rng(2)
    reference = rng.normal(0, 1 / np.sqrt(500), (2_000, 1))
    z = np.abs(rng.normal(0, 1 / np.sqrt(500), (2_000, 1_000)) - reference) / np.sqrt(2 / 500)
    from scipy.special import ndtr

    limits = np.array([alpha_of_look(look, alpha=0.05) for look in range(1, 1_001)])
    assert (2 * ndtr(-z) <= limits).any(axis=1).mean() <= 0.05


def test_looks_that_cannot_be() -> None:
    """Looks are counted from 1, and alpha lies between 0 and 1."""
    with pytest.raises(DataError, match="counted from 1"):
        alpha_of_look(0, alpha=0.05)
    with pytest.raises(DataError, match="alpha"):
        alpha_of_look(1, alpha=1.0)
