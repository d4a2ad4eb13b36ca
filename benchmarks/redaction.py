"""What redaction adds to a span: microseconds for 700 characters of captured JSON, with every pattern on."""

from __future__ import annotations

import timeit

import msgspec

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


def main() -> None:
    """Print the table."""
    redact = compile_redaction("all", on_failure=print).redact_json
    print(f"{'700 characters of JSON':26} {'µs':>6}")
    for name, text in SAMPLES.items():
        data = document(text)
        seconds = min(timeit.repeat(lambda data=data: redact(data), number=CALLS, repeat=ROUNDS)) / CALLS  # type: ignore[misc]
        print(f"{name:26} {seconds * 1e6:6.1f}")


if __name__ == "__main__":
    main()
