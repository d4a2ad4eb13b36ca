"""Fuzz the receiver and the normaliser: `python -m tests.fuzz [SECONDS]`. Needs atheris; `make fuzz` installs it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(
    include=["pyflare.otlp", "pyflare.server.otlp", "pyflare.store.decode.otlp", "pyflare.store.normalise"]
):
    from tests.fuzz.receiving import receive, seeds, store

FOUND = Path(".hypothesis", "fuzz")
"""Inputs that were not answered are kept here."""
_RSS_LIMIT_MIB = 1024
_INPUT_BYTES = 1 << 13
_HANG_S = 10


def one(data: bytes) -> None:
    """Take a request, and store what is accepted of it."""
    taken = receive(data)
    if taken is not None and taken.batch.records:
        store(taken)


def main() -> None:
    """Fuzz for so many seconds. The process ends with 0 where nothing was found."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds()):
            Path(folder, str(number)).write_bytes(seed)
        limits = [
            "-len_control=0",
            f"-rss_limit_mb={_RSS_LIMIT_MIB}",
            f"-timeout={_HANG_S}",
            f"-max_len={_INPUT_BYTES}",
        ]
        FOUND.mkdir(parents=True, exist_ok=True)
        output = ["-print_final_stats=1", f"-artifact_prefix={FOUND}/"]
        atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", *limits, *output, folder], one)
        atheris.Fuzz()


main()
