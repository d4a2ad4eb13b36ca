"""An hour of real traffic through the store: costs by minute, and forecasts of its next minutes."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

import pyflare
from pyflare.analytics.forecast import forecast
from pyflare.store.compaction import compact
from pyflare.workspace.aggregates.spend import read_spend
from pyflare.workspace.scope import Scope
from tests.store.records import end, write_journal

TRAFFIC = Path(__file__).parents[3] / "shared" / "data" / "azure-llm-traffic"
pytestmark = pytest.mark.skipif(not TRAFFIC.is_dir(), reason="the recorded traffic is not on this machine")
MINUTE_NS = 60 * 10**9
INPUT, OUTPUT = 2.5, 10.0
"""Dollars per million tokens of gpt-4o: micro-dollars per token."""


def traffic(name):
    """When each call began (unix nanoseconds), and its tokens in and out."""
    with (TRAFFIC / f"AzureLLMInferenceTrace_{name}.csv").open() as file:
        rows = [
            (row["TIMESTAMP"], int(row["ContextTokens"]), int(row["GeneratedTokens"])) for row in csv.DictReader(file)
        ]
    starts = [
        int(datetime.fromisoformat(text[:19]).replace(tzinfo=UTC).timestamp()) * 10**9 + int(text[20:].ljust(9, "0"))
        for text, _, _ in rows
    ]
    return np.array(starts), np.array([row[1] for row in rows]), np.array([row[2] for row in rows])


def by_minute(starts, read, written):
    """Spend by minute in micro-dollars, without the store: each call rounded to the micro-dollar, halves to even."""
    micros = np.rint(read * INPUT + written * OUTPUT).astype(np.int64)
    minutes = starts // MINUTE_NS - starts.min() // MINUTE_NS
    return np.bincount(minutes, weights=micros).astype(np.int64)


def test_costs_by_minute(tmp_path):
    """Of 28,185 calls of two services, half of them compacted, every minute costs what NumPy says."""
    number = 0
    expected = {}
    for name in ("code", "conv"):
        starts, read, written = traffic(name)
        expected[name] = by_minute(starts, read, written)
        records = []
        for at_ns, tokens_in, tokens_out in zip(starts.tolist(), read.tolist(), written.tolist(), strict=True):
            number += 1
            fields = {
                "model_id": "gpt-4o",
                "provider": "openai",
                "input_tokens": tokens_in,
                "output_tokens": tokens_out,
            }
            records.append(end(number, number, name="chat", kind="llm", at_ns=at_ns, fields=fields))
        write_journal(tmp_path, records, service_name=name)
        if name == "code":
            compact(tmp_path)
    with pyflare.open(tmp_path, compact=False) as workspace:
        for name, minutes in expected.items():
            now_ns = int(starts.max()) + 1
            found = read_spend(workspace.engine, Scope(now_ns=now_ns, services=(name,)), step="minute")
            first = next(position for position, micros in enumerate(found.micros) if micros)
            known = [micros or 0 for micros in found.micros][first : first + len(minutes)]
            assert known == minutes.tolist()
            assert sum(micros or 0 for micros in found.micros) == minutes.sum()
    assert number == 28_185


@pytest.mark.parametrize(("name", "smape"), [("code", 1.0), ("conv", 0.15)])
def test_forecasts_of_it(name, smape):
    """Ten minutes ahead, from a dozen moments of the hour: as good as "as now" within 5 %, and intervals that hold."""
    found = forecast(by_minute(*traffic(name))[1:-1] / 1e6, horizon=10, periods=())
    assert found.backtest.mae <= 1.05 * found.others[-1].mae
    assert found.backtest.smape <= smape
    assert found.backtest.coverage_80 >= 0.75
    assert found.backtest.coverage_95 >= 0.9
