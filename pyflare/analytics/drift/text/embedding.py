"""Embeddings of texts, made on this machine."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from pyflare.analytics.drift.column import Vectors
from pyflare.analytics.drift.text.hashing import hash_texts
from pyflare.analytics.drift.text.reading import read_texts
from pyflare.analytics.stats.vectors.pool import Rows
from pyflare.errors import DataError, MissingExtraError

Model = Literal["auto", "wordllama", "hashing"]
_WEIGHTS: Final = "weights/l2_supercat_256.safetensors"
_TOKENIZER: Final = "tokenizers/l2_supercat_tokenizer_config.json"
_BATCH: Final = 1_024
_TOKENS: Final = 512
"""Of a longer text the first tokens are looked at."""


def embed_texts(texts: Sequence[str | None], *, model: Model = "auto") -> Vectors:
    """Embed texts without a network: by a small model where it is installed, by hashed words otherwise.

    - `wordllama`: the mean of the token embeddings of WordLlama, 256 dimensions, 16 MB that come inside its package
    (extra `drift-text`). Nothing is downloaded.
    - `hashing`: `hash_texts`, 256 dimensions, no model.
    - `auto`: the first where it is installed. Embeddings of different models cannot be compared: name one where
    references are kept.

    Args:
        texts: None is missing.
        model: One of the three.

    Returns:
        Rows of length 1; 0 for a text without words, missing where the text is.

    Raises:
        MissingExtraError: `wordllama` is asked for and not installed.
        DataError: The model is none of these, or something is no text.

    Examples:
        >>> embed_texts(["cancel my order", None], model="hashing").values.shape
        (2, 256)
    """
    chosen, texts = chosen_model(model), read_texts(texts)
    return Vectors(values=hash_texts(texts) if chosen == "hashing" else _mean_tokens(texts))


def chosen_model(model: Model) -> Literal["wordllama", "hashing"]:
    """Which model `auto` stands for here. Raises DataError, MissingExtraError."""
    if model not in ("auto", "wordllama", "hashing"):
        raise DataError(f"model: expected 'auto', 'wordllama' or 'hashing', got {model!r}.")
    if model == "hashing" or _folder() is None:
        if model == "wordllama":
            raise MissingExtraError("Embedding texts by WordLlama", "drift-text")
        return "hashing"
    return "wordllama"


def _folder() -> Path | None:
    """Where the model is; None where it is not installed. The package itself is not imported."""
    found = importlib.util.find_spec("wordllama")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent
    return folder if (folder / _WEIGHTS).exists() and (folder / _TOKENIZER).exists() else None


@cache
def _model() -> tuple[Any, Rows]:
    """The tokenizer, and the embedding of each token."""
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    folder = _folder()
    assert folder is not None
    tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length=_TOKENS)
    [embeddings] = load_file(folder / _WEIGHTS).values()
    return tokenizer, embeddings.astype(np.float32)


def _mean_tokens(texts: Sequence[str | None]) -> Rows:
    tokenizer, embeddings = _model()
    rows = np.full((len(texts), embeddings.shape[1]), np.nan, dtype=np.float32)
    present = [position for position, text in enumerate(texts) if text is not None]
    for start in range(0, len(present), _BATCH):
        batch = present[start : start + _BATCH]
        for position, encoded in zip(
            batch, tokenizer.encode_batch([texts[at] for at in batch], add_special_tokens=False), strict=True
        ):
            rows[position] = _unit(embeddings[encoded.ids].sum(axis=0))
    return rows


def _unit(row: Rows) -> Rows:
    length = float(np.linalg.norm(row))
    return row / np.float32(length) if length > 0 else row
