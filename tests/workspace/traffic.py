"""A folder of varied traffic for tests of numbers: half in parts, half in journals."""

from __future__ import annotations

import random
from pathlib import Path

from pyflare.store.compaction import compact
from tests.store.records import SECOND_NS, T0_NS, end, start, write_journal

TRACES = 60
MODELS = ("gpt-4o", "claude haiku", "free model")


def write_traffic(root: Path) -> Path:
    """Sixty traces over an hour, a minute apart: wrapped calls, failures, unpriced models, one that still runs."""
    draw = random.Random(7)
    traces = [_trace(number, draw) for number in range(TRACES)]
    write_journal(root, [record for trace in traces[: TRACES // 2] for record in trace])
    compact(root)
    live = [record for trace in traces[TRACES // 2 :] for record in trace]
    live.append(start(9999, 99990, name="answer", kind="agent", at_ns=T0_NS + 3600 * SECOND_NS))
    write_journal(root, live)
    return root


def _trace(number: int, draw: random.Random) -> list[bytes]:
    at_ns = T0_NS + number * 60 * SECOND_NS + draw.randrange(SECOND_NS)
    first = 10 * number + 1
    scope = {
        "user_id": f"user {number % 7}" if number % 5 else None,
        "session_id": f"s-{number // 3}",
        "environment": "production" if number % 4 else "staging",
        "tags": [tag for tag in ("beta", "slow") if draw.random() < 0.3] or None,
    }
    model = draw.choice(MODELS)
    usage = {
        "model_id": model,
        "provider": "openai" if model == "gpt-4o" else None,
        "input_tokens": draw.randrange(1, 3000),
        "output_tokens": draw.randrange(0, 300),
        "cache_read_tokens": draw.choice([None, 0, 100]),
        "cost_micros": None if model == "free model" else draw.randrange(1, 90_000),
    }
    failed = draw.random() < 0.2
    root_ns = draw.randrange(1, 5 * SECOND_NS)
    spans = [
        end(
            number, first, name="answer", kind="agent", at_ns=at_ns, duration_ns=root_ns, scope=scope, status=1 + failed
        ),
        end(
            number,
            first + 1,
            parent=first,
            name="wrapper",
            kind="llm",
            at_ns=at_ns + 10,
            duration_ns=root_ns // 2 + 1,
            fields=usage,
            scope=scope,
            status=1,
        ),
        end(
            number,
            first + 3,
            parent=first,
            name=draw.choice(["search", "look up"]),
            kind="tool",
            at_ns=at_ns + 20,
            duration_ns=draw.randrange(1, SECOND_NS),
            attributes={"tier": draw.choice(["gold", "free"])},
            scope=scope,
            status=1 + failed,
            fields={"error_type": "TimeoutError"} if failed and number % 2 else None,
        ),
    ]
    if number % 3 == 0:  # the wrapped call reports the same usage: what is above it must not count again
        inside = end(
            number,
            first + 2,
            parent=first + 1,
            name="call",
            kind="llm",
            at_ns=at_ns + 15,
            duration_ns=root_ns // 3 + 1,
            fields=usage,
            scope=scope,
            status=1,
        )
        spans.append(inside)
    return spans
