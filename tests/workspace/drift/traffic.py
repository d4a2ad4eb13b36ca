"""A folder of two days: on the second, an index goes stale in production, and answers from it fail more often."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.store.records import T0_NS, end, row, write_journal

DAY_NS: Final = 86_400 * 10**9
TRACES: Final = 300
"""On each day."""
NOW_NS: Final = T0_NS + 2 * DAY_NS
NOW: Final = datetime.fromtimestamp(NOW_NS / 1e9, UTC)


def write_traffic(root: Path) -> Path:
    """Write the folder; always the same."""
    random_ = random.Random(1)
    records = [record for number in range(2 * TRACES) for record in _trace(number, random_)]
    write_journal(root, records)
    return root


def is_stale(number: int) -> bool:
    """Whether a trace was answered from the stale index."""
    return number >= TRACES and number % 2 == 0 and number % 3 > 0


def _trace(number: int, random_: random.Random) -> list[bytes]:
    at_ns = T0_NS + number * DAY_NS // TRACES
    stale = is_stale(number)
    fails = random_.random() < (0.6 if stale else 0.05)
    scope = {"environment": "production" if number % 2 == 0 else "staging", "session_id": f"s{number}"}
    attributes = {
        "index": "old" if stale else "new",
        "similarity": round(random_.gauss(0.4 if stale else 0.7, 0.1), 3),
        "k": 5,
        "request": f"{number:032x}",
    }
    root_span, retriever = number * 10 + 1, number * 10 + 2
    return [
        end(number + 1, root_span, name="answer", kind="agent", at_ns=at_ns, status=2 if fails else 1, scope=scope),
        end(
            number + 1,
            retriever,
            parent=root_span,
            name="look up",
            kind="retriever",
            at_ns=at_ns + 1000,
            duration_ns=round(20e6 * random_.lognormvariate(0, 0.5)),
            attributes=attributes,
            scope=scope,
        ),
        row("scores", timestamp=at_ns, trace_id=f"{number + 1:032x}", name="helpful", value=0.0 if stale else 1.0),
    ]
