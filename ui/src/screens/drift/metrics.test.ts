import { describe, expect, it } from "vitest";
import type { DriftExplanation } from "@/api/drift";
import { carriedWords, isMetric } from "./metrics";

const found = (change: Partial<NonNullable<DriftExplanation["metric_change"]>> | null): DriftExplanation => ({
  monitor: "m",
  segment: null,
  run_id: "0",
  column: "c",
  status: "drifted",
  parts: [],
  trace_ids: [],
  metric: "error",
  metric_change: change && {
    reference: 0.05,
    current: 0.29,
    change: 0.24,
    carried: 0.2,
    carried_share: 0.83,
    ...change,
  },
  reason: change ? "" : "a stored reference holds no metric beside its columns",
});

describe("carriedWords", () => {
  it("says what became of the metric, and how much goes with what moved", () => {
    expect(carriedWords("error", found({}))).toBe(
      "The share of traces with errors went from 5% to 29%; 83% of it goes with what moved here.",
    );
  });

  it("never says more than all of it, and none where it went the other way", () => {
    expect(carriedWords("error", found({ carried_share: 1.2 }))).toContain("100% of it");
    expect(carriedWords("error", found({ carried_share: -0.5 }))).toContain("none of it");
    expect(carriedWords("error", found({ change: 0, carried_share: null }))).toMatch(/to 29%\.$/);
  });

  it("says why nothing can be said", () => {
    expect(carriedWords("cost", found(null))).toBe(
      "Nothing can be said of cost: a stored reference holds no metric beside its columns.",
    );
  });
});

describe("isMetric", () => {
  it("knows what traces are measured by", () => {
    expect(["error", "tokens", "any"].map(isMetric)).toEqual([true, true, false]);
  });
});
