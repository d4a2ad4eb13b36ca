"""A program that traces its own code and never calls `pyflare.init` is told once that nothing is kept; nobody else is."""

from __future__ import annotations

import logging
import os
import threading

import pytest

import pyflare
from pyflare.testing import strict
from pyflare.tracing import reminder, state
from pyflare.tracing.guard import Guard
from tests.tracing.program import run

SAID = "PyFlare keeps nothing of {}, nor of what follows: pyflare.init() has not been called."
DECORATED = """
@pyflare.trace
def answer(number):
    return number

print(answer(1), answer(2))
"""


@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("answer", DECORATED),
        (
            "answer",
            """
            import asyncio

            @pyflare.trace
            async def answer(number):
                return number

            print(asyncio.run(answer(1)), asyncio.run(answer(2)))
            """,
        ),
        (
            "answers",
            """
            @pyflare.trace
            def answers(number):
                yield number

            print(*answers(1), *answers(2))
            """,
        ),
        (
            "answering",
            """
            for number in (1, 2):
                with pyflare.span("answering"):
                    print(number, end=" ")
            """,
        ),
        (
            "calls of the libraries that it instruments",
            """
            from pyflare.integrations.call import begin

            begin(int)
            pyflare.instrument("httpx")
            print(*(number for number in (1, 2) if begin(int) is None))
            """,
        ),
    ],
    ids=["function", "coroutine", "generator", "block", "call"],
)
def test_a_program_without_init_is_told_once(tmp_path, name, program):
    """One line on standard error, though warnings are errors and nobody set up logging; the results are as untraced."""
    done = run(tmp_path / "folder", program, init=False)
    assert (done.returncode, done.stdout.split()) == (0, ["1", "2"])
    assert done.stderr.startswith(SAID.format(name))
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "folder").exists()


@pytest.mark.parametrize(
    ("before", "environment"),
    [
        ("pyflare.init(enabled=False)\n", {}),
        ("pyflare.init(path=folder)\npyflare.shutdown()\n", {}),
        ("", {"PYFLARE_ENABLED": "false"}),
        ("", {"OTEL_SDK_DISABLED": "true"}),
        ("import logging; logging.getLogger('pyflare').setLevel(logging.ERROR)\n", {}),
    ],
    ids=["switched off", "shut down", "by environment", "by OpenTelemetry's environment", "by logging"],
)
def test_who_says_that_nothing_is_kept_is_not_told(tmp_path, before, environment):
    """In the program, in the environment or by the logger's level."""
    done = run(tmp_path / "folder", before + DECORATED, init=False, env={**os.environ, **environment})
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 2\n", "")


def test_a_library_says_nothing(tmp_path):
    """Functions and blocks of a module that the program imports are silent, whatever it does; its own are not, later."""
    (tmp_path / "library.py").write_text(
        "import pyflare\n@pyflare.trace\ndef helped():\n    with pyflare.span('inside'):\n        return 1\n"
    )
    program = f"sys.path.insert(0, {os.fspath(tmp_path)!r})\nimport library\nprint(library.helped())\n"
    done = run(tmp_path / "folder", program, init=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")
    done = run(tmp_path / "folder", program + DECORATED, init=False)
    assert done.stderr.startswith(SAID.format("answer"))


@pytest.fixture
def unsaid(monkeypatch):
    """Nothing has been said in this process, and `init` was not called."""
    texts = ["{name}"]
    monkeypatch.setattr(state, "unsaid", texts)
    monkeypatch.setattr(reminder, "guard", Guard())
    return texts


def test_many_threads_say_it_once(unsaid, caplog):
    """However many call at the same moment."""
    caplog.set_level(logging.WARNING, "pyflare")
    ready = threading.Barrier(8)

    def call():
        ready.wait()
        reminder.remind("work")

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [record.getMessage() for record in caplog.records] == ["work"]


def test_what_goes_wrong_in_saying_it_is_ours(unsaid, monkeypatch, caplog):
    """A fault is counted, and raised only in strict mode."""

    def broken():
        raise OSError("the disk is gone")

    monkeypatch.setattr(reminder, "resolve", broken)
    reminder.remind("work")
    assert reminder.guard.faults == {"say that nothing is kept: OSError": 1}
    unsaid.append("{name}")
    monkeypatch.setattr(reminder.guard, "strict", True)
    with pytest.raises(OSError, match="gone"):
        reminder.remind("work")


def test_settings_that_cannot_be_read_do_not_silence_it(unsaid, monkeypatch, caplog):
    """What is wrong with them is said by `pyflare.init`."""
    monkeypatch.setenv("PYFLARE_ENABLED", "banana")
    with strict():
        reminder.remind("work")
    assert caplog.messages == ["work"]


def test_init_leaves_nothing_to_say(unsaid, begin):
    """Nor does `shutdown` bring it back."""
    begin()
    pyflare.shutdown()
    assert unsaid == []
