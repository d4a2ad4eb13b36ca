"""Who uses the app: each user with a team, interests, a way of typing, and a place in the roll-out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from examples.demo.questions import Question, Questioner

USER_COUNT: Final = 30
CANARY_SHARE: Final = 1 / 3
"""Users in the canary group get new indexes first."""
_TEAMS: Final = ("web", "data", "platform")
_TURNS: Final = (3, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One user."""

    name: str
    team: str
    group: Literal["canary", "stable"]
    feature: Literal["search", "chat"]
    interests: Sequence[str]
    typing_errors: float
    """Share of words typed wrongly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A user's questions in one sitting."""

    session_id: str
    user: User
    questions: Sequence[Question]


def make_users(questioner: Questioner, random: Random) -> list[User]:
    """The users; a third of them canaries, one in ten a hasty typist."""
    return [
        User(
            name=f"user-{number:02}",
            team=_TEAMS[number % len(_TEAMS)],
            group="canary" if number < USER_COUNT * CANARY_SHARE else "stable",
            feature="chat" if random.random() < 0.4 else "search",
            interests=random.sample(questioner.families, k=4),
            typing_errors=0.25 if number % 10 == 0 else 0.02,
        )
        for number in range(USER_COUNT)
    ]


def make_sessions(
    users: Sequence[User], questioner: Questioner, *, question_count: int, first: int, random: Random
) -> Iterator[Session]:
    """Sessions of a few questions each, `question_count` in all, numbered from `first`."""
    left = question_count
    number = first
    while left:
        user = random.choice(users)
        turns = min(left, random.randint(*_TURNS))
        questions = [
            questioner.ask(random.choice(user.interests), typing_errors=user.typing_errors, random=random)
            for _ in range(turns)
        ]
        yield Session(session_id=f"session-{number:04}", user=user, questions=questions)
        left -= turns
        number += 1
