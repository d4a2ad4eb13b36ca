import type { BudgetAccount, CostForecast, CostSummary, SpendBounds } from "@/api/costs";
import { compact, cost, count, percent } from "@/format";

/** A model whose calls have no price. */
export interface Unpriced {
  model: string | null;
  calls: number;
  inputTokens: number | null;
  outputTokens: number | null;
}

/** Models none of whose calls has a price, and how many calls beside them have none. */
export function unpricedOf(summary: CostSummary): { models: Unpriced[]; elsewhere: number } {
  const models = summary.groups
    .filter(({ cost_usd }) => cost_usd === null)
    .map(({ key, requests, input_tokens, output_tokens }) => ({
      model: key.model_id ?? null,
      calls: requests,
      inputTokens: input_tokens,
      outputTokens: output_tokens,
    }));
  const listed = models.reduce((sum, { calls }) => sum + calls, 0);
  return { models, elsewhere: Math.max(0, summary.unpriced_requests - listed) };
}

/** An amount of a budget's unit: $0.15, 5M tokens, 300 calls. */
export function amount(value: number, unit: BudgetAccount["unit"]): string {
  if (unit === "usd") return cost(value);
  return `${compact(value)} ${unit === "calls" && value === 1 ? "call" : unit}`;
}

/** How far a budget is used up. */
export type Level = "good" | "warn" | "bad";

export const levelOf = (share: number): Level => (share >= 1 ? "bad" : share >= 0.8 ? "warn" : "good");

/** What comes at the end of a budget's window, before the moment of it. */
export function untilWords({ window, share }: BudgetAccount): string {
  if (window.startsWith("rolling")) return "free of it all by";
  return share >= 1 ? "opens again" : "begins anew";
}

/** Whose budget it is: "user alice", "team a · model b". */
export function whose({ by, key }: BudgetAccount): string {
  if (by.length === 0) return "all calls";
  return by.length === 1 ? `${by[0]} ${key || "missing"}` : key;
}

/** The bounds that hold with 80 %. */
export const between = ({ low_80_usd, high_80_usd }: SpendBounds) =>
  `${cost(low_80_usd)} to ${cost(high_80_usd)}`;

/** How far the forecast was off on history that it was not shown. Says only what was measured. */
export function errorWords({ backtest, missing_days }: CostForecast): string {
  if (!backtest) return "";
  const { origins, horizon, mae_usd, mape, total_error, coverage_80, method } = backtest;
  const days = `${count(horizon)} ${horizon === 1 ? "day" : "days"}`;
  const parts = [
    mae_usd !== null && `a day was off by ${cost(mae_usd)}${mape === null ? "" : ` (${percent(mape)})`}`,
    total_error !== null && `the sum of all days by ${percent(total_error)}`,
    coverage_80 !== null && `the 80 % band held ${percent(coverage_80)} of the days`,
  ].filter((part) => part !== false);
  const said = parts.length > 0 ? parts.join(", ") : "nothing could be measured";
  const tested = `Tested on held-back history, ${count(origins)} ${origins === 1 ? "time" : "times"} ${days}: ${said}.`;
  const missing = missing_days ? ` ${count(missing_days)} days have no recording.` : "";
  return `${tested} Method: ${method}.${missing}`;
}

/** A sentence of the API as one of the page: with a capital, and a full stop. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${/[.!?]$/.test(trimmed) ? "" : "."}`;
}
