import { describe, expect, it } from "vitest";
import type { DriftExplanation } from "@/api/drift";
import { carriedWords, measureOf } from "./metrics";

const found = (change: Partial<NonNullable<DriftExplanation["metric_change"]>> | null): DriftExplanation => ({
  monitor: "m",
  segment: null,
  run_id: "0",
  column: "c",
  drift_type: "feature",
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
    expect(carriedWords(found({}))).toBe(
      "The share of traces with errors went from 5% to 29%; 83% of it goes with what moved here.",
    );
  });

  it("never says more than all of it, and none where it went the other way", () => {
    expect(carriedWords(found({ carried_share: 1.2 }))).toContain("100% of it");
    expect(carriedWords(found({ carried_share: -0.5 }))).toContain("none of it");
    expect(carriedWords(found({ carried_share: 1e-17 }))).toContain("none of it");
    expect(carriedWords(found({ change: 0, carried_share: null }))).toMatch(/to 29%\.$/);
  });

  it("says of predictions what more of some inputs did, and what to keep in mind", () => {
    const explained = { ...found({}), metric: "wrong predictions", drift_type: "concept" as const };
    expect(carriedWords({ ...explained, reason: "the error has changed alike everywhere" })).toBe(
      "The share of wrong predictions went from 5% to 29%; 83% of it goes with there being more of some inputs. " +
        "But the error has changed alike everywhere.",
    );
  });

  it("says why nothing can be said", () => {
    expect(carriedWords({ ...found(null), metric: "cost" })).toBe(
      "Nothing can be said of cost: a stored reference holds no metric beside its columns.",
    );
  });
});

describe("measureOf", () => {
  it("knows what traces and predictions are measured by, and writes anything else as a number", () => {
    expect(measureOf("error").write(0.05)).toBe("5%");
    expect(measureOf("wrong predictions").write(0.05)).toBe("5%");
    expect(measureOf("score.helpful").mean).toBe("mean of score.helpful");
  });
});
