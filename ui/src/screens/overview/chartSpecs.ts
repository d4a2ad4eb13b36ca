import type { Metric } from "@/api/metrics";
import type { TimeseriesResponse } from "@/api/types";
import type { Series } from "@/charts/options";
import { compact, cost, duration, tokens } from "@/format";

export const SERIES_METRICS: readonly Metric[] = [
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
];

/** About how many buckets a chart of half the screen can show. */
export const STEPS = 90;

export interface ChartSpec {
  title: string;
  /** Said where there is no value. */
  none: string;
  format: (value: number | null) => string;
  series: readonly { metric: Metric; label: string; color: string; kind?: Series["kind"]; solid?: boolean }[];
}

export const CHARTS: readonly ChartSpec[] = [
  {
    title: "Requests",
    none: "No request began.",
    format: compact,
    series: [
      { metric: "requests", label: "all", color: "--series-2", kind: "bars" },
      { metric: "errors", label: "failed", color: "--bad", kind: "bars", solid: true },
    ],
  },
  {
    title: "Latency",
    none: "No request has ended.",
    format: duration,
    series: [
      { metric: "latency_p99_ms", label: "p99", color: "--series-6" },
      { metric: "latency_p95_ms", label: "p95", color: "--series-4" },
      { metric: "latency_p50_ms", label: "p50", color: "--series-2" },
    ],
  },
  {
    title: "Tokens",
    none: "No tokens were counted.",
    format: tokens,
    series: [
      { metric: "input_tokens", label: "in", color: "--series-3", kind: "area" },
      { metric: "cache_read_tokens", label: "of it cached", color: "--series-5", kind: "area" },
      { metric: "output_tokens", label: "out", color: "--series-4", kind: "area" },
    ],
  },
  {
    title: "Cost",
    none: "Nothing has a price.",
    format: cost,
    series: [{ metric: "cost_usd", label: "USD", color: "--series-1", kind: "bars" }],
  },
];

/** The series of a chart that have any value. */
export function seriesOf(spec: ChartSpec, data: TimeseriesResponse): Series[] {
  const all = spec.series.map(
    ({ metric, ...look }): Series => ({ ...look, values: data.series[metric] ?? [] }),
  );
  return all.filter(({ values }, index) => index === 0 || values.some((value) => value !== null));
}
