"""`python -m tests.browser.deep FOLDER SPANS`: one trace of an agent that never came to an end."""

from __future__ import annotations

import random
import sys
from typing import Final

import pyflare

KINDS: Final = ("chain", "tool", "llm", "retriever", "agent", "embedding")
BRANCHES: Final = (0, 0, 1, 2, 3, 6, 9)
DEPTH: Final = 14


class Run:
    """Traces steps until there are enough."""

    def __init__(self, spans: int) -> None:
        self._left = spans
        self._random = random.Random(5)

    def step(self, depth: int) -> None:
        """A span, and steps below it."""
        if self._left <= 0:
            return
        self._left -= 1
        kind = self._random.choice(KINDS)
        with pyflare.span(f"{kind} {self._random.randrange(40)}", kind=kind) as span:
            span.update(input={"step": self._left}, output={"score": self._random.random()})
            if kind == "llm" and self._random.random() < 0.01:
                span.mark_failed("the model did not answer within 30 s", "TimeoutError")
            for _ in range(self._random.choice(BRANCHES) if depth < DEPTH else 0):
                self.step(depth + 1)

    def steps(self) -> None:
        """Steps side by side until there are enough."""
        while self._left > 0:
            self.step(1)


def main(folder: str, spans: int) -> None:
    """Trace them."""
    pyflare.init(path=folder, service="deep-agent")
    with pyflare.span("the long run", kind="agent"):
        Run(spans - 1).steps()
    pyflare.shutdown()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
