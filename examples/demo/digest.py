"""The nightly job: what was asked about, by family, worked out in processes of its own."""

from __future__ import annotations

import multiprocessing
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Final

import pyflare
from examples.demo.questions import Question
from examples.demo.words import count_tokens, terms

PROCESSES: Final = 2
_TERMS: Final = 5


@pyflare.trace(kind="chain")
def write_digest(questions: Sequence[Question], *, path: str) -> dict[str, list[str]]:
    """Find the terms that stand out in what was asked about each family."""
    asked: defaultdict[str, list[str]] = defaultdict(list)
    for question in questions:
        asked[question.target.family].append(question.text)
    everything = Counter(term for question in questions for term in terms(question.text))
    with ProcessPoolExecutor(
        PROCESSES, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(path,)
    ) as pool:
        summaries = {
            family: pool.submit(pyflare.propagate(summarise), family, texts, everything)
            for family, texts in sorted(asked.items())
        }
        return {family: summary.result() for family, summary in summaries.items()}


def _begin(path: str) -> None:
    pyflare.init(service="docs-digest", path=path)


@pyflare.trace(kind="llm", provider="local", model="term-digest", model_version="1", capture_input=False)
def summarise(family: str, texts: Sequence[str], everything: Mapping[str, int]) -> list[str]:
    """The terms most over-represented in the texts, against `everything`."""
    counts = Counter(term for text in texts for term in terms(text))
    outstanding = sorted(counts, key=lambda term: counts[term] ** 2 / everything[term], reverse=True)[:_TERMS]
    pyflare.update(
        input=f"{len(texts)} questions about {family}",
        input_tokens=sum(map(count_tokens, texts)),
        output_tokens=len(outstanding),
    )
    return outstanding
