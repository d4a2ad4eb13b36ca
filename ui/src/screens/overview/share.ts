import type { Metric } from "@/api/metrics";
import type { BreakdownRow } from "@/api/types";

/** The number of a row that a ranking goes by. */
function ranked(row: BreakdownRow, metric: Metric): number {
  switch (metric) {
    case "errors":
      return row.errors;
    case "latency_p95_ms":
      return row.latency_p95_ms ?? 0;
    case "cost_usd":
      return row.cost_usd ?? 0;
    default:
      return row.requests;
  }
}

/** How long a row's bar is beside the longest, from 0 to 1. */
export function barShare(row: BreakdownRow, rows: readonly BreakdownRow[], metric: Metric): number {
  const most = Math.max(...rows.map((one) => ranked(one, metric)));
  return most > 0 ? ranked(row, metric) / most : 0;
}
