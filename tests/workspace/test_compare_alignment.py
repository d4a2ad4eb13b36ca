"""Aligning two trees of spans."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyflare.workspace import compare_alignment
from pyflare.workspace.compare_alignment import Pair, Tree, align

_SPAN = st.tuples(st.integers(0, 30), st.sampled_from(["llm", "tool", None]), st.sampled_from("abc"), st.integers(0, 2))
_TREES = st.lists(_SPAN, max_size=30)


def _tree(spans: list[tuple[int, str | None, str, int]]) -> Tree:
    """Spans by where their parent is (counted back; 0 for a root), kind, name and content."""
    parents = [at - above if 0 < above <= at else -1 for at, (above, *_) in enumerate(spans)]
    return Tree(parents, [span[1] for span in spans], [span[2] for span in spans], [span[3] for span in spans])


def _flat(names: str) -> Tree:
    return Tree([-1, *[0] * len(names)], [None, *["tool"] * len(names)], ["root", *names], [0] * (len(names) + 1))


def _pairs(a: Tree, b: Tree) -> list[Pair]:
    return [pair for _, pair in align(a, b)]


def _shown(a: str, b: str) -> str:
    """The alignment of two roots with children of these names: `b-` only in the first, `+b` only in the second."""
    said = []
    for one, other in _pairs(_flat(a), _flat(b))[1:]:
        first = a[one - 1] if one is not None else ""
        second = b[other - 1] if other is not None else ""
        said.append(
            f"{first}-"
            if not second
            else f"+{second}"
            if not first
            else first
            if first == second
            else f"{first}{second}"
        )
    return " ".join(said)


@pytest.mark.parametrize(
    ("a", "b", "shown"),
    [
        ("abc", "abc", "a b c"),
        ("abc", "ac", "a b- c"),
        ("ac", "abc", "a +b c"),
        ("abc", "axc", "a bx c"),
        ("abcd", "cdab", "a- b- c d +a +b"),
        ("", "ab", "+a +b"),
        ("aab", "ab", "a a- b"),
    ],
)
def test_children_are_aligned_as_sequences(a: str, b: str, shown: str) -> None:
    """Children of one name belong together, in order; of one kind, where nothing better is left."""
    assert _shown(a, b) == shown


def test_content_decides_between_equals() -> None:
    """Of several children of one name, those with the same content belong together."""
    a = Tree([-1, 0, 0], ["agent", "tool", "tool"], ["root", "t", "t"], [0, "x", "y"])
    b = Tree([-1, 0], ["agent", "tool"], ["root", "t"], [0, "y"])
    assert _pairs(a, b) == [(0, 0), (1, None), (2, 1)]


def test_single_roots_belong_together() -> None:
    """Two traces of one root each are compared from there, whatever the roots are called."""
    a, b = Tree([-1], ["agent"], ["one"], [0]), Tree([-1], ["chain"], ["other"], [1])
    assert _pairs(a, b) == [(0, 0)]


@given(_TREES)
def test_a_trace_is_like_itself(spans: list[tuple[int, str | None, str, int]]) -> None:
    """Every span of a trace corresponds to itself."""
    tree = _tree(spans)
    assert sorted(_pairs(tree, _tree(spans))) == [(at, at) for at in range(len(spans))]


@given(_TREES, _TREES, st.booleans())
def test_every_span_comes_once(first: list, second: list, quick: bool) -> None:  # type: ignore[type-arg]
    """Whatever the trees, each span stands in exactly one pair, after its parent, and pairs are of one kind."""
    before = compare_alignment.MAX_CELLS
    compare_alignment.MAX_CELLS = 0 if quick else before  # type: ignore[misc]
    try:
        a, b = _tree(first), _tree(second)
        pairs = _pairs(a, b)
    finally:
        compare_alignment.MAX_CELLS = before  # type: ignore[misc]
    assert sorted(one for one, _ in pairs if one is not None) == [*range(len(first))]
    assert sorted(other for _, other in pairs if other is not None) == [*range(len(second))]
    roots = len(a.roots) == len(b.roots) == 1
    for one, other in pairs[1 if roots else 0 :]:
        assert one is None or other is None or a.kinds[one] == b.kinds[other]


@pytest.mark.parametrize("shape", ["wide", "deep", "shuffled"])
def test_a_hundred_thousand_spans(shape: str) -> None:
    """Large traces take seconds at most, wide or deep, alike or not."""
    size = 100_000
    parents = [-1, *(range(size - 1) if shape == "deep" else [0] * (size - 1))]
    names = [str(at % 1000) for at in range(size)]
    others = [*names]
    if shape == "shuffled":
        random.Random(1).shuffle(others)
    kinds = ["tool"] * size
    began_s = time.process_time()
    pairs = _pairs(Tree(parents, kinds, names, names), Tree(parents, kinds, others, others))
    assert time.process_time() - began_s < 10
    assert len(pairs) >= size
