"""What it costs to look at a million spans: medians of the wall time, warm, as a notebook would ask."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyflare
from benchmarks.million import MILLION, RARE_EVERY, RARE_WORD, folder
from benchmarks.row import BenchRow

RUNS: Final = 15
QUICK_SPANS: Final = MILLION // 10
PERCENTILES: Final = """
    SELECT time_bucket(INTERVAL 5 MINUTES, start_time) AS bucket,
        quantile_cont(duration_ns, [0.5, 0.95, 0.99]) AS latency_ns, count(*) AS calls
    FROM spans WHERE model_id = 'large' GROUP BY bucket ORDER BY bucket"""
COSTS: Final = """
    SELECT model_id, user_id, feature_id, sum(cost_micros) / 1e6 AS cost_usd
    FROM spans WHERE cost_micros IS NOT NULL GROUP BY ALL ORDER BY cost_usd DESC LIMIT 100"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one question costs, in milliseconds: the medians of several runs after a first one."""

    wall_ms: float
    cpu_ms: float
    """Of all threads: what the wall time would be on one core that does nothing else."""


def cost(ask: Callable[[], object], *, runs: int = RUNS) -> Cost:
    """Ask several times."""
    ask()
    wall_ms, cpu_ms = [], []
    for _ in range(runs):
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        ask()
        wall_ms.append((time.perf_counter() - wall_s) * 1e3)
        cpu_ms.append((time.process_time() - cpu_s) * 1e3)
    return Cost(statistics.median(wall_ms), statistics.median(cpu_ms))


def questions(workspace: pyflare.Workspace, spans: int) -> dict[str, tuple[Callable[[], object], float | None]]:
    """What is asked, by name, and the bar in milliseconds, where there is one."""
    ids = workspace.sql("SELECT trace_id FROM traces USING SAMPLE 64 ROWS (reservoir, 7)")["trace_id"].to_pylist()
    turn = iter(ids * 1000)
    return {
        "100 newest traces with their summary": (workspace.traces, 25),
        "the same in SQL": (lambda: workspace.sql("SELECT * FROM traces ORDER BY start_time DESC LIMIT 100"), None),
        "one trace by id": (lambda: workspace.trace(next(turn)), 25),
        "one trace by the first 10 digits": (lambda: workspace.trace(next(turn)[:10]), None),
        "latency percentiles of a model by 5 minutes": (lambda: workspace.sql(PERCENTILES), 50),
        "cost by model, user and feature": (lambda: workspace.sql(COSTS), 100),
        "a rare word in prompts": (lambda: _found(workspace, spans), 1000),
        "a rare word in prompts and answers": (lambda: workspace.spans(text=RARE_WORD.lower()), None),
        "100 newest spans of a model": (lambda: workspace.spans(model="large"), None),
        "100 newest spans with an attribute": (lambda: workspace.spans(attributes={"retry": 3}), None),
        "100 slowest spans": (lambda: workspace.spans(order_by="-duration_ns"), None),
        "spans by status": (lambda: workspace.sql("SELECT status_code, count(*) FROM spans GROUP BY 1"), None),
    }


def _found(workspace: pyflare.Workspace, spans: int) -> None:
    found = len(workspace.spans(input_text=RARE_WORD.lower()))
    assert found == len(range(0, spans, RARE_EVERY)), found


def rows(*, quick: bool = False) -> list[BenchRow]:
    """The lines of the table."""
    spans = QUICK_SPANS if quick else MILLION
    with pyflare.open(folder(spans)) as workspace:
        asked = questions(workspace, spans)
        return [_row(f"{spans:,} spans: {what}", ask, bar_ms) for what, (ask, bar_ms) in asked.items()]


def _row(what: str, ask: Callable[[], object], bar_ms: float | None) -> BenchRow:
    taken = cost(ask, runs=RUNS if bar_ms is None or bar_ms < 500 else 5)
    return BenchRow(
        what=what,
        bar="" if bar_ms is None else f"under {bar_ms:.0f} ms",
        measured=f"{taken.wall_ms:.1f} ms",
        ok=bar_ms is None or taken.wall_ms < bar_ms,
        beside=f"{taken.cpu_ms:.1f} ms of CPU",
    )


def size_bytes(root: Path) -> int:
    """Bytes of all parts."""
    return sum(path.stat().st_size for path in root.glob("*/*.parquet"))


def main() -> None:
    """Print the table."""
    for row in rows():
        print(f"{row.what:62} {row.measured:>10}  {row.bar:14} {row.beside:22} {'' if row.ok else 'MISSED'}")
    print(f"{size_bytes(folder()) / MILLION:.0f} bytes a span")


if __name__ == "__main__":
    main()
