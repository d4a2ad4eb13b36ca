"""The traffic: users ask at the same time, in threads and on an event loop, and say whether the answer helped."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, aclosing, suppress
from typing import Final
from zlib import crc32

import pyflare
from examples.demo.app import DocsApp
from examples.demo.index import UnknownTermsError
from examples.demo.questions import Question
from examples.demo.users import Session
from examples.demo.words import terms

THREADS: Final = 4
CHATS_AT_ONCE: Final = 8
RATED_PERCENT: Final = 60
IMPATIENT_PERCENT: Final = 5
"""So many chat users stop reading after the first sentence."""


class Traffic:
    """Sends the questions of sessions to the app, and the users' judgement to PyFlare."""

    def __init__(self, app: DocsApp, *, on_answer: Callable[[], object]) -> None:
        self._app = app
        self._on_answer = on_answer
        self._asked: list[tuple[str, Question]] = []

    def run(self, sessions: Sequence[Session], *, index_of: Mapping[str, str]) -> None:
        """Run searches in threads and chats beside them on an event loop; `index_of` says which group has which."""
        searches = [session for session in sessions if session.user.feature == "search"]
        chats = [session for session in sessions if session.user.feature == "chat"]
        with ThreadPoolExecutor(THREADS) as pool:
            running = [pool.submit(self._search, session, index_of[session.user.group]) for session in searches]
            asyncio.run(self._chat_all(chats, index_of))
            for search in running:
                search.result()

    def label(self) -> None:
        """Later somebody looks at what was asked, and says what the classifier should have predicted."""
        for prediction_id, question in self._asked:
            pyflare.log_label(prediction_id, question.target.family, source="review")
        self._asked.clear()

    def _search(self, session: Session, index: str) -> None:
        with belongs_to(session):
            for question in session.questions:
                with suppress(UnknownTermsError), pyflare.span("request", kind="agent", input=question.text) as span:
                    answer = self._app.ask(question.text, index=index)
                    span.set_output(answer)
                    self._judge(question, answer, span.trace_id)
                self._on_answer()

    async def _chat_all(self, sessions: Sequence[Session], index_of: Mapping[str, str]) -> None:
        room = asyncio.Semaphore(CHATS_AT_ONCE)

        async def chat(session: Session) -> None:
            async with room:
                await self._chat(session, index_of[session.user.group])

        async with asyncio.TaskGroup() as group:
            for session in sessions:
                group.create_task(chat(session))

    async def _chat(self, session: Session, index: str) -> None:
        with belongs_to(session):
            for question in session.questions:
                with suppress(UnknownTermsError), pyflare.span("request", kind="agent", input=question.text) as span:
                    answer = await self._read(question, index)
                    span.set_output(answer)
                    self._judge(question, answer, span.trace_id)
                self._on_answer()

    async def _read(self, question: Question, index: str) -> str:
        answer = ""
        async with aclosing(self._app.chat(question.text, index=index)) as stream:
            async for sentence in stream:
                answer += sentence
                if _chance(question, "impatient", IMPATIENT_PERCENT):
                    break
        return answer

    def _judge(self, question: Question, answer: str, trace_id: str) -> None:
        self._asked.append((trace_id, question))
        pyflare.score("overlap", overlap(answer, question.target.text), trace_id=trace_id, source="code")
        if _chance(question, "rated", RATED_PERCENT):
            helpful = answer.rstrip().endswith(f"Source: {question.target.name}")
            pyflare.score(
                "helpful",
                helpful,
                label="thumbs up" if helpful else "thumbs down",
                comment=None if helpful else f"I was looking for {question.target.name}",
                trace_id=trace_id,
                source="user",
            )


def belongs_to(session: Session) -> AbstractContextManager[None]:
    """Every span inside the block belongs to the session and its user."""
    user = session.user
    return pyflare.context(
        user=user.name,
        session=session.session_id,
        feature=user.feature,
        team=user.team,
        environment="production",
        tags=[user.group],
    )


def overlap(answer: str, target: str) -> float:
    """The F1 of the terms of an answer against those of the passage it should have come from."""
    given, wanted = Counter(terms(answer)), Counter(terms(target))
    shared = (given & wanted).total()
    return 2 * shared / max(given.total() + wanted.total(), 1)


def _chance(question: Question, what: str, percent: int) -> bool:
    """The same for the same question, in whatever order threads come by."""
    return crc32(f"{what}: {question.text}".encode()) % 100 < percent
