"""What `import pyflare` costs and loads."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Final

import pytest

HEAVY: Final = {
    "duckdb",
    "fastapi",
    "grpc",
    "lancedb",
    "numpy",
    "opentelemetry.exporter",
    "opentelemetry.sdk",
    "pandas",
    "polars",
    "pyarrow",
    "requests",
    "rich",
    "typer",
}

IMPORT: Final = "import pyflare"
TRACING: Final = "import pyflare; pyflare.init, pyflare.trace, pyflare.span, pyflare.update, pyflare.flush"
CPU_ABOVE_BARE_MS: Final = {IMPORT: 40, TRACING: 120}
"""The import is a promise; getting ready to trace, once per process, is only kept from growing."""
STATEMENTS: Final = pytest.mark.parametrize("statement", CPU_ABOVE_BARE_MS, ids=["import", "tracing"])

_MODULES: Final = "; import json, sys; print(json.dumps(sorted(sys.modules)))"
_CPU: Final = "; import time; print(time.process_time())"


def _run(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


@STATEMENTS
def test_loads_nothing_heavy(statement: str) -> None:
    """Neither the import nor getting ready to trace loads an engine, Arrow, NumPy or the OpenTelemetry SDK."""
    loaded = json.loads(_run(statement + _MODULES))
    assert [name for name in loaded if name in HEAVY or name.split(".")[0] in HEAVY] == []


@STATEMENTS
def test_cpu(statement: str) -> None:
    """The import costs under 40 ms of CPU above bare Python."""
    rounds = [(float(_run(statement + _CPU)), float(_run("pass" + _CPU))) for _ in range(7)]
    above_ms = (min(cost for cost, _ in rounds) - min(bare for _, bare in rounds)) * 1e3
    assert above_ms < CPU_ABOVE_BARE_MS[statement]
