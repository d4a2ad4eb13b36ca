"""The report: what PyFlare kept of the run, asked of the store in SQL as anybody could."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

import pyflare

_TOTALS: Final = """
    SELECT count(DISTINCT trace_id) AS traces, count(*) AS spans, count(DISTINCT writer_id) AS processes,
           count(*) FILTER (operation_name = 'request') AS requests,
           100.0 * avg((status_code = 'error')::INT) FILTER (operation_name = 'request') AS failed_percent
    FROM spans
"""
_STEPS: Final = """
    SELECT operation_name AS step, inference_type AS kind, count(*) AS calls,
           count(*) FILTER (status_code = 'error') AS failed,
           quantile_cont(duration_ns, 0.50) / 1e6 AS p50_ms,
           quantile_cont(duration_ns, 0.95) / 1e6 AS p95_ms,
           quantile_cont(duration_ns, 0.99) / 1e6 AS p99_ms
    FROM spans GROUP BY ALL HAVING calls > 1 ORDER BY p95_ms DESC
"""
_MODELS: Final = """
    SELECT model_id AS model, model_version AS version, count(*) AS calls,
           sum(input_tokens)::BIGINT AS tokens_in, sum(output_tokens)::BIGINT AS tokens_out,
           sum(cost_micros) / 1e6 AS cost_usd
    FROM spans WHERE model_id IS NOT NULL GROUP BY ALL ORDER BY ALL
"""
_ERRORS: Final = """
    SELECT operation_name AS step, regexp_extract(error_type, '\\w+$') AS error, count(*) AS times, any_value(left(status_message, 40)) AS for_example
    FROM spans WHERE status_code = 'error' AND inference_type IN ('retriever', 'tool')
    GROUP BY ALL ORDER BY times DESC
"""
_GROUPS: Final = """
    WITH requests AS (
        SELECT trace_id, tags[1] AS users, status_code,
               if(start_time < (SELECT median(start_time) FROM spans WHERE operation_name = 'request'),
                  'first', 'second') AS half
        FROM spans WHERE operation_name = 'request'
    ), retrievals AS (
        SELECT trace_id, attributes['retrieval.top_score']::DOUBLE AS top_score
        FROM spans WHERE inference_type = 'retriever'
    ), feedback AS (
        SELECT trace_id, value AS helpful FROM scores WHERE name = 'helpful'
    )
    SELECT users, half, count(*) AS requests,
           100.0 * avg((status_code = 'error')::INT) AS failed_percent,
           avg(top_score) AS retrieval_score, 100.0 * avg(helpful) AS thumbs_up_percent
    FROM requests LEFT JOIN retrievals USING (trace_id) LEFT JOIN feedback USING (trace_id)
    GROUP BY ALL ORDER BY users DESC, half
"""
_SLOWEST: Final = """
    SELECT trace_id FROM spans WHERE operation_name = 'request' ORDER BY duration_ns DESC LIMIT 1
"""
_HALVES: Final = """
    SELECT epoch_ms(min(start_time)) AS first, epoch_ms(median(start_time)) AS middle, epoch_ms(max(start_time)) + 1 AS "end"
    FROM spans WHERE inference_type = 'retriever'
"""
_TABLES: Final = {
    "Steps": _STEPS,
    "Models (a token is a word, and the prices are made up)": _MODELS,
    "What went wrong": _ERRORS,
    "Has anything changed? By group of users and half of the run": _GROUPS,
}


def report(path: Path, console: Console) -> None:
    """Print what is in the folder at `path`."""
    with pyflare.open(path, compact=False) as workspace:
        [totals] = workspace.sql(_TOTALS).to_pylist()
        console.print(
            f"\n[bold]{totals['traces']:,} traces, {totals['spans']:,} spans[/] of {totals['processes']} processes; "
            f"{totals['failed_percent']:.1f} % of {totals['requests']:,} requests failed\n"
        )
        for title, query in _TABLES.items():
            console.print(_table(title, workspace.sql(query).to_pylist()))
            console.print()
        console.print("[bold]What it cost[/]")
        console.print(repr(workspace.costs), markup=False, highlight=False)
        console.print()
        [slowest] = workspace.sql(_SLOWEST).to_pylist()
        trace = workspace.trace(slowest["trace_id"])
        console.print("[bold]The slowest request[/]")
        console.print(repr(trace), markup=False, highlight=False, no_wrap=True, overflow="ellipsis")
        console.print()
        _say_how_much_room(console, workspace)
        [halves] = workspace.sql(_HALVES).to_pylist()
        _say_what_next(console, path, trace.trace_id, drift=_drift_of_canaries(**halves))


def _say_how_much_room(console: Console, workspace: pyflare.Workspace) -> None:
    """Bytes as the program wrote them and after a compaction, and what was not kept as it came."""
    written_bytes = workspace.stats().size_bytes
    workspace.compact(wait_s=30)
    kept_bytes = workspace.stats().size_bytes
    console.print(f"[bold]On disk[/] {written_bytes / 1e6:.1f} MB as written, {kept_bytes / 1e6:.1f} MB compacted")
    doctor = workspace.doctor()
    shortened = ", ".join(f"{reason} {count:,}" for reason, count in doctor.shortened.items())
    console.print(f"[bold]Losses[/]  {doctor.verdict}; shortened: {shortened or 'nothing'}\n")


def _drift_of_canaries(*, first: int, middle: int, end: int) -> str:
    """The command that compares what the canaries' index found in both halves of the run; times in unix milliseconds."""
    windows = f"--reference {(middle - first) / 1000:.3f}s --current {(end - middle) / 1000:.3f}s"
    now = f"{datetime.fromtimestamp(end / 1000, UTC):%Y-%m-%dT%H:%M:%S}.{end % 1000:03}"
    column = "attributes.retrieval.top_score"
    return f'drift run -c {column} --where "kind = retriever and tag = canary" {windows} --now {now}'


def _say_what_next(console: Console, path: Path, trace_id: str, *, drift: str) -> None:
    console.print("[bold]Look further[/]")
    console.print(f"  pyflare ui {os.fspath(path)}", markup=False, highlight=False, soft_wrap=True)
    for command in (
        "traces --status error",
        f"show {trace_id}",
        'query "SELECT name, label, count(*) AS times FROM scores GROUP BY ALL"',
        "cost by tag",
        drift,
        "tail",
        "doctor",
    ):
        console.print(f"  pyflare {command} --path {os.fspath(path)}", markup=False, highlight=False, soft_wrap=True)


def _table(title: str, rows: list[dict[str, Any]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0))
    for name in rows[0] if rows else ():
        table.add_column(name.replace("_", " "), justify="right" if _is_number(rows, name) else "left", no_wrap=True)
    for row in rows:
        table.add_row(*map(_cell, row.values()))
    return table


def _is_number(rows: list[dict[str, Any]], name: str) -> bool:
    return all(isinstance(row[name], int | float | None) for row in rows)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
