"""How much memory a traced process holds after a million spans, above what it held before the first."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from benchmarks.row import BenchRow

SPANS: Final = 1_000_000
QUICK_SPANS: Final = 100_000
BAR_MB: Final = 64
QUESTION: Final = ("How do I return a parcel that was delivered to my neighbour? " * 4)[:200]
ANSWER: Final = ("You can start a return within thirty days. " * 12)[:500]


def resident_bytes() -> int:
    """What the system says this process holds: VmRSS, mapped files included."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) * 1024


def grow(folder: str, spans: int) -> dict[str, int]:
    """Trace `spans` calls in this process, with settings as they come; returns VmRSS before and after, in bytes."""
    import pyflare

    pyflare.init(service="memory", path=folder)

    @pyflare.trace(kind="llm", model="small")
    def call(question: str) -> str:
        return ANSWER

    before = resident_bytes()
    for number in range(spans):
        call(f"{number} {QUESTION}")
    pyflare.flush()
    return {"before": before, "after": resident_bytes()}


def growth_bytes(spans: int) -> int:
    """By how much a fresh process has grown after `spans` spans."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # a compaction may still be at work
        command = [sys.executable, "-m", "benchmarks.memory", folder, str(spans)]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    measured = json.loads(output)
    return int(measured["after"] - measured["before"])


def rows(*, quick: bool = False) -> list[BenchRow]:
    """The lines of the table."""
    spans = QUICK_SPANS if quick else SPANS
    grown_mb = growth_bytes(spans) / 1e6
    return [
        BenchRow(
            what=f"memory of the traced process after {spans:,} spans",
            bar=f"within {BAR_MB} MB of where it began",
            measured=f"{grown_mb:+.1f} MB",
            ok=grown_mb <= BAR_MB,
            beside="VmRSS, mapped files included",
        )
    ]


def main() -> None:
    """Be the process that is measured, or print the rows."""
    if len(sys.argv) == 3:
        print(json.dumps(grow(sys.argv[1], int(sys.argv[2]))))
        return
    for row in rows():
        print(f"{row.what}: {row.measured} ({row.bar}); {row.beside}")


if __name__ == "__main__":
    main()
