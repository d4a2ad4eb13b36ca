"""What redaction adds to a span: microseconds for 700 characters of captured JSON, with every pattern on."""

from __future__ import annotations

import timeit
from collections.abc import Callable

import msgspec

from benchmarks.row import BenchRow
from pyflare.tracing.redaction import compile_redaction

CHARACTERS = 700
ROUNDS = 7
CALLS = 2_000
PROSE = "You can start a return within thirty days. Bring the parcel to any pick-up point. "
SAMPLES = {
    "prose without digits": PROSE * 20,
    "prose with numbers": "Order 1042 was shipped on 2024-03-15 at 10:30:00, 3 items, 45.99 EUR, version 1.2.3. " * 20,
    "prose, four things to hide": (
        "Mail ann@example.com or call +1 415 555 2671; card 4111 1111 1111 1111, from 10.20.30.40. " + PROSE * 20
    ),
}


def document(text: str) -> bytes:
    """A question and an answer as captured JSON, 700 characters together."""
    return msgspec.json.encode({"question": text[:200], "answer": text[200:CHARACTERS]})


def rows() -> list[BenchRow]:
    """The lines of the table."""
    redact = compile_redaction("all", on_failure=print).redact_json
    return [
        BenchRow(
            what=f"redaction, every pattern, 700 characters: {name}",
            bar="",
            measured=f"{_best_us(redact, document(text)):.1f} µs",
            ok=True,
        )
        for name, text in SAMPLES.items()
    ]


def _best_us(redact: Callable[[bytes], bytes], data: bytes) -> float:
    return min(timeit.repeat(lambda: redact(data), number=CALLS, repeat=ROUNDS)) / CALLS * 1e6


def main() -> None:
    """Print the lines."""
    for row in rows():
        print(f"{row.what:66} {row.measured:>9}")


if __name__ == "__main__":
    main()
