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

export const isMetric = (name: string): name is Metric => name in METRICS;

/** What became of the metric, and what of it the moved shares carry: a sentence that claims no cause. */
export function carriedWords(metric: Metric, { metric_change, reason }: DriftExplanation): string {
  const { label, mean, write } = METRICS[metric];
  if (!metric_change) return reason ? `Nothing can be said of ${label}: ${reason}.` : "";
  const { reference, current, change, carried_share } = metric_change;
  const went = `The ${mean} went from ${write(reference)} to ${write(current)}`;
  if (!change || carried_share === null) return `${went}.`;
  const share = carried_share < 0 ? "none of it" : `${percent(Math.min(1, carried_share))} of it`;
  return `${went}; ${share} goes with what moved here.`;
}
