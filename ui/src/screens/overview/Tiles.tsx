import { type Metric, useTimeseries } from "@/api/metrics";
import type { MetricsResponse } from "@/api/types";
import { Sparkline } from "@/charts/Sparkline";
import { Skeleton } from "@/design";
import { compact, cost, duration, percent, tokens } from "@/format";
import { SERIES_METRICS, STEPS } from "./chartSpecs";
import { delta, deltaTitle } from "./delta";
import styles from "./Overview.module.css";
import tile from "./Tiles.module.css";

type Maybe = number | null | undefined;

interface TileSpec {
  metric: Metric;
  label: string;
  format: (value: Maybe) => string;
  better: "more" | "less" | null;
  color: string;
  share?: boolean;
  /** What else belongs to the number. */
  note: (values: Partial<MetricsResponse["values"]>, unpriced: number) => string;
}

const TILES: readonly TileSpec[] = [
  {
    metric: "requests",
    label: "Requests",
    format: compact,
    better: null,
    color: "--series-2",
    note: (values) => `${compact(values.sessions)} sessions`,
  },
  {
    metric: "error_rate",
    label: "Error rate",
    format: percent,
    better: "less",
    color: "--bad",
    share: true,
    note: (values) => `${compact(values.errors)} failed`,
  },
  {
    metric: "latency_p95_ms",
    label: "Latency p95",
    format: duration,
    better: "less",
    color: "--series-4",
    note: (values) => `p50 ${duration(values.latency_p50_ms)} · p99 ${duration(values.latency_p99_ms)}`,
  },
  {
    metric: "input_tokens",
    label: "Tokens",
    format: tokens,
    better: null,
    color: "--series-3",
    note: ({ input_tokens: input, output_tokens: output }) =>
      input || output ? `${tokens(input)} in · ${tokens(output)} out` : "none counted",
  },
  {
    metric: "cost_usd",
    label: "Cost",
    format: cost,
    better: "less",
    color: "--series-1",
    note: ({ cost_usd }, unpriced) =>
      unpriced > 0
        ? `${compact(unpriced)} calls unpriced`
        : cost_usd === null
          ? "no call to price"
          : "all calls priced",
  },
  {
    metric: "users",
    label: "Users",
    format: compact,
    better: "more",
    color: "--series-7",
    note: ({ requests, users }) =>
      requests && users ? `${compact(requests / users)} requests each` : "no trace names its user",
  },
];

export function Tiles({ metrics }: { metrics: MetricsResponse | undefined }) {
  const { data } = useTimeseries(SERIES_METRICS, STEPS);
  return (
    <section aria-label="Numbers" className={styles.tiles}>
      <h2 className="visually-hidden">Numbers</h2>
      {TILES.map((spec) => (
        <Tile key={spec.metric} spec={spec} metrics={metrics} course={data?.series[spec.metric] ?? []} />
      ))}
    </section>
  );
}

interface TileProps {
  spec: TileSpec;
  metrics: MetricsResponse | undefined;
  course: readonly (number | null)[];
}

function Tile({ spec, metrics, course }: TileProps) {
  const now = total(spec.metric, metrics?.values);
  const before = total(spec.metric, metrics?.previous);
  const change = delta(now, before, spec.better, spec.share);
  return (
    <div className={tile.tile}>
      <h3 className={tile.label}>{spec.label}</h3>
      <div className={tile.row}>
        <span className={tile.number}>
          {metrics ? spec.format(now) : <Skeleton width={80} height={26} />}
        </span>
        {change && (
          <span className={tile.delta} data-good={change.good} title={deltaTitle(before, spec.format)}>
            {change.text}
          </span>
        )}
      </div>
      <div className={tile.note}>
        {metrics ? spec.note(metrics.values, metrics.unpriced_calls) : <Skeleton width={110} />}
      </div>
      <Sparkline values={course.some(Boolean) ? course : []} color={spec.color} />
    </div>
  );
}

/** A metric's value; tokens are what went in and what came out together. */
function total(metric: Metric, values: Partial<MetricsResponse["values"]> | undefined): Maybe {
  if (metric !== "input_tokens") return values?.[metric];
  const [input, output] = [values?.input_tokens, values?.output_tokens];
  return typeof input === "number" || typeof output === "number" ? (input ?? 0) + (output ?? 0) : null;
}
