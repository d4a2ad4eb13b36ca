"""Questions with known answers, made from the corpus: every question is about one passage."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from examples.demo.corpus import Passage
from examples.demo.words import sentences, terms

_ASK_FOR_TASK: Final = ("how do I {}?", "what is the way to {}?", "which function can {}?", "I want to {}")
_ASK_FOR_NAME: Final = ("what does {} do?", "explain {}", "which arguments does {} take?", "where is {} used?", "{}")
_SYNONYMS: Final = {
    "return": "get",
    "returns": "get",
    "create": "make",
    "construct": "make",
    "remove": "delete",
    "retrieve": "fetch",
    "check": "find out",
    "determine": "find out",
    "display": "show",
    "specified": "given",
    "invoked": "called",
    "obtain": "get",
    "convert": "turn",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question, and the passage that it was made from."""

    text: str
    target: Passage


class Questioner:
    """Makes questions: about a task in other words, or about a name; with typing errors."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._by_family: defaultdict[str, list[Passage]] = defaultdict(list)
        for passage in _askable(passages):
            self._by_family[passage.family].append(passage)

    @property
    def families(self) -> list[str]:
        """What can be asked about."""
        return sorted(self._by_family)

    def ask(self, family: str, *, typing_errors: float, random: Random) -> Question:
        """Make a question about a family; `typing_errors` is the share of words typed wrongly."""
        target = random.choice(self._by_family[family])
        if random.random() < 0.6:
            text = random.choice(_ASK_FOR_TASK).format(_paraphrase(target, random))
        else:
            text = random.choice(_ASK_FOR_NAME).format(_spoken_name(target, random))
        return Question(text=_mistype(text, typing_errors, random), target=target)


def _askable(passages: Sequence[Passage]) -> list[Passage]:
    """Passages on public functions that begin with a sentence of some words that no other passage begins with."""
    openings = [sentences(passage.text)[0] for passage in passages]
    times = Counter(openings)
    return [
        passage
        for passage, opening in zip(passages, openings, strict=True)
        if passage.signature
        and "._" not in f".{passage.name}"
        and times[opening] == 1
        and ">>>" not in opening
        and len(terms(opening)) >= 5
    ]


def _paraphrase(passage: Passage, random: Random) -> str:
    """The first sentence with words left out and others put in their place."""
    words = sentences(passage.text)[0].rstrip(".:!").split()[:14]
    words[0] = words[0].lower()
    kept = [word for word in words if random.random() > 0.2]
    spoken = [_SYNONYMS.get(word.lower(), word) for word in kept]
    owner = passage.name.split(".")[-2]
    return " ".join(spoken) + (f" with {owner}" if random.random() < 0.3 else "")


def _spoken_name(passage: Passage, random: Random) -> str:
    parts = passage.name.split(".")
    return random.choice((parts[-1], ".".join(parts[-2:]), " ".join(parts[-2:])))


def _mistype(text: str, share: float, random: Random) -> str:
    return " ".join(_swap_letters(word, random) if random.random() < share else word for word in text.split())


def _swap_letters(word: str, random: Random) -> str:
    """Two neighbouring letters change places."""
    if len(word) < 3:
        return word
    at = random.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
