import type { CostForecast, CostSummary } from "@/api/costs";

const DAY_MS = 86_400_000;

/** Days before today that are shown beside the forecast. */
export const PAST_DAYS = 30;

/** Amounts of the days before today and of those to come, on one row of days. */
export interface ForecastSeries {
  times: number[];
  /** The place of today. */
  today: number;
  /** Null for days to come. */
  spent: (number | null)[];
}

/** When the day begins that is so many days before one: `2026-10-22T00:00:00Z`. */
export function sinceDay(today: string, days: number): string {
  return `${new Date(Date.parse(today) - days * DAY_MS).toISOString().slice(0, 19)}Z`;
}

/** The days of a chart: those before today, from the first with any spend on, and those of the forecast. */
export function seriesOf(
  { today, days }: Pick<CostForecast, "today" | "days">,
  past: CostSummary["by_period"],
): ForecastSeries {
  const now = Date.parse(today);
  const spentOn = new Map<number, number>();
  for (const { period, cost_usd } of past) {
    const at = Date.parse(period.slice(0, 10));
    spentOn.set(at, (spentOn.get(at) ?? 0) + (cost_usd ?? 0));
  }
  const first = Math.min(now, ...[...spentOn.keys()].filter((at) => at >= now - PAST_DAYS * DAY_MS));
  const before = Math.round((now - first) / DAY_MS);
  const times = Array.from({ length: before + days.length }, (_, index) => first + index * DAY_MS);
  return { times, today: before, spent: times.map((at) => (at > now ? null : (spentOn.get(at) ?? 0))) };
}

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", timeZone: "UTC" });

/** A day of the API in words: 30 November. */
export const dayWords = (day: string) => DAY.format(Date.parse(day));
