import { useMemo } from "react";
import { type Metric, useTimeseries } from "@/api/metrics";
import type { TimeseriesResponse } from "@/api/types";
import { ChartCard } from "@/charts/ChartCard";
import { ChartFrame } from "@/charts/ChartFrame";
import type { Series } from "@/charts/options";
import { ErrorState, Skeleton } from "@/design";
import { compact, cost, duration, tokens, toMillis } from "@/format";
import { type Hotkey, useHotkeys } from "@/hotkeys/useHotkeys";
import { useScope } from "@/state/scope";
import { useRangeMoves } from "@/state/useRange";
import styles from "./Overview.module.css";

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

const CHART_HEIGHT = 160;

interface ChartSpec {
  title: string;
  format: (value: number | null) => string;
  series: readonly { metric: Metric; label: string; color: string; kind?: Series["kind"]; solid?: boolean }[];
}

const CHARTS: readonly ChartSpec[] = [
  {
    title: "Requests",
    format: compact,
    series: [
      { metric: "requests", label: "all", color: "--series-2", kind: "bars" },
      { metric: "errors", label: "failed", color: "--bad", kind: "bars", solid: true },
    ],
  },
  {
    title: "Latency",
    format: duration,
    series: [
      { metric: "latency_p99_ms", label: "p99", color: "--series-6" },
      { metric: "latency_p95_ms", label: "p95", color: "--series-4" },
      { metric: "latency_p50_ms", label: "p50", color: "--series-2" },
    ],
  },
  {
    title: "Tokens",
    format: tokens,
    series: [
      { metric: "input_tokens", label: "in", color: "--series-3", kind: "area" },
      { metric: "cache_read_tokens", label: "of it cached", color: "--series-5", kind: "area" },
      { metric: "output_tokens", label: "out", color: "--series-4", kind: "area" },
    ],
  },
  {
    title: "Cost",
    format: cost,
    series: [{ metric: "cost_usd", label: "USD", color: "--series-1", kind: "bars" }],
  },
];

const keyOfChart = (keys: string, label: string): Hotkey => ({
  keys,
  label,
  group: "In a chart that has the focus",
  disabled: true,
  run: () => {},
});

/** What the charts do by themselves, for the help. */
const CHART_KEYS: readonly Hotkey[] = [
  keyOfChart("arrowright", "Read out the next step"),
  keyOfChart("shift+arrowright", "Choose a range"),
  keyOfChart("enter", "Zoom into what is chosen"),
  keyOfChart("escape", "Let go"),
];

/** The course of the numbers. What is dragged over in one becomes the range of every screen. */
export function Charts() {
  const { data, error, refetch } = useTimeseries(SERIES_METRICS, STEPS);
  useHotkeys(CHART_KEYS);
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return (
    <section aria-label="Over time" className={styles.grid}>
      <h2 className="visually-hidden">Over time</h2>
      {CHARTS.map((spec) =>
        data ? (
          <Chart key={spec.title} spec={spec} data={data} />
        ) : (
          <ChartFrame key={spec.title} title={spec.title}>
            <Skeleton width="100%" height={CHART_HEIGHT} />
          </ChartFrame>
        ),
      )}
    </section>
  );
}

function Chart({ spec, data }: { spec: ChartSpec; data: TimeseriesResponse }) {
  const { setRange } = useScope();
  const { zoomOut } = useRangeMoves();
  const times = useMemo(() => data.buckets.map((bucket) => toMillis(bucket) / 1000), [data]);
  const range = {
    start: Math.min(toMillis(data.start_time), (times[0] ?? 0) * 1000),
    end: toMillis(data.end_time),
  };
  const series = useMemo(() => seriesOf(spec, data), [spec, data]);
  return (
    <ChartCard
      title={spec.title}
      times={times}
      range={range}
      series={series}
      format={spec.format}
      height={CHART_HEIGHT}
      group="overview"
      note={`per ${duration(data.bucket_s * 1000)}`}
      onRange={setRange}
      onReset={zoomOut}
    />
  );
}

/** The series of a chart that have any value. */
function seriesOf(spec: ChartSpec, data: TimeseriesResponse): Series[] {
  const all = spec.series.map(
    ({ metric, ...look }): Series => ({ ...look, values: data.series[metric] ?? [] }),
  );
  return all.filter(({ values }, index) => index === 0 || values.some((value) => value !== null));
}
