"""The one line for a program that traces its own code and has not called `pyflare.init`: that nothing is kept.

Only the program itself is told: the module that Python runs, `__main__`, a notebook's cells included. A library that
decorates its functions says nothing in an application that does not want PyFlare.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, Final

from pyflare.config import resolve
from pyflare.errors import ConfigError
from pyflare.tracing import state
from pyflare.tracing.guard import guard

_PROGRAM: Final = "__main__"
_NOTHING: Final = ()
_expected: Final[list[bool]] = []


def unsaid_of(function: Callable[..., Any]) -> Sequence[str]:
    """What an untraced call of the function has to say: nothing, as soon as it has been said, or where it is not the program's.

    Calls look whether it is empty, and at nothing else.
    """
    return state.unsaid if getattr(function, "__module__", None) == _PROGRAM else _NOTHING


def remind(name: object) -> None:
    """Say that nothing is kept of `name`: once in a process, however many threads call. Never raises."""
    try:
        text = state.unsaid.pop()
    except IndexError:  # another thread has just said it
        return
    try:
        if _is_wanted():
            guard.advise(text.format(name=name))
    except Exception as error:
        guard.fault("say that nothing is kept", error)


def remind_of_block(name: object) -> None:
    """The same for `pyflare.span`, whose first call in the process tells whether it is the program that makes it."""
    state.unseen.clear()
    if sys._getframe(2).f_globals.get("__name__") == _PROGRAM:
        remind(name)


def expect_calls() -> None:
    """The program has asked for the calls of its libraries to be traced: those before `pyflare.init` are worth the line."""
    if sys._getframe(2).f_globals.get("__name__") == _PROGRAM:
        _expected.append(True)


def remind_of_call() -> None:
    """The same for a call of a library that was instrumented."""
    if _expected and state.unsaid:
        remind("calls of the libraries that it instruments")


def forget() -> None:
    """`pyflare.init` was called: there is nothing left to say."""
    state.unsaid.clear()
    state.unseen.clear()


def _is_wanted() -> bool:
    """Whether anything would be kept: not where the environment or a file of settings switches PyFlare off."""
    try:
        return resolve().enabled
    except ConfigError:  # `pyflare.init` will say what is wrong with it
        return True
