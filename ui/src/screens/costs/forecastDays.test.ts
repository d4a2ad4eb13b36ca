import { expect, it } from "vitest";
import type { ForecastDay } from "@/api/costs";
import { dayWords, seriesOf, sinceDay } from "./forecastDays";

const period = (day: string, cost_usd: number | null) => ({ period: day, cost_usd, requests: 1 });

it("lays the days before today and those to come on one row", () => {
  const days = ["2026-11-03", "2026-11-04"].map((day) => ({ day })) as ForecastDay[];
  const past = [
    period("2026-11-01", 2),
    period("2026-11-03T01:00:00Z", 1),
    period("2026-11-03T02:00:00Z", 0.5),
  ];
  const found = seriesOf({ today: "2026-11-03", days }, past);
  expect(found.times.map((at) => new Date(at).getUTCDate())).toEqual([1, 2, 3, 4]);
  expect(found.today).toBe(2);
  expect(found.spent).toEqual([2, 0, 1.5, null]);
});

it("counts and names days", () => {
  expect(sinceDay("2026-11-03", 30)).toBe("2026-10-04T00:00:00Z");
  expect(dayWords("2026-11-30")).toBe("30 November");
});
