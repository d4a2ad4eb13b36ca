import { describe, expect, it } from "vitest";
import { columnsWords, effect, isEmbedding, named, pValue, runsWords, timesThreshold } from "./words";

describe("numbers of drift", () => {
  it("writes effects with two digits that matter, and nothing for none", () => {
    expect([0.12345, 0.98, 0, 1e-9, null].map(effect)).toEqual(["0.12", "0.98", "0", "0", "–"]);
  });

  it("writes small p-values with two digits and their power of ten", () => {
    expect([0.0321, 4.23e-8, 1e-12, 9.96e-5, 0, null].map(pValue)).toEqual([
      "0.032",
      "4.2e-8",
      "1e-12",
      "0.0001",
      "< 1e-300",
      "–",
    ]);
  });

  it("says how many times the threshold an effect is", () => {
    expect(timesThreshold({ effect_size: 0.3, threshold: 0.1 })).toBeCloseTo(3);
    expect(timesThreshold({ effect_size: null, threshold: 0.1 })).toBeNull();
    expect(timesThreshold({ effect_size: 0.3, threshold: 0 })).toBeNull();
  });
});

describe("words of drift", () => {
  it("names effects as people do", () => {
    expect(["total_variation", "cliffs_delta", null].map(named)).toEqual([
      "total variation",
      "Cliff's delta",
      "effect",
    ]);
  });

  it("counts columns by standing, the worst first", () => {
    expect(columnsWords({ columns: { healthy: 1, drifted: 2 } })).toBe("2 drifted, 1 healthy");
    expect(columnsWords({ columns: {} })).toBe("none");
  });

  it("knows embeddings by their type of drift, or by what compared them", () => {
    expect(isEmbedding({ drift_type: "embedding", method: null })).toBe(true);
    expect(isEmbedding({ drift_type: "feature", method: "vector_difference" })).toBe(true);
    expect(isEmbedding({ drift_type: "feature", method: "compare_numbers" })).toBe(false);
  });

  it("says how often it ran, and of how many of the runs it speaks", () => {
    const run = { run_id: "", timestamp: "", effect_size: 0, status: "drifted" as const };
    expect(runsWords({ runs: 1, recent: [run] })).toBe("1 run, 1 drifted");
    expect(runsWords({ runs: 90, recent: [run, run] })).toBe("90 runs, 2 of the last 2 drifted");
    expect(runsWords({ runs: 3, recent: [] })).toBe("3 runs");
  });
});
