"""The table of all benchmarks: on a terminal, and as a page of the documentation."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from rich.table import Table
from rich.text import Text

from benchmarks.row import BenchRow

_BESIDE: Final = ("duckdb", "pyarrow", "opentelemetry-sdk")
"""Distributions whose versions matter."""
_PAGE: Final = """\
# Benchmarks

What PyFlare promises, and what came of it on one machine. A ratio is the median over pairs that were measured side by side in one run; absolute values say as much about the machine as about PyFlare. For yours: `make bench`, and `make slow` for what only holds or does not: spans that survive `kill -9`, and collectors that come back.

{table}

{machine}
"""


def machine() -> str:
    """What was measured on, and how busy it was."""
    versions = ", ".join(f"{name} {version(name)}" for name in _BESIDE)
    return (
        f"Measured on {datetime.now(tz=UTC).date()}: {_processor()}, {os.cpu_count()} cores, {_memory_gb():.0f} GB, "
        f"{platform.system()} {platform.release()}; Python {platform.python_version()}, pyflare {version('pyflare')}, "
        f"{versions}; load {os.getloadavg()[0]:.1f} at the start."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def _verdict(row: BenchRow) -> str:
    if not row.ok:
        return "no"
    return "yes" if row.bar else ""


def terminal_table(rows: Iterable[BenchRow]) -> Table:
    """The table as rich shows it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("What", "Bar", "Measured", "Holds", "Beside"):
        table.add_column(heading, justify="right" if heading == "Measured" else "left")
    for row in rows:
        cells = (Text(cell) for cell in (row.what, row.bar, row.measured, _verdict(row), row.beside))
        table.add_row(*cells, style=None if row.ok else "bold red")
    return table


def page(rows: Sequence[BenchRow], *, on: str) -> str:
    """The page of the documentation; `on` says which machine it was."""
    lines = [
        ("What", "Bar", "Measured", "Holds", "Beside"),
        ("---",) * 5,
        *((row.what, row.bar, row.measured, _verdict(row).replace("no", "**no**"), row.beside) for row in rows),
    ]
    table = "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
    return _PAGE.format(table=table, machine=on)
