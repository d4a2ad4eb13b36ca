import { expect, it } from "vitest";
import type { CostSummary } from "@/api/costs";
import { stacksOf, stepOf } from "./stacks";

const DAYS = { start: Date.parse("2026-11-01T07:00Z"), end: Date.parse("2026-11-03T10:00Z") };

function summary(periods: [string, number | null][], groups: [string | null, string, number | null][] = []) {
  return {
    by_period: periods.map(([period, cost_usd]) => ({ period, cost_usd, requests: 1 })),
    groups: groups.map(([model_id, day, cost_usd]) => ({ key: { model_id, day }, cost_usd, requests: 1 })),
  } as unknown as CostSummary;
}

it("tells hours from days", () => {
  expect(stepOf(summary([["2026-11-01T13:00:00Z", 1]]))).toBe("hour");
  expect(stepOf(summary([["2026-11-01", 1]]))).toBe("day");
  expect(stepOf(summary([]))).toBeUndefined();
});

it("spans the range, and says nothing of periods in which nothing is priced", () => {
  const found = stacksOf(
    summary([
      ["2026-11-01", 2],
      ["2026-11-03", null],
    ]),
    summary([], [["gpt-4o", "2026-11-01", 2]]),
    DAYS,
  );
  expect(found.times.map((at) => new Date(at).getUTCDate())).toEqual([1, 2, 3]);
  expect(found.totals).toEqual([2, 0, null]);
  expect(found.layers).toEqual([{ label: "gpt-4o", color: "--series-1", values: [2, 0, 0] }]);
});

it("puts the small ones together, so that layers add up to the total", () => {
  const models = Array.from({ length: 9 }, (_, index): [string, string, number] => [
    `m${index}`,
    "2026-11-02",
    9 - index,
  ]);
  const { layers, totals } = stacksOf(summary([["2026-11-02", 45]]), summary([], models), DAYS);
  expect(layers.map(({ label }) => label)).toEqual(["m0", "m1", "m2", "m3", "m4", "m5", "others"]);
  expect(layers.reduce((sum, { values }) => sum + (values[1] ?? 0), 0)).toBeCloseTo(totals[1] ?? 0);
});

it("puts days together where there are too many to tell apart", () => {
  const year = { start: Date.parse("2026-01-01"), end: Date.parse("2026-12-31") };
  const found = stacksOf(summary([["2026-06-01", 1]]), summary([]), year);
  expect(found.times.length).toBeLessThanOrEqual(122);
  expect(found.stepMs).toBe(4 * 86_400_000);
  expect(found.totals.reduce<number>((sum, one) => sum + (one ?? 0), 0)).toBe(1);
});
