"""What `import pyflare` costs above bare Python, in CPU of a fresh process."""

from __future__ import annotations

import statistics
import subprocess
import sys
from typing import Final

from benchmarks.row import BenchRow

ROUNDS: Final = 15
QUICK_ROUNDS: Final = 5
BAR_MS: Final = 40
STATEMENTS: Final = {
    "import pyflare": "import pyflare",
    "import pyflare, and get ready to trace": "import pyflare; pyflare.init, pyflare.trace, pyflare.span",
}


def _cpu_ms(statement: str) -> float:
    program = f"{statement}; import time; print(time.process_time())"
    return (
        float(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout) * 1e3
    )


def above_bare_ms(statement: str, *, rounds: int) -> float:
    """CPU milliseconds of a statement above those of none, the median over pairs of fresh processes."""
    return statistics.median(_cpu_ms(statement) - _cpu_ms("pass") for _ in range(rounds))


def rows(*, quick: bool = False) -> list[BenchRow]:
    """The lines of the table."""
    rounds = QUICK_ROUNDS if quick else ROUNDS
    _cpu_ms(STATEMENTS["import pyflare"])  # the first one may have to compile
    bare_ms = statistics.median(_cpu_ms("pass") for _ in range(rounds))
    above_ms = {name: above_bare_ms(statement, rounds=rounds) for name, statement in STATEMENTS.items()}
    (what, promised_ms), (ready, ready_ms) = above_ms.items()
    return [
        BenchRow(
            what=f"`{what}`",
            bar=f"under {BAR_MS} ms of CPU above bare Python",
            measured=f"{promised_ms:.0f} ms",
            ok=promised_ms < BAR_MS,
            beside=f"bare Python {bare_ms:.0f} ms; {ready}: {ready_ms:.0f} ms",
        )
    ]
