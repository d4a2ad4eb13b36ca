"""Topics of texts: clusters of their embeddings, named by the words that are typical of them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pyflare.analytics.drift.clusters import Clusters, cluster_vectors
from pyflare.analytics.drift.text.embedding import Model, embed_texts
from pyflare.analytics.drift.text.reading import read_texts
from pyflare.errors import DataError

_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_WORDS: Final = 3

Texts = Sequence[str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """Two samples of texts by topic."""

    names: tuple[str, ...]
    """Per cluster its most typical words: `invoice, refund, payment`."""
    clusters: Clusters
    """Which text is of which topic, and how the shares compare."""

    def moved(self) -> tuple[tuple[str, float, float], ...]:
        """Name, share of the reference and share of the current sample, the one that moved most first."""
        named = dict(zip(self.clusters.names, self.names, strict=True))
        return tuple((named.get(c.label, c.label), c.reference, c.current) for c in self.clusters.test.contributions)


def find_topics(
    reference: Texts,
    current: Texts,
    *,
    n_topics: int | None = None,
    model: Model = "auto",
    rng: np.random.Generator | None = None,
) -> Topics:
    """Divide the texts of two samples into topics, and compare how often each comes up.

    Topics are clusters of the texts' embeddings, found on both samples together (`cluster_vectors`). Each is named by
    the words that occur in more of its texts than in others', by Dunning's likelihood ratio.

    Args:
        reference: Texts of the baseline; None is missing.
        current: Texts to compare with it.
        n_topics: By default a quarter of the root of the number of texts, 2 to 24.
        model: What makes embeddings of the texts.
        rng: For the first centres of clusters; a fixed one by default.

    Raises:
        DataError: Something in them is no text.
        InsufficientDataError: Fewer than ten texts of a sample are not missing.
        MissingExtraError: The model asked for is not installed.

    References:
        Dunning, Accurate methods for the statistics of surprise and coincidence, Computational Linguistics 19 (1993).

    Examples:
        >>> pay, ship = ["the invoice is due", "pay the invoice now"], ["the parcel is late", "where is the parcel"]
        >>> found = find_topics(pay * 20 + ship * 2, pay * 20 + ship * 20, n_topics=2, model="hashing")
        >>> [name for name, before, now in found.moved() if now > before][0].split(", ")[0]
        'parcel'
    """
    reference, current = read_texts(reference), read_texts(current)
    clusters = cluster_vectors(
        embed_texts(reference, model=model), embed_texts(current, model=model), n_clusters=n_topics, rng=rng
    )
    labels = np.concatenate([clusters.reference, clusters.current])
    names = name_clusters([*reference, *current], labels, n_clusters=len(clusters.names))
    return Topics(names=names, clusters=clusters)


def name_clusters(texts: Texts, labels: np.ndarray, *, n_clusters: int) -> tuple[str, ...]:
    """The three words of each cluster that occur in more of its texts than elsewhere; `no words` where none does.

    Args:
        texts: None is in no cluster.
        labels: Shape `(n_texts,)`. The cluster of each, from 0; -1 for none.
        n_clusters: How many there are.

    Raises:
        DataError: There is not one label per text.
    """
    if len(texts) != len(labels):
        raise DataError(f"expected a label for each of {len(texts)} texts, got {len(labels)}.")
    inside = [Counter[str]() for _ in range(n_clusters)]
    sizes = [0] * n_clusters
    for text, label in zip(texts, labels, strict=True):
        if text is not None and label >= 0:
            sizes[label] += 1
            inside[label].update({word.lower() for word in _WORD.findall(text)})
    everywhere = sum(inside, Counter[str]())
    return tuple(
        ", ".join(_typical(counts, size, everywhere, sum(sizes))) or "no words"
        for counts, size in zip(inside, sizes, strict=True)
    )


def _typical(counts: Counter[str], size: int, everywhere: Counter[str], total: int) -> list[str]:
    scored = [
        (_surprise(count, size, everywhere[word] - count, total - size), word)
        for word, count in counts.items()
        if count * (total - size) > (everywhere[word] - count) * size
    ]
    return [word for _, word in sorted(scored, key=lambda pair: (-pair[0], pair[1]))[:_WORDS]]


def _surprise(inside: int, size: int, outside: int, rest: int) -> float:
    """The likelihood ratio of a word being as common inside as outside."""
    shared = (inside + outside) / (size + rest)
    return 2 * (
        _likelihood(inside, size, inside / size)
        + _likelihood(outside, rest, outside / rest if rest else 0.0)
        - _likelihood(inside, size, shared)
        - _likelihood(outside, rest, shared)
    )


def _likelihood(hits: int, size: int, share: float) -> float:
    yes = hits * math.log(share) if hits else 0.0
    no = (size - hits) * math.log1p(-share) if size > hits else 0.0
    return yes + no
