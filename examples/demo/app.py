"""The app: it answers questions about Python's library from the library's own documentation.

This is the file to read. Every step is a plain method with `@pyflare.trace` above
it; `pyflare.update` adds what only the program knows, such as how many tokens it
read. Nothing else here knows that it is watched.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import pyflare
from examples.demo.corpus import Passage
from examples.demo.index import Hit, Index
from examples.demo.intent import NaiveBayes, embed
from examples.demo.tools import count_usages, describe_arguments
from examples.demo.words import count_tokens, sentences, terms

RETRIEVED: Final = 10
KEPT: Final = 3
_FAMILY_BONUS: Final = 1.1
_TOOLS: Final = {"which arguments": describe_arguments, "where is": count_usages}
"""Words in a question, and the tool that they call for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What an answer is made from: the best passages, best first, and what the tools found out."""

    hits: list[Hit]
    notes: list[str]


class DocsApp:
    """Question answering by retrieval, re-ranking and extraction. No model is downloaded and no network used."""

    def __init__(self, indexes: Mapping[str, Index], classifier: NaiveBayes, rarity: Callable[[str], float]) -> None:
        self._indexes = indexes
        self._classifier = classifier
        self._rarity = rarity

    @pyflare.trace(kind="chain")
    def ask(self, question: str, *, index: str) -> str:
        """Answer a question in one piece."""
        evidence = self.find_evidence(question, index=index)
        return "".join(self.compose(question, evidence))

    @pyflare.trace(kind="chain")
    async def chat(self, question: str, *, index: str) -> AsyncGenerator[str, None]:
        """Answer a question sentence by sentence; the search runs in a thread, so that other chats go on."""
        evidence = await asyncio.to_thread(self.find_evidence, question, index=index)
        for sentence in self.compose(question, evidence):
            yield sentence

    @pyflare.trace(kind="chain")
    def find_evidence(self, question: str, *, index: str) -> Evidence:
        """Find the passages that an answer can be taken from, and ask the tools that the question calls for."""
        family = self.classify(question)
        self.embed(question)
        hits = self.rerank(question, self.retrieve(question, index=index), family=family)
        return Evidence(hits=hits, notes=list(_consult_tools(question, hits[0].passage)))

    @pyflare.trace(kind="classification", model="module-family", model_version="1")
    def classify(self, question: str) -> str:
        """Guess which family of modules a question is about."""
        family, probability = self._classifier.predict(question)
        asked = terms(question)
        pyflare.log_prediction(
            "module-family",
            features={
                "term_count": len(asked),
                "unknown_terms": sum(not self._classifier.knows(term) for term in asked),
                "first_word": question.split(maxsplit=1)[0].lower(),
                "names_code": "." in question.rstrip(".") or "_" in question,
            },
            prediction=family,
            score=probability,
            model_version="1",
            kind="classification",
            prediction_id=pyflare.current_span().trace_id,
        )
        return family

    @pyflare.trace(kind="embedding", model="hashed-tfidf-128", capture_output=False)
    def embed(self, question: str) -> list[float]:
        """Turn a question into a vector, so that questions can be compared."""
        vector = embed(question, self._rarity)
        pyflare.update(input_tokens=count_tokens(question))
        pyflare.log_embedding(vector, name="question", text=question, model="hashed-tfidf-128")
        return vector

    @pyflare.trace(kind="retriever", model="bm25")
    def retrieve(self, question: str, *, index: str) -> list[Hit]:
        """Find passages that share words with the question."""
        pyflare.update(model_version=index)
        hits = self._indexes[index].search(question, limit=RETRIEVED)
        pyflare.update(attributes={"retrieval.top_score": hits[0].score, "retrieval.hit_count": len(hits)})
        return hits

    @pyflare.trace(kind="reranker", model="term-coverage", model_version="1")
    def rerank(self, question: str, hits: list[Hit], *, family: str) -> list[Hit]:
        """Keep the hits whose name and first sentence cover most of the question."""
        asked = set(terms(question))
        ranked = sorted((_rescored(hit, asked, family) for hit in hits), key=lambda hit: hit.score, reverse=True)
        pyflare.update(attributes={"rerank.top_score": ranked[0].score})
        return ranked[:KEPT]

    @pyflare.trace(kind="llm", provider="local", model="extractive-qa", model_version="1")
    def compose(self, question: str, evidence: Evidence) -> Iterator[str]:
        """Say what the evidence says about the question, one sentence at a time.

        Takes the place that a language model has in other apps; its tokens are the
        words it reads and writes.
        """
        read = count_tokens(question) + sum(count_tokens(hit.passage.text) for hit in evidence.hits)
        pyflare.update(input_tokens=read, output_tokens=0)
        written = 0
        best = evidence.hits[0].passage
        for sentence in [*_relevant(question, best), *evidence.notes, f"Source: {best.name}"]:
            written += count_tokens(sentence)
            pyflare.update(output_tokens=written)
            yield f"{sentence}\n"


def _consult_tools(question: str, passage: Passage) -> Iterator[str]:
    """What the tools say; an answer does without the word of a tool that fails."""
    for words, tool in _TOOLS.items():
        if words in question:
            with suppress(SyntaxError, TimeoutError):
                yield tool(passage)


def _rescored(hit: Hit, asked: set[str], family: str) -> Hit:
    passage = hit.passage
    covered = asked.intersection(terms(passage.name) + terms(_opening(passage)))
    partly = asked.intersection(terms(passage.name) + terms(passage.text))
    score = hit.score * (1 + (len(covered) + len(partly)) / (2 * len(asked)))
    return Hit(passage=passage, score=round(score * (_FAMILY_BONUS if passage.family == family else 1.0), 3))


def _opening(passage: Passage) -> str:
    return sentences(passage.text)[0]


def _relevant(question: str, passage: Passage, *, limit: int = 3) -> Iterable[str]:
    """The passage's first sentence, and those others that share most words with the question."""
    opening, *others = sentences(passage.text)
    asked = set(terms(question))
    others.sort(key=lambda sentence: len(asked.intersection(terms(sentence))), reverse=True)
    return [opening, *others[: limit - 1]]
