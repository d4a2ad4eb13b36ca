"""Aligning two trees of spans by structure.

Children of a pair are aligned as sequences, and pairs found are aligned below in turn. Two spans of one kind and
name belong together, all the better if what is below them has the same shape or their content is the same; spans of
one kind alone belong together where nothing better is left, as a model call whose name holds the model.

Lists of up to 200 by 200 children are aligned best, by dynamic programming, after what is the same at both ends has
been paired; a trace as a whole by a million comparisons. Beyond, the n-th child of a kind and name is paired with the
n-th, as far as the order allows: fast for any size.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

MAX_CELLS: Final = 40_000
"""Comparisons of one pair of lists, at most."""
MAX_ALL_CELLS: Final = 1_000_000
"""Comparisons of one pair of traces, at most."""
_SAME_NAME: Final = 8
_SAME_CONTENT: Final = 4
_SAME_SHAPE: Final = 2
_SAME_KIND: Final = 1

Pair = tuple[int | None, int | None]
"""Positions in the first and in the second tree; None where a span has no counterpart."""


class Tree:
    """The spans of a trace by position, as what alignment looks at."""

    def __init__(
        self, parents: Sequence[int], kinds: Sequence[str | None], names: Sequence[str], contents: Sequence[object]
    ) -> None:
        """Take the columns of a trace.

        Args:
            parents: Position of each span's parent; -1 for none. No rings.
            kinds: What kind of work each is.
            names: What each is called.
            contents: What went in and out, as anything that can be compared.
        """
        self.kinds = kinds
        self.keys = [*zip(kinds, names, strict=True)]
        self.contents = contents
        self.roots: list[int] = []
        self.children: list[list[int]] = [[] for _ in parents]
        for span, parent in enumerate(parents):
            (self.roots if parent < 0 else self.children[parent]).append(span)
        self.shapes = self._shapes()

    def _shapes(self) -> list[int]:
        """For each span a number that is the same where all below it is of the same kinds and names."""
        order = [*self.roots]
        for span in order:  # grows meanwhile
            order += self.children[span]
        shapes = [0] * len(self.children)
        for span in reversed(order):
            shapes[span] = hash((self.keys[span], *(shapes[child] for child in self.children[span])))
        return shapes


@dataclass(slots=True)
class _Budget:
    """How many comparisons are left."""

    cells: int

    def allows(self, cells: int) -> bool:
        if cells > min(MAX_CELLS, self.cells):
            return False
        self.cells -= cells
        return True


def align(a: Tree, b: Tree) -> Iterator[tuple[int, Pair]]:
    """Every span of both trees once, with its depth, parents before their children."""
    budget = _Budget(MAX_ALL_CELLS)
    if len(a.roots) == len(b.roots) == 1:
        pairs: list[Pair] = [(a.roots[0], b.roots[0])]
    else:
        pairs = _align_lists(a, b, a.roots, b.roots, budget)
    pending = [(0, pair) for pair in reversed(pairs)]
    while pending:
        depth, pair = pending.pop()
        yield depth, pair
        below = _below(a, b, pair, budget)
        pending += [(depth + 1, child) for child in reversed(below)]


def _below(a: Tree, b: Tree, pair: Pair, budget: _Budget) -> list[Pair]:
    first, second = pair
    if first is None:
        return [(None, child) for child in b.children[second]] if second is not None else []
    if second is None:
        return [(child, None) for child in a.children[first]]
    return _align_lists(a, b, a.children[first], b.children[second], budget)


def _align_lists(a: Tree, b: Tree, first: list[int], second: list[int], budget: _Budget) -> list[Pair]:
    start = 0
    while start < min(len(first), len(second)) and _identical(a, b, first[start], second[start]):
        start += 1
    end = 0
    while end < min(len(first), len(second)) - start and _identical(a, b, first[-1 - end], second[-1 - end]):
        end += 1
    inner = first[start : len(first) - end], second[start : len(second) - end]
    middle = _best(a, b, *inner) if budget.allows(len(inner[0]) * len(inner[1])) else _in_order(a, b, *inner)
    return [
        *zip(first[:start], second[:start], strict=True),
        *middle,
        *zip(first[len(first) - end :], second[len(second) - end :], strict=True),
    ]


def _identical(a: Tree, b: Tree, first: int, second: int) -> bool:
    return a.shapes[first] == b.shapes[second] and a.contents[first] == b.contents[second]


def _likeness(a: Tree, b: Tree, first: int, second: int) -> int:
    """How well two spans fit; 0 where they do not."""
    if a.kinds[first] != b.kinds[second]:
        return 0
    if a.keys[first] == b.keys[second]:
        likeness = _SAME_NAME
    elif a.kinds[first] is not None:
        likeness = _SAME_KIND
    else:
        return 0
    if a.contents[first] == b.contents[second]:
        likeness += _SAME_CONTENT
    return likeness + (_SAME_SHAPE if a.shapes[first] == b.shapes[second] else 0)


def _best(a: Tree, b: Tree, first: list[int], second: list[int]) -> list[Pair]:
    """The pairs, in order, whose likeness is greatest in sum."""
    likeness = [[_likeness(a, b, one, other) for other in second] for one in first]
    totals = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for i in range(len(first) - 1, -1, -1):
        row, below, like = totals[i], totals[i + 1], likeness[i]
        for j in range(len(second) - 1, -1, -1):
            paired = below[j + 1] + like[j] if like[j] else 0
            row[j] = max(paired, below[j], row[j + 1])
    pairs: list[Pair] = []
    i = j = 0
    while i < len(first) and j < len(second):
        if likeness[i][j] and totals[i][j] == totals[i + 1][j + 1] + likeness[i][j]:
            pairs.append((first[i], second[j]))
            i, j = i + 1, j + 1
        elif totals[i][j] == totals[i + 1][j]:
            pairs.append((first[i], None))
            i += 1
        else:
            pairs.append((None, second[j]))
            j += 1
    return [*pairs, *((one, None) for one in first[i:]), *((None, other) for other in second[j:])]


def _in_order(a: Tree, b: Tree, first: list[int], second: list[int]) -> list[Pair]:
    """The n-th of each kind and name with the n-th, as many as can be paired without crossing."""
    places: dict[object, list[int]] = defaultdict(list)
    for at, span in enumerate(second):
        places[b.keys[span]].append(at)
    met: dict[object, int] = defaultdict(int)
    candidates: list[tuple[int, int]] = []
    for at, span in enumerate(first):
        key = a.keys[span]
        if met[key] < len(places.get(key, ())):
            candidates.append((at, places[key][met[key]]))
            met[key] += 1
    pairs: list[Pair] = []
    i = j = 0
    for one, other in [*_increasing(candidates), (len(first), len(second))]:
        pairs += _gap(a, b, first[i:one], second[j:other])
        if one < len(first):
            pairs.append((first[one], second[other]))
        i, j = one + 1, other + 1
    return pairs


def _increasing(candidates: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest choice of candidates, which are in order of their first, whose second increase too."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for at, (_, second) in enumerate(candidates):
        length = bisect_left(tails, second)
        before.append(ends[length - 1] if length else -1)
        if length == len(tails):
            tails.append(second)
            ends.append(at)
        else:
            tails[length], ends[length] = second, at
    chosen: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        chosen.append(candidates[at])
        at = before[at]
    return chosen[::-1]


def _gap(a: Tree, b: Tree, first: list[int], second: list[int]) -> list[Pair]:
    """Spans of one kind between two pairs, in order; the others have no counterpart."""
    pairs: list[Pair] = []
    at = 0
    for one in first:
        found = at
        while found < len(second) and not _likeness(a, b, one, second[found]):
            found += 1
        if found == len(second):
            pairs.append((one, None))
            continue
        pairs += [(None, other) for other in second[at:found]]
        pairs.append((one, second[found]))
        at = found + 1
    return [*pairs, *((None, other) for other in second[at:])]
