"""Samples of columns for tests of drift."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import numpy as np

from pyflare.analytics.drift.column import Categories, Column, Numbers, Vectors

NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
LEVELS: Final = ("chat", "search", "summary", "other")


def sample(
    rng: np.random.Generator, size: int = 2_000, *, shift: float = 0.0, chat: float = 0.4, missing: float = 0.0
) -> dict[str, Column]:
    """What a program's rows may hold; `shift` moves latency, prompt and how many labels are wrong, `chat` the task."""
    rest = (1 - chat) / 3
    latency = rng.normal(shift, 1, size)
    latency[rng.random(size) < missing] = np.nan
    columns = {
        "latency": Numbers(values=latency),
        "tokens": Numbers(values=rng.geometric(0.02, size).astype(np.float64)),
        "task": Categories(codes=rng.choice(4, size, p=[chat, rest, rest, rest]).astype(np.int32), levels=LEVELS),
        "customer": Categories(codes=rng.integers(0, 2, size).astype(np.int32), levels=("new", "old")),
        "prompt": Vectors(values=rng.normal((shift, 0, 0, 1), 1, (size, 4)).astype(np.float32)),
    }
    return {**columns, **_answers(rng, size, wrong=0.1 + 0.2 * shift)}


def _answers(rng: np.random.Generator, size: int, *, wrong: float) -> dict[str, Column]:
    answers = ("no", "yes")
    said = rng.integers(0, 2, size).astype(np.int32)
    true = np.where(rng.random(size) < wrong, 1 - said, said).astype(np.int32)
    return {
        "prediction": Categories(codes=said, levels=answers),
        "label": Categories(codes=true, levels=answers),
        "confidence": Numbers(values=rng.uniform(0.8, 1, size)),
    }
