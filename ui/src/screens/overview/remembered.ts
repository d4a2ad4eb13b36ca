import type { Metric } from "@/api/metrics";
import { remember, remembered } from "@/state/preferences";
import { DIMENSIONS } from "./dimensions";

/** Ways to rank the values of a dimension. */
export const RANKS: readonly { value: Metric; label: string }[] = [
  { value: "requests", label: "Requests" },
  { value: "errors", label: "Errors" },
  { value: "latency_p95_ms", label: "Latency" },
  { value: "cost_usd", label: "Cost" },
];

/** The tables, by the dimension each has at first. */
export const PLACES = ["model", "error", "user", "service"] as const;

/** Rows of a table. */
export const ROWS = 6;

export function rememberedRank(): Metric {
  const rank = remembered<string>("overview.rank", "requests");
  return RANKS.find(({ value }) => value === rank)?.value ?? "requests";
}

export const rememberRank = (rank: Metric) => remember("overview.rank", rank);

/** The dimension of a table, as it was chosen last. */
export function rememberedDimension(place: string): string {
  const dimension = remembered(`overview.${place}`, place);
  return dimension in DIMENSIONS ? dimension : place;
}

export const rememberDimension = (place: string, dimension: string) =>
  remember(`overview.${place}`, dimension);
