"""Embeddings of texts that need no model: hashed words and parts of words."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from pyflare.analytics.stats.vectors.pool import Rows

N_DIMENSIONS: Final = 256
_WORD: Final = re.compile(r"\w+")
_LETTERS: Final = 4
_PART: Final = 0.3
"""What a part of a word counts beside the word."""


def hash_texts(texts: Sequence[str | None], *, n_dimensions: int = N_DIMENSIONS) -> Rows:
    """Embed texts by adding up a signed position for each word and each four letters of one.

    Positions and signs come from a checksum of the letters, so they are the same in every process and version, and
    texts with words in common are near each other. A word that occurs `c` times counts `1 + log(c)`. Words of the same
    meaning are not near each other: `embed_texts` uses a local model for that, where it is installed.

    Args:
        texts: None is missing.
        n_dimensions: At least 2.

    Returns:
        Shape `(n, n_dimensions)`. Rows of length 1; 0 for a text without words, NaN where it is missing.

    References:
        Weinberger et al., Feature hashing for large scale multitask learning, ICML 2009.

    Examples:
        >>> rows = hash_texts(["cancel my order", "cancel an order", "the weather in Rome"])
        >>> bool(rows[0] @ rows[1] > 0.4), bool(rows[0] @ rows[2] < 0.2)
        (True, True)
    """
    rows = np.zeros((len(texts), n_dimensions), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        if text is None:
            row[:] = np.nan
            continue
        for word, count in _counts(text).items():
            positions, values = _positions(word, n_dimensions)
            np.add.at(row, positions, values * np.float32(1 + np.log(count)))
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    np.divide(rows, lengths, out=rows, where=lengths > 0)
    return rows


def _counts(text: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word in _WORD.findall(text.lower()):
        counts[word] = counts.get(word, 0) + 1
    return counts


@lru_cache(maxsize=100_000)
def _positions(word: str, n_dimensions: int) -> tuple[np.ndarray, np.ndarray]:
    """Where a word and its parts lie, and what they add there."""
    marks = [zlib.crc32(part.encode()) for part in _parts(word)]
    weights = [1.0] + [_PART] * (len(marks) - 1)
    signs = [weight if mark & 1 else -weight for mark, weight in zip(marks, weights, strict=True)]
    return np.array([(mark >> 1) % n_dimensions for mark in marks]), np.array(signs, dtype=np.float32)


def _parts(word: str) -> Iterator[str]:
    """The word, then each four letters of it with its borders."""
    yield word
    bordered = f"<{word}>"
    for start in range(len(bordered) - _LETTERS + 1):
        yield bordered[start : start + _LETTERS]
