"""A hard budget under many processes, each a real one with the real client."""

from __future__ import annotations

import subprocess
import sys

import pytest

import pyflare
from pyflare.budgets import read_budgets
from tests.architecture.tree import ROOT
from tests.budgets.calling import COST_MICROS, LIMIT_CALLS
from tests.integrations.provider import CHAT


@pytest.mark.parametrize("threads", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_overshoot(tmp_path, provider, threads):
    """Ten processes overshoot a hard budget by at most one call each, however many threads they call from."""
    provider.will(CHAT, delay_s=0.02)
    ended = subprocess.run(
        [sys.executable, "-m", "tests.budgets.calling", tmp_path / "f", provider.url, "10", str(threads)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    made = len(provider.bodies)
    assert LIMIT_CALLS <= made <= LIMIT_CALLS + 10
    (standing,) = read_budgets(tmp_path / "f")
    assert (standing.amount, standing.calls, standing.reserved) == (made * COST_MICROS, made, 0)
    with pyflare.open(tmp_path / "f") as workspace:
        (row,) = workspace.query("SELECT sum(cost_micros)::BIGINT AS micros, count(cost_micros) AS calls FROM spans")
    assert (row["micros"], row["calls"]) == (standing.amount, made)
    assert ended.stderr.count("has reached 80%") == 1
    assert ended.stderr.count("has reached 100%") == 1
