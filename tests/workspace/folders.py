"""Folders for the tests of the workspace: half in parts, half in journals."""

from __future__ import annotations

import json
from pathlib import Path

from pyflare.store.compaction import compact
from tests.store.records import SECOND_NS, T0_NS, end, payload, row, start, write_journal

LARGE = "e" * 64


def question(text: str) -> bytes:
    return json.dumps({"question": text}, ensure_ascii=False).encode()


def chat(trace: int, *, user: str, status: int = 1, text: str = "hello") -> list[bytes]:
    """A question answered by a model, after a look into an index: three spans."""
    at_ns = T0_NS + trace * SECOND_NS
    scope = {"user_id": user, "session_id": f"session-{trace % 2}", "tags": ["beta"] if trace % 2 else None}
    model = {"model_id": "gpt-4o" if trace % 2 else "small", "input_tokens": 10 * trace, "output_tokens": trace}
    common = {"scope": scope, "status": status}
    return [
        end(
            trace,
            10 * trace,
            name="answer",
            kind="agent",
            at_ns=at_ns,
            duration_ns=trace * 100_000_000,
            input=question(text),
            output=b'"done"',
            **common,
        ),
        end(
            trace,
            10 * trace + 1,
            parent=10 * trace,
            name="look up",
            kind="retriever",
            at_ns=at_ns + 1_000_000,
            duration_ns=20_000_000,
            attributes={"tier": "gold" if trace > 2 else "free", "k": trace, "exact": trace == 3},
            scope=scope,
        ),
        end(
            trace,
            10 * trace + 2,
            parent=10 * trace,
            name="generate",
            kind="llm",
            at_ns=at_ns + 25_000_000,
            duration_ns=60_000_000,
            fields={**model, "provider": "openai", "cost_micros": 1000 * trace},
            **common,
        ),
    ]


def write_folder(root: Path) -> Path:
    """Five traces of users ann and bob, the last still running when its process died; scores and predictions."""
    stored = [*chat(1, user="ann"), *chat(2, user="bob", status=2, text="Ünïcode “quotes” and \\ slashes")]
    stored += [
        row("scores", score_id="a", timestamp=T0_NS, name="helpful", value=1.0, source="user", trace_id=f"{1:032x}"),
        row("predictions", prediction_id="p1", timestamp=T0_NS, model_id="fraud", prediction='"ok"', user_id="ann"),
    ]
    write_journal(root, stored)
    compact(root)
    live = [*chat(3, user="ann"), *chat(4, user="bob")]
    live += [
        payload(LARGE, b'"a very LARGE haystack with a needle in it"'),
        end(4, 49, parent=40, name="attach", at_ns=T0_NS + 4 * SECOND_NS, fields={"input_ref": LARGE}),
        start(5, 50, name="answer", kind="agent", at_ns=T0_NS + 5 * SECOND_NS, scope={"user_id": "ann"}),
        row(
            "scores", score_id="b", timestamp=T0_NS + 1, name="helpful", value=0.0, source="code", trace_id=f"{3:032x}"
        ),
        row("labels", prediction_id="p1", timestamp=T0_NS + 2, label='"fraud"'),
        row(
            "predictions", prediction_id="p2", timestamp=T0_NS + 1, model_id="churn", features={"country": "NL", "n": 2}
        ),
    ]
    write_journal(root, live)
    return root
