"""Quick start: decorate functions, run them, read back what happened.

python examples/quickstart.py
"""

from __future__ import annotations

import pyflare

NOTES = (
    "Traces go to the folder .pyflare, which is yours.",
    "No account, no server and no network is needed.",
    "A span that has ended survives the end of its process.",
)

pyflare.init(service="quickstart")


@pyflare.trace(kind="retriever")
def find_note(question: str) -> str:
    """The note that shares most words with the question."""
    asked = set(question.lower().split())
    return max(NOTES, key=lambda note: len(asked.intersection(note.lower().split())))


@pyflare.trace
def answer(question: str, user: str) -> str:
    """Answer a question."""
    pyflare.update(user=user)
    return f"As far as I know: {find_note(question)}"


def main() -> None:
    """Ask two questions, then look at what was traced."""
    print(answer("which folder do traces go to", user="ada"))
    print(answer("is a server needed", user="grace"))

    with pyflare.open() as workspace:
        newest = workspace.traces()
        print(newest)
        print(workspace.trace(newest[0]["trace_id"]))
        print(workspace.sql("SELECT user_id, count(*) AS spans FROM spans GROUP BY user_id").to_pylist())


if __name__ == "__main__":
    main()
