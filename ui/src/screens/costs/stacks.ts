import type { CostSummary } from "@/api/costs";
import { toMillis } from "@/format";
import type { Range } from "@/state/range";

/** Spend of one model, or of several that are too small to tell apart. */
export interface Layer {
  label: string;
  /** A design token. */
  color: string;
  values: number[];
}

/** Spend over time, in layers that add up to the total. */
export interface Stacks {
  /** Where each period begins, in milliseconds. */
  times: number[];
  stepMs: number;
  layers: Layer[];
  /** Null where there were calls and none has a price. */
  totals: (number | null)[];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Models with a colour of their own. */
const MOST_LAYERS = 6;
/** Bars that can be told apart; where there would be more, several days share one. */
const MOST_BARS = 120;
const OTHERS = "others";

/** Whether the API has added up by hour or by day: it says so by the shape of its periods. */
export function stepOf(summary: CostSummary | undefined): "hour" | "day" | undefined {
  const first = summary?.by_period[0];
  return first && (first.period.length > 10 ? "hour" : "day");
}

/** Layers of spend over the whole of a range. `grouped` is by model and period. */
export function stacksOf(summary: CostSummary, grouped: CostSummary, range: Range): Stacks {
  const step = stepOf(summary) ?? "day";
  const grid = gridOf(step === "hour" ? HOUR_MS : DAY_MS, range);
  const totals: (number | null)[] = grid.times.map(() => 0);
  for (const { period, cost_usd } of summary.by_period) {
    const at = grid.at(period);
    if (cost_usd !== null) totals[at] = (totals[at] ?? 0) + cost_usd;
    else if (totals[at] === 0) totals[at] = null;
  }
  return { times: grid.times, stepMs: grid.stepMs, totals, layers: layersOf(grouped, grid, step, totals) };
}

interface Grid {
  times: number[];
  stepMs: number;
  /** The place of a period. */
  at: (period: string) => number;
}

function gridOf(unitMs: number, range: Range): Grid {
  const first = Math.floor(range.start / unitMs) * unitMs;
  const units = Math.max(1, Math.ceil((range.end - first) / unitMs));
  const stepMs = unitMs * Math.ceil(units / MOST_BARS);
  const count = Math.ceil((units * unitMs) / stepMs);
  return {
    stepMs,
    times: Array.from({ length: count }, (_, index) => first + index * stepMs),
    at: (period) => Math.min(count - 1, Math.max(0, Math.floor((toMillis(period) - first) / stepMs))),
  };
}

function layersOf(
  grouped: CostSummary,
  grid: Grid,
  step: "hour" | "day",
  totals: readonly (number | null)[],
): Layer[] {
  const byModel = new Map<string, number[]>();
  for (const { key, cost_usd } of grouped.groups) {
    const model = key.model_id ?? "no model";
    const values = byModel.get(model) ?? grid.times.map(() => 0);
    const at = grid.at(key[step] ?? "");
    values[at] = (values[at] ?? 0) + (cost_usd ?? 0);
    byModel.set(model, values);
  }
  const dearest = [...byModel]
    .map(([label, values]) => ({ label, values, sum: sumOf(values) }))
    .filter(({ sum }) => sum > 0)
    .sort((a, b) => b.sum - a.sum);
  const shown = dearest.slice(0, dearest.length === MOST_LAYERS + 1 ? MOST_LAYERS + 1 : MOST_LAYERS);
  const layers = shown.map(({ label, values }, index) => ({ label, values, color: `--series-${index + 1}` }));
  const rest = totals.map((total, at) => (total ?? 0) - sumOf(shown.map(({ values }) => values[at] ?? 0)));
  if (sumOf(rest) < 0.5e-6) return layers;
  return [...layers, { label: OTHERS, color: "--series-8", values: rest.map((one) => Math.max(0, one)) }];
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
