"""Retrieval: a BM25 inverted index in plain Python."""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from examples.demo.corpus import Passage
from examples.demo.words import terms

SATURATION: Final = 1.2
"""BM25's k1: how soon another occurrence of a term stops to matter."""
LENGTH_WEIGHT: Final = 0.75
"""BM25's b: how much a long passage is held against it."""
_NAME_WEIGHT: Final = 3
"""A term in the documented name counts as so many in the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage found, with its score; higher is better."""

    passage: Passage
    score: float


class UnknownTermsError(LookupError):
    """No term of a query occurs anywhere in the index."""


class Index:
    """An inverted index that scores by BM25 (Robertson and Zaragoza 2009)."""

    def __init__(self, passages: Sequence[Passage], *, version: str) -> None:
        self.version = version
        self._passages = passages
        counts = [Counter(terms(passage.name) * _NAME_WEIGHT + terms(passage.text)) for passage in passages]
        self._rarity = _rarity(counts)
        self._postings = _postings(counts, self._rarity)

    def __len__(self) -> int:
        return len(self._passages)

    def rarity(self, term: str) -> float:
        """The inverse document frequency of a term; 0 where it does not occur."""
        return self._rarity.get(term, 0.0)

    def search(self, query: str, *, limit: int) -> list[Hit]:
        """Find the passages that best match the query, best first.

        Raises:
            UnknownTermsError: No term of the query is in the index.
        """
        query_terms = set(terms(query))
        known = [self._postings[term] for term in query_terms if term in self._postings]
        if not known:
            raise UnknownTermsError(f"none of {sorted(query_terms)} is in index {self.version}; try other words")
        scores: defaultdict[int, float] = defaultdict(float)
        for postings in known:
            for position, weight in postings:
                scores[position] += weight
        best = heapq.nlargest(limit, scores.items(), key=lambda item: (item[1], -item[0]))
        return [Hit(passage=self._passages[position], score=round(score, 3)) for position, score in best]


def _rarity(counts: Sequence[Counter[str]]) -> dict[str, float]:
    document_counts: Counter[str] = Counter()
    for count in counts:
        document_counts.update(count.keys())
    return {term: math.log(1 + (len(counts) - n + 0.5) / (n + 0.5)) for term, n in document_counts.items()}


def _postings(counts: Sequence[Counter[str]], rarity: dict[str, float]) -> dict[str, list[tuple[int, float]]]:
    """For every term, the passages that hold it and what it adds to their score."""
    mean_length = sum(count.total() for count in counts) / len(counts)
    postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for position, count in enumerate(counts):
        norm = SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * count.total() / mean_length)
        for term, n in count.items():
            postings[term].append((position, rarity[term] * n * (SATURATION + 1) / (n + norm)))
    return dict(postings)
