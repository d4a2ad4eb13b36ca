"""`python -m benchmarks`: what PyFlare promises, measured on this machine, as one table."""

from __future__ import annotations

import argparse
import importlib
import inspect
import sys
import time
from pathlib import Path
from typing import Final

from rich.console import Console

from benchmarks.report import machine, page, terminal_table
from benchmarks.row import BenchRow

MODULES: Final = (
    "tracing",
    "whole",
    "compaction",
    "memory",
    "importing",
    "instrument",
    "budgets",
    "collector_down",
    "shipping",
    "receiver",
    "otlp",
    "otlp_json",
    "concurrency",
    "queries",
    "aggregates",
    "size",
    "redaction",
    "interchange",
    "live",
    "comparing",
    "drift",
    "drift_embeddings",
    "drift_streaming",
    "drift_store",
    "api",
    "viewer",
)
"""The benchmarks, in the order in which the table shows them."""
INSTALLING: Final = "installing"
"""Left out unless asked for: pip downloads a few hundred megabytes."""
PEERS: Final = "drift_peers"
"""Left out unless asked for by name: pip downloads some gigabytes, and the scoring takes half an hour."""
PIPE_WIDTH: Final = 200
PAGE: Final = Path(__file__).parents[1] / "docs" / "reference" / "benchmarks.md"


def measure(name: str, *, quick: bool) -> list[BenchRow]:
    """The rows of one benchmark; one that fails is a row that says so."""
    rows = importlib.import_module(f"benchmarks.{name}").rows
    options = {"quick": quick} if "quick" in inspect.signature(rows).parameters else {}
    try:
        return list(rows(**options))
    except Exception as error:
        return [BenchRow(what=name, bar="runs to its end", measured="failed", ok=False, beside=repr(error)[:200])]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join((*MODULES, INSTALLING, PEERS))}")
    parser.add_argument("--quick", action="store_true", help="take fewer and smaller samples")
    parser.add_argument("--install", action="store_true", help="weigh fresh installations too; pip downloads them")
    parser.add_argument("--write", action="store_true", help=f"write the table to {PAGE.relative_to(PAGE.parents[2])}")
    options = parser.parse_args()
    if unknown := set(options.names) - {*MODULES, INSTALLING, PEERS}:
        parser.error(f"expected any of {', '.join((*MODULES, INSTALLING, PEERS))}, got {', '.join(sorted(unknown))}")
    return options


def main() -> int:
    """Run the benchmarks, all of them or those named. Returns 1 where a promise does not hold."""
    options = _options()
    names = options.names or [*MODULES, *([INSTALLING] if options.install else [])]
    on, progress, rows = machine(), Console(stderr=True, highlight=False), list[BenchRow]()
    for name in names:
        started_s = time.monotonic()
        rows += measure(name, quick=options.quick)
        progress.print(f"{name}: {time.monotonic() - started_s:.0f} s", style="dim")
    console = Console(highlight=False, width=None if sys.stdout.isatty() else PIPE_WIDTH)
    console.print(terminal_table(rows))
    console.print(on, style="dim")
    if options.write:
        PAGE.write_text(page(rows, on=on), encoding="utf-8")
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
