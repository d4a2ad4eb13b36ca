"""The benchmarks' runner. The benchmarks themselves run by `make bench`."""

from __future__ import annotations

import ast

from benchmarks.__main__ import INSTALLING, MODULES, PEERS
from benchmarks.report import page
from benchmarks.row import BenchRow
from tests.architecture.tree import ROOT


def test_every_benchmark_is_run() -> None:
    """Each module that measures something is in the table."""
    measuring = {
        path.stem
        for path in (ROOT / "benchmarks").glob("*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name == "rows"
    }
    assert measuring == {*MODULES, INSTALLING, PEERS}


def test_page() -> None:
    """A row of the page says what was promised, what was measured and whether it holds; the machine stands below."""
    missed = BenchRow(what="a | b", bar="at most 1 s", measured="2 s", ok=False, beside="n = 3")
    assert page([missed], on="A machine.").splitlines()[-3:] == [
        "| a \\| b | at most 1 s | 2 s | **no** | n = 3 |",
        "",
        "A machine.",
    ]
