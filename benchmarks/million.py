"""A folder of a million spans, the same on every machine, written as compactions would leave it.

A trace is one question to an assistant: seven spans, two of them calls of a
model. Texts are words of Python's own documentation, drawn by Zipf's law, so
they neither compress like copies nor like noise. A rare word is in ten prompts.
"""

from __future__ import annotations

import re
import tempfile
from itertools import accumulate, pairwise
from pathlib import Path
from pydoc_data.topics import topics
from typing import Any, Final

import numpy as np
import pyarrow as pa

from pyflare.schema.arrow import arrow_schema
from pyflare.schema.tables import SCHEMA_VERSION, SPANS, TRACES
from pyflare.store.change import Change
from pyflare.store.journal.writer import prepare_folder
from pyflare.store.lock import exclusive
from pyflare.store.parts import conform, write_part
from pyflare.store.scratch import fetch, scratch
from pyflare.store.summary import summarise_sql

MILLION: Final = 1_000_000
RARE_WORD: Final = "Zebrafish"
RARE_EVERY: Final = 100_003
STEPS: Final = (
    ("answer", "agent"),
    ("retrieve", "retriever"),
    ("embed", "embedding"),
    ("rerank", "reranker"),
    ("plan", "llm"),
    ("look up", "tool"),
    ("generate", "llm"),
)
MODELS: Final = ("small", "medium", "large", "small-2", "medium-2", "large-2")
START_NS: Final = 1_780_000_000_000_000_000
TRACE_EVERY_NS: Final = 140_000_000
PART_SHARES: Final = (0.25, 0.25, 0.25, 0.125, *(0.03125,) * 4)
"""Large parts of the past, small ones of the last minutes."""
_IS_MODEL: Final = np.array([kind == "llm" for _, kind in STEPS])


def folder(spans: int = MILLION) -> Path:
    """The folder, made at the first call and kept in the system's temporary directory."""
    root = Path(tempfile.gettempdir()) / f"pyflare-bench-{spans}-v{SCHEMA_VERSION}"
    finished = root / "catalog.json"
    if not finished.exists():
        build(root, spans)
    return root


def build(root: Path, spans: int) -> None:
    """Write the parts and commit them together."""
    prepare_folder(root)
    texts = _Texts()
    with exclusive(root) as held, scratch() as connection:
        if not held:
            raise RuntimeError(f"another process is writing {root}")
        change = Change(root)
        bounds = [round(share * spans) // len(STEPS) * len(STEPS) for share in accumulate(PART_SHARES[:-1], initial=0)]
        for first, end in pairwise([*bounds, spans]):
            rows = _spans(first, end - first, texts)
            change.add(write_part(root, SPANS, rows, level=1))
            traces = conform(fetch(connection, summarise_sql("FROM rows"), rows=rows), TRACES)
            change.add(write_part(root, TRACES, traces.sort_by("start_time"), level=1))
        change.commit()


class _Texts:
    """Draws prose of a given number of words."""

    def __init__(self) -> None:
        words = sorted(set(re.findall(r"[A-Za-z']{2,}", " ".join(topics.values()))))
        self._words = np.array(words, dtype=object)
        frequency = 1 / np.arange(1, len(words) + 1)
        self._probability = frequency / frequency.sum()

    def draw(self, random: np.random.Generator, count: int, words: int) -> list[str]:
        """`count` texts of so many words."""
        chosen = random.choice(len(self._words), size=(count, words), p=self._probability)
        return [" ".join(row) for row in self._words[chosen].tolist()]


def _spans(first: int, count: int, texts: _Texts) -> pa.Table:
    """The spans from number `first` on."""
    random = np.random.default_rng(first)
    number = np.arange(first, first + count)
    trace, step = np.divmod(number, len(STEPS))
    is_model = _IS_MODEL[step]
    columns: dict[str, Any] = {
        "project": _constant("default", count),
        "trace_id": [f"{_mixed(int(n)):016x}{_mixed(int(n) + 7):016x}" for n in trace],
        "span_id": [f"{_mixed(int(n) + 1_000_003):016x}" for n in number],
        "parent_span_id": [
            None if s == 0 else f"{_mixed(int(n - s) + 1_000_003):016x}" for n, s in zip(number, step, strict=True)
        ],
        "start_time": pa.array(
            START_NS + trace * TRACE_EVERY_NS + step * 1_000_000 + random.integers(0, 900_000, count)
        ),
        "duration_ns": pa.array(random.lognormal(17, 1, count).astype(np.int64)),
        "service_name": _named("service", trace % 5),
        "operation_name": [STEPS[s][0] for s in step],
        "span_kind": _constant("internal", count),
        "inference_type": [STEPS[s][1] for s in step],
        "state": _constant("ended", count),
        "status_code": ["error" if failed else "ok" for failed in random.random(count) < 0.02],
        "provider": ["openai" if model else None for model in is_model],
        "model_id": _where(is_model, [MODELS[n] for n in random.integers(0, len(MODELS), count)]),
        "input": [f'{{"question":"{text}"}}' for text in texts.draw(random, count, 28)],
        "output": [f'"{text}"' for text in texts.draw(random, count, 70)],
        "input_tokens": pa.array(random.integers(50, 4000, count), mask=~is_model),
        "output_tokens": pa.array(random.integers(5, 900, count), mask=~is_model),
        "cost_micros": pa.array(random.integers(5, 90_000, count), mask=~is_model),
        "price_version": _where(is_model, ["reported"] * count),
        "user_id": _named("user", trace * 2_654_435_761 % 2_003),
        "session_id": _named("session", trace // 4),
        "feature_id": _named("feature", trace % 12),
        "environment": _constant("production", count),
        "attributes": [[("customer.tier", "gold" if n % 3 else "free"), ("retry", str(n % 17))] for n in number],
        "attribute_types": [[("retry", "int")]] * count,
        "resource": _constant('{"host.name":"host-1","service.version":"1.4.2"}', count),
        "writer_id": _constant("019d6c5b200-4242-0badcafe", count),
    }
    for index in np.flatnonzero(number % RARE_EVERY == 0):
        columns["input"][index] = columns["input"][index][:-2] + f' {RARE_WORD}"}}'
    fields = [field for field in arrow_schema(SPANS) if field.name in columns]
    arrays = [
        pa.array(columns[field.name]).cast(field.type)
        if isinstance(columns[field.name], pa.Array)
        else pa.array(columns[field.name], field.type)
        for field in fields
    ]
    return conform(pa.table(arrays, schema=pa.schema(fields)), SPANS).sort_by("start_time")


def _mixed(number: int) -> int:
    """A number of 64 bits that looks random and is not."""
    number = (number + 1) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    return number ^ number >> 27


def _constant(word: str, count: int) -> list[str]:
    return [word] * count


def _named(prefix: str, numbers: Any) -> list[str]:
    return [f"{prefix}-{number}" for number in numbers]


def _where(mask: Any, values: list[str]) -> list[str | None]:
    return [value if kept else None for kept, value in zip(mask, values, strict=True)]
