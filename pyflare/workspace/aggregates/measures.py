"""What is measured, and the SQL that measures it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from pyflare.workspace.aggregates.sources import total

Metric = Literal[
    "requests",
    "errors",
    "error_rate",
    "latency_p50_ms",
    "latency_p95_ms",
    "latency_p99_ms",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cost_usd",
    "users",
    "sessions",
]
METRICS: Final[tuple[Metric, ...]] = get_args(Metric)

QUANTILES: Final[Mapping[Metric, float]] = {
    "latency_p50_ms": 0.5,
    "latency_p95_ms": 0.95,
    "latency_p99_ms": 0.99,
}
_TRACE_SQL: Final[Mapping[Metric, str]] = {
    "requests": "count(*)",
    "errors": "count(*) FILTER (status_code = 'error')",
    "input_tokens": total("input_tokens"),
    "output_tokens": total("output_tokens"),
    "cost_usd": total("cost_micros"),
    "cache_read_tokens": total("cache_read_tokens"),
    "users": "count(DISTINCT user_id)",
    "sessions": "count(DISTINCT session_id)",
}
_EMPTY: Final[Mapping[Metric, int | float]] = {
    "requests": 0,
    "errors": 0,
    "input_tokens": 0,
    "output_tokens": 0,
    "cache_read_tokens": 0,
    "cost_usd": 0.0,
    "users": 0,
    "sessions": 0,
}


@dataclass(frozen=True, slots=True)
class Measures:
    """Some metrics, to be read in one query over `traces`."""

    metrics: tuple[Metric, ...]

    @property
    def sql(self) -> str:
        """The columns to select."""
        wanted = {*self.metrics}
        if "error_rate" in wanted:
            wanted |= {"requests", "errors"}
        columns = [f"{sql} AS {name}" for name, sql in _TRACE_SQL.items() if name in wanted]
        if quantiles := self._quantiles:
            columns.append(quantiles_sql(quantiles))
        return ", ".join(columns) or "count(*) AS requests"

    @property
    def _quantiles(self) -> list[float]:
        return [QUANTILES[metric] for metric in self.metrics if metric in QUANTILES]

    def values(self, row: Mapping[str, Any]) -> dict[Metric, float | None]:
        """The metrics in a row of the answer."""
        latencies = iter(milliseconds(row.get("latencies"), len(self._quantiles)))
        values: dict[Metric, float | None] = {}
        for metric in self.metrics:
            if metric in QUANTILES:
                values[metric] = next(latencies)
            elif metric == "error_rate":
                values[metric] = rate(row["errors"], row["requests"])
            elif metric == "cost_usd":
                values[metric] = usd(row["cost_usd"])
            else:
                values[metric] = row.get(metric)
        return values


def empty(metric: Metric) -> float | None:
    """What a metric is where nothing happened: 0 for counts and sums, None for the others."""
    return _EMPTY.get(metric)


def quantiles_sql(quantiles: Iterable[float], *, column: str = "duration_ns") -> str:
    """Quantiles of durations, interpolated between neighbours, as a list `latencies` in nanoseconds."""
    return f"quantile_cont({column}, [{', '.join(map(str, quantiles))}]) AS latencies"


def milliseconds(durations_ns: Iterable[float | None] | None, count: int) -> list[float | None]:
    """Durations in milliseconds; as many Nones where there are none."""
    if durations_ns is None:
        return [None] * count
    return [None if duration is None else round(duration / 1e6, 6) for duration in durations_ns]


def rate(part: int, whole: int) -> float | None:
    """How much of the whole a part is; None of nothing."""
    return part / whole if whole else None


def usd(micros: int | None) -> float | None:
    """Millionths of a dollar in dollars."""
    return None if micros is None else micros / 1e6
