"""`python -m tests.browser.traced FOLDER`: a traced program that does what is written to its standard input.

`ask TEXT` asks a question: a trace of two spans. `begin NAME` starts a span that stays open, `more` puts another
below it, `end` ends it. Each line is answered by one: the trace's id, and when it was done.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyflare


@dataclass(frozen=True, slots=True)
class Done:
    """What the program answers."""

    trace_id: str
    at_unix_ns: int


class Program:
    """The traced program, as the tests see it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def do(self, line: str) -> Done:
        """Have it do something."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return Done(**json.loads(self._process.stdout.readline()))


@contextmanager
def tracing(folder: Path) -> Iterator[Program]:
    """A program that writes to a folder, inside the block."""
    command = [sys.executable, "-m", "tests.browser.traced", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Program(process)
        finally:
            process.terminate()


@pyflare.trace(kind="llm", model="gpt-4o-mini")
def answer(question: str) -> str:
    return f"You asked: {question}"


@pyflare.trace(name="ask", kind="chain")
def ask(question: str) -> str:
    answer(question)
    return str(pyflare.current_span().trace_id)


def obey(open_spans: list[Any], line: str) -> str:
    """Do what a line says. Returns the id of the trace."""
    word, _, rest = line.strip().partition(" ")
    if word == "ask":
        return ask(rest)
    if word == "begin":
        open_spans.append(pyflare.span(rest, kind="agent").__enter__())
        answer(rest)
        return str(open_spans[-1].trace_id)
    if word == "more":
        answer("more")
        return str(open_spans[-1].trace_id)
    ended = open_spans.pop()
    ended.__exit__(None, None, None)
    return str(ended.trace_id)


def main(folder: str) -> None:
    """Obey until the input ends."""
    pyflare.init(path=folder, service="live-agent")
    open_spans: list[Any] = []
    for line in sys.stdin:
        trace_id = obey(open_spans, line)
        print(json.dumps({"trace_id": trace_id, "at_unix_ns": time.time_ns()}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
