import type { DriftExplanation } from "@/api/drift";
import { compact, cost, duration, percent } from "@/format";

/** What a drift may have done to traces: how it is called, and how its values are written. */
export const METRICS = {
  error: { label: "errors", mean: "share of traces with errors", write: percent },
  latency: { label: "latency", mean: "mean latency", write: duration },
  cost: { label: "cost", mean: "mean cost", write: cost },
  tokens: { label: "tokens", mean: "mean number of tokens", write: compact },
} as const;

export type Metric = keyof typeof METRICS;

interface Measure {
  label: string;
  mean: string;
  write: (value: number | null) => string;
}

/** What predictions are measured by, where it is they that are explained, and the server says by what. */
const OF_PREDICTIONS: Record<string, Measure> = {
  "wrong predictions": { label: "wrong", mean: "share of wrong predictions", write: percent },
  "absolute error": { label: "error", mean: "mean absolute error", write: compact },
};

/** How a metric is called and written. */
export const measureOf = (name: string): Measure =>
  METRICS[name as Metric] ?? OF_PREDICTIONS[name] ?? { label: name, mean: `mean of ${name}`, write: compact };

/** What became of the metric, and what of it the moved shares carry: words that claim no cause. */
export function carriedWords({ metric: name, metric_change, drift_type, reason }: DriftExplanation): string {
  const { label, mean, write } = measureOf(name);
  if (!metric_change) return reason ? `Nothing can be said of ${label}: ${reason}.` : "";
  const { reference, current, change, carried_share } = metric_change;
  const went = `The ${mean} went from ${write(reference)} to ${write(current)}`;
  const but = reason ? ` But ${reason}.` : "";
  if (!change || carried_share === null) return `${went}.${but}`;
  const share = carried_share < 0.0005 ? "none of it" : `${percent(Math.min(1, carried_share))} of it`;
  const goes =
    drift_type === "concept" ? "goes with there being more of some inputs" : "goes with what moved here";
  return `${went}; ${share} ${goes}.${but}`;
}
