"""Files out and in: spans per second of CPU, against reading and writing the same rows with pyarrow alone.

The CPU of all threads is counted, so a machine with nothing else to do is as fast at least.
"""

from __future__ import annotations

import gc
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

import pyflare
from benchmarks.million import build
from benchmarks.row import BenchRow
from pyflare.interchange.export import export
from pyflare.interchange.formats import ExportFormat
from pyflare.interchange.importing import import_files

SPANS: Final = 200_000
QUICK_SPANS: Final = 20_000
OTLP_SPANS: Final = 10_000
BAR_PER_S: Final = 50_000
GROWTH_BAR: Final = 1.5
_ROUNDS: Final = 3


def rows(*, quick: bool = False) -> list[BenchRow]:
    """Each way through Parquet and OTLP, and whether memory grows with the number of spans."""
    count = QUICK_SPANS if quick else SPANS
    with tempfile.TemporaryDirectory(prefix="pyflare-bench-") as name:
        base = Path(name)
        build(base / "store", count)
        bare_s = _best(lambda: _bare(base))
        out_s = _best(lambda: _export(base / "store", base / "out"))
        in_s = _best(lambda: import_files(_fresh(base / "copy"), [base / "out"]))
        found = [
            _row("export to Parquet", count, out_s, bare_s, bar_per_s=BAR_PER_S),
            _row("import of that Parquet, traces included", count, in_s, bare_s, bar_per_s=BAR_PER_S),
        ]
    with tempfile.TemporaryDirectory(prefix="pyflare-bench-") as name:
        found += _otlp(Path(name))
    if not quick:
        found.append(_memory())
    return found


def _otlp(base: Path) -> list[BenchRow]:
    build(base / "store", OTLP_SPANS)
    bare_s = _best(lambda: _bare(base))
    file = base / "spans.otlp"
    out_s = _best(lambda: _export(base / "store", file, format=ExportFormat.OTLP_PROTO, tables=["spans"]), rounds=1)
    in_s = _best(lambda: import_files(_fresh(base / "copy"), [file]), rounds=1)
    return [
        _row("export to OTLP protobuf", OTLP_SPANS, out_s, bare_s),
        _row("import of that OTLP, normalised", OTLP_SPANS, in_s, bare_s),
    ]


def _row(what: str, count: int, took_s: float, bare_s: float, *, bar_per_s: int | None = None) -> BenchRow:
    per_s = count / took_s  # of CPU
    return BenchRow(
        what=what,
        bar="" if bar_per_s is None else f"at least {bar_per_s:,} spans/s",
        measured=f"{per_s:,.0f} spans/s",
        ok=bar_per_s is None or per_s >= bar_per_s,
        beside=f"{took_s / bare_s:.1f}× the time of reading and writing the rows with pyarrow; {count:,} spans",
    )


def _bare(base: Path) -> None:
    """The parts' rows read and written as one file, with pyarrow alone: what a copy costs at least."""
    table = pq.ParquetDataset(base / "store" / "spans").read()
    pq.write_table(table, base / "bare.parquet", compression="zstd")


def _export(root: Path, target: Path, **options: Any) -> None:
    with pyflare.open(root, compact=False) as workspace:
        export(workspace, target, **options)


def _fresh(root: Path) -> Path:
    shutil.rmtree(root, ignore_errors=True)
    return root


def _best(work: Callable[[], object], *, rounds: int = _ROUNDS) -> float:
    """The least CPU of some runs, in seconds: other work on the machine only ever adds to it."""
    taken = []
    for _ in range(rounds):
        gc.collect()
        start_s = time.process_time()
        work()
        taken.append(time.process_time() - start_s)
    return min(taken)


def _memory() -> BenchRow:
    """The most memory of processes that export and import so many spans, and of ones that do twice as many."""
    small, large = (_peak_mb(count) for count in (SPANS * 2, SPANS * 4))
    return BenchRow(
        what="memory of export or import, twice the spans",
        bar=f"at most {GROWTH_BAR}×",
        measured=f"{large / small:.2f}×",
        ok=large / small <= GROWTH_BAR,
        beside=f"{large:,.0f} MB for {SPANS * 4:,} spans",
    )


def _peak_mb(count: int) -> float:
    """The larger peak of the two, each in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="pyflare-bench-") as name:
        build(Path(name) / "store", count)
        command = [sys.executable, "-m", "benchmarks.interchange", name]
        peaks = [
            subprocess.run([*command, way], check=True, capture_output=True, text=True).stdout
            for way in ("export", "import")
        ]
        return max(map(float, peaks))


def _own_peak_mb() -> float:
    """The most memory of this process. What `getrusage` says begins with that of the process that forked it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    if sys.argv[2] == "export":
        _export(folder / "store", folder / "out")
    else:
        import_files(folder / "copy", [folder / "out"])
    print(_own_peak_mb())
