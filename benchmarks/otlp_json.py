"""OTLP/JSON to protobuf and back, against protobuf's own JSON in the same run: 500 spans of 25 attributes, one core."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Final

import msgspec
from google.protobuf import json_format

from benchmarks.load import request_body
from benchmarks.row import BenchRow
from pyflare.otlp import decode_json, from_json, to_json
from pyflare.otlp.messages import REQUESTS

SPANS: Final = 500
ROUNDS: Final = 9
QUICK_ROUNDS: Final = 3
BAR: Final = 15_000
"""Spans a CPU second from JSON to protobuf."""


def rows(*, quick: bool = False) -> list[BenchRow]:
    """Reading and writing."""
    rounds = QUICK_ROUNDS if quick else ROUNDS
    request = REQUESTS["traces"]
    message = request.FromString(request_body(SPANS, random.Random(1)))
    ours = msgspec.json.encode(to_json(message))
    protobufs = json_format.MessageToJson(message)  # its ids are base64, which nobody's OTLP has
    assert from_json("traces", ours) == message
    read = _spans_a_second(lambda: decode_json("traces", ours), rounds)
    read_base = _spans_a_second(lambda: json_format.Parse(protobufs, request()), rounds)
    written = _spans_a_second(lambda: msgspec.json.encode(to_json(message)), rounds)
    written_base = _spans_a_second(lambda: json_format.MessageToJson(message), rounds)
    return [
        BenchRow(
            what="OTLP/JSON to protobuf, one core",
            bar=f"at least {BAR:,} spans a CPU second",
            measured=f"{read:,.0f}",
            ok=read >= BAR,
            beside=f"{read / read_base:.1f}x protobuf's own JSON, {read_base:,.0f}",
        ),
        BenchRow(
            what="protobuf to OTLP/JSON, one core",
            bar="",
            measured=f"{written:,.0f} spans a CPU second",
            ok=True,
            beside=f"{written / written_base:.1f}x protobuf's own JSON, {written_base:,.0f}",
        ),
    ]


def _spans_a_second(work: Callable[[], object], rounds: int) -> float:
    """The best of some rounds, by the CPU time of this process."""
    best_s = float("inf")
    for _ in range(rounds):
        began_s = time.process_time()
        work()
        best_s = min(best_s, time.process_time() - began_s)
    return SPANS / best_s
