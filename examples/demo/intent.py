"""Two small classic models: an embedding of a text, and a classifier of what a question is about."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Final
from zlib import crc32

from examples.demo.corpus import Passage
from examples.demo.words import terms

DIMENSIONS: Final = 128


def embed(text: str, rarity: Callable[[str], float]) -> list[float]:
    """Hash a text's terms, weighted by rarity, into a vector of length 1 (all zeros where no term is known)."""
    vector = [0.0] * DIMENSIONS
    for term in terms(text):
        hashed = crc32(term.encode())
        vector[hashed % DIMENSIONS] += rarity(term) if hashed & 0x8000_0000 else -rarity(term)
    norm = math.hypot(*vector) or 1.0
    return [value / norm for value in vector]


class NaiveBayes:
    """Multinomial naive Bayes over terms: which family of modules is a text about?"""

    def __init__(self, passages: Sequence[Passage]) -> None:
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for passage in passages:
            counts[passage.family].update(terms(passage.name) + terms(passage.text))
        vocabulary = set().union(*counts.values())
        self._families = sorted(counts)
        totals = [counts[family].total() + len(vocabulary) for family in self._families]
        self._weights = {
            term: [math.log((counts[f][term] + 1) / total) for f, total in zip(self._families, totals, strict=True)]
            for term in vocabulary
        }

    def knows(self, term: str) -> bool:
        """Whether the term occurred in training."""
        return term in self._weights

    def predict(self, text: str) -> tuple[str, float]:
        """The likeliest family, with its probability; families are taken as equally likely beforehand."""
        known = [self._weights[term] for term in terms(text) if term in self._weights]
        logs = [sum(column) for column in zip(*known, strict=True)] or [0.0] * len(self._families)
        best = max(range(len(logs)), key=logs.__getitem__)
        return self._families[best], 1 / sum(math.exp(value - logs[best]) for value in logs)
