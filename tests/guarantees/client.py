"""A program that traces when told to, and ships.

    python -m tests.guarantees.client FOLDER ENDPOINT

Reads commands from standard input and answers each with one line: `call N` with the
keys of the spans, `flush S` with whether all of them went out within S seconds.
"""

from __future__ import annotations

import json
import sys

import pyflare


def key() -> str:
    """Trace id and span id of the current span, as one text."""
    span = pyflare.current_span()
    assert span is not None
    return span.trace_id + span.span_id


@pyflare.trace
def step() -> str:
    return key()


@pyflare.trace
def call() -> list[str]:
    return [key(), step()]


def main(folder: str, endpoint: str) -> None:
    """Do as told until standard input ends."""
    pyflare.init(service="client", path=folder, endpoint=endpoint)
    for line in sys.stdin:
        command, value = line.split()
        match command:
            case "call":
                answer: object = [key for _ in range(int(value)) for key in call()]
            case "flush":
                answer = pyflare.flush(float(value))
            case _:
                raise ValueError(command)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
