"""The demo's app, untraced: it finds what questions were made from, and fails where it really must."""

from __future__ import annotations

import asyncio
import math
from random import Random

import pytest

from examples.demo.app import DocsApp
from examples.demo.corpus import Passage
from examples.demo.index import Index, UnknownTermsError
from examples.demo.intent import DIMENSIONS, NaiveBayes, embed
from examples.demo.questions import Question, Questioner
from examples.demo.run import AFTER, FRESH, STALE, build_app, plan, stale_part
from examples.demo.tools import count_usages, describe_arguments


@pytest.fixture(scope="module")
def app(passages: list[Passage]) -> DocsApp:
    return build_app(passages)


@pytest.fixture(scope="module")
def questions(passages: list[Passage]) -> list[Question]:
    questioner = Questioner(passages)
    random = Random(7)
    families = questioner.families
    return [questioner.ask(families[n % len(families)], typing_errors=0.02, random=random) for n in range(360)]


def found_share(index: Index, questions: list[Question], *, limit: int) -> float:
    """The share of questions whose passage is among the first `limit` hits."""
    found = 0
    for question in questions:
        try:
            hits = index.search(question.text, limit=limit)
        except UnknownTermsError:
            continue
        found += question.target.name in {hit.passage.name for hit in hits}
    return found / len(questions)


def top_score(index: Index, question: Question) -> float:
    try:
        return index.search(question.text, limit=1)[0].score
    except UnknownTermsError:
        return 0.0


def test_fresh_index_finds_what_was_asked_and_stale_one_half_of_it(
    passages: list[Passage], questions: list[Question]
) -> None:
    """Among five hits the fresh index has nearly every answer; the stale one lacks half of the modules."""
    assert found_share(Index(passages, version=FRESH), questions, limit=5) > 0.85
    assert found_share(Index(stale_part(passages), version=STALE), questions, limit=5) < 0.65


def test_scores_fall_with_the_stale_index(passages: list[Passage], questions: list[Question]) -> None:
    """The change can be seen without knowing a single right answer."""
    means = []
    for index in (Index(passages, version=FRESH), Index(stale_part(passages), version=STALE)):
        tops = [top_score(index, question) for question in questions]
        means.append(sum(tops) / len(tops))
    assert means[1] < 0.85 * means[0]


def test_search_ranks_the_passage_that_says_it_first(passages: list[Passage]) -> None:
    """Words of a sentence lead to the passage they come from, with falling scores."""
    hits = Index(passages, version=FRESH).search("remove any common leading whitespace from every line", limit=5)
    assert hits[0].passage.name == "textwrap.dedent"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_words_that_occur_nowhere_are_an_error(app: DocsApp) -> None:
    """A query without one known term has no answer, and the error says which words it had."""
    with pytest.raises(UnknownTermsError, match=r"\['qwrtz', 'xyzzyx'\] is in index 2026-11"):
        app.ask("qwrtz xyzzyx", index=FRESH)


def test_streamed_and_whole_answers_agree_and_name_their_source(app: DocsApp) -> None:
    """Chat says the same as search, sentence by sentence, and ends with the source."""
    question = "how do I remove common leading whitespace from every line?"

    async def read() -> list[str]:
        return [sentence async for sentence in app.chat(question, index=FRESH)]

    streamed = asyncio.run(read())
    assert len(streamed) > 1
    assert "".join(streamed) == app.ask(question, index=FRESH)
    assert streamed[-1] == "Source: textwrap.dedent\n"


def test_tools_add_notes_and_their_failures_do_not_spoil_the_answer(app: DocsApp) -> None:
    """A question about arguments asks the tool; where that fails the answer does without."""
    assert "dedent takes text." in app.ask("which arguments does textwrap.dedent take?", index=FRESH)
    assert "Source: os.makedirs" in app.ask("which arguments does os.makedirs take?", index=FRESH)


def test_documented_calls_that_are_not_python_fail(passages: list[Passage]) -> None:
    """`getopt(args, options[, long_options])` is how people write optional arguments, and no Python."""
    getopt = next(p for p in passages if p.name == "getopt.getopt" and p.text.startswith("getopt("))
    with pytest.raises(SyntaxError):
        describe_arguments(getopt)


def test_usages_are_counted_within_a_budget(passages: list[Passage]) -> None:
    """A small module is read in time; no package is read in no time at all."""
    dedent = next(passage for passage in passages if passage.name == "textwrap.dedent")
    assert count_usages(dedent, cpu_budget_s=10).startswith("dedent is mentioned on ")
    with pytest.raises(TimeoutError, match="read 1 files for dedent"):
        count_usages(dedent, cpu_budget_s=0)


def test_classifier_beats_guessing(passages: list[Passage], questions: list[Question]) -> None:
    """Twelve families, and it is right about most questions; its confidence is a probability."""
    classifier = NaiveBayes(passages)
    guesses = [classifier.predict(question.text) for question in questions]
    right = sum(family == question.target.family for (family, _), question in zip(guesses, questions, strict=True))
    assert right / len(questions) > 0.6
    assert all(1 / 12 <= probability <= 1.0000001 for _, probability in guesses)


def test_classifier_without_a_known_term_is_undecided(passages: list[Passage]) -> None:
    """No evidence: every family is as likely as the others."""
    _, probability = NaiveBayes(passages).predict("qwrtz xyzzyx")
    assert math.isclose(probability, 1 / 12)


def test_embeddings_have_length_one_and_know_likeness() -> None:
    """Texts that share words are nearer to each other than texts that share none."""

    def rarity(term: str) -> float:
        return 1.0 if term else 0.0

    read, parse, draw = (embed(text, rarity) for text in ("read a json file", "parse json files", "draw circles"))
    assert len(read) == DIMENSIONS
    assert math.isclose(math.hypot(*read), 1.0)
    assert math.dist(read, parse) < math.dist(read, draw)
    assert embed("", rarity) == [0.0] * DIMENSIONS


def test_plan_is_the_same_for_the_same_seed(passages: list[Passage]) -> None:
    """Users, sessions and questions follow from the seed; both halves have the same users."""
    before, after = plan(passages, request_count=101, seed=5)
    assert (before, after) == plan(passages, request_count=101, seed=5)
    assert (before, after) != plan(passages, request_count=101, seed=6)
    assert sum(len(session.questions) for session in (*before, *after)) == 101
    assert len({session.session_id for session in (*before, *after)}) == len(before) + len(after)
    assert {session.user.group for session in after} == AFTER.keys()
