"""A folder of two days of embeddings: on the second a fifth of them is of a new topic."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from tests.store.records import DAY_NS, T0_NS, end, row, write_journal

COUNT: Final = 120
"""On each day."""
TOPICS: Final = """
[[pyflare.drift]]
name = "topics"
table = "embeddings"
filters = { name = "input" }
reference = "1d"
"""


def write_topics(root: Path) -> Path:
    """Write the folder; always the same. Each embedding is of a trace of its own."""
    random = np.random.default_rng(0)
    values = random.normal(size=(2 * COUNT, 8)).astype(np.float32)
    values[-COUNT // 5 :] += 6
    write_journal(
        root, [record for number, vector in enumerate(values) for record in _embedded(number, vector.tolist())]
    )
    return root


def is_new(trace_id: str) -> bool:
    """Whether a trace is of the new topic."""
    return int(trace_id, 16) > 2 * COUNT - COUNT // 5


def _embedded(number: int, vector: list[float]) -> list[bytes]:
    at_ns = T0_NS + number * DAY_NS // COUNT
    return [
        end(number + 1, number + 1, name="ask", kind="chain", at_ns=at_ns, input=b'"a question"'),
        row(
            "embeddings",
            embedding_id=f"{number:032x}",
            timestamp=at_ns,
            trace_id=f"{number + 1:032x}",
            name="input",
            vector=vector,
        ),
    ]
