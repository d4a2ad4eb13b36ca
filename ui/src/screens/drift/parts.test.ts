import { describe, expect, it } from "vitest";
import { areShares, edgesOf, missingOf, partsOf, stepsOf } from "./parts";

const part = (label: string, low: number | null, high: number | null) => ({
  label,
  reference: 0.5,
  current: 0.25,
  contribution: 0.1,
  low,
  high,
});
const BINS = [part("c", 2, null), part("a", null, 1), part("b", 1, 2)];

describe("partsOf", () => {
  it("puts bins in the order of their values, open ends outermost, and levels aside", () => {
    const { bins, levels } = partsOf([...BINS, part("infinite", null, null)]);
    expect(bins.map(({ label }) => label)).toEqual(["a", "b", "c"]);
    expect(levels.map(({ label }) => label)).toEqual(["infinite"]);
  });

  it("takes levels as they come, and a bin alone for one of them", () => {
    expect(partsOf([part("x", null, null)]).levels).toHaveLength(1);
    expect(partsOf([part("x", 0, 1)])).toMatchObject({ bins: [], levels: [{ label: "x" }] });
  });
});

describe("missingOf", () => {
  const of = (reference: number | null, current: number | null, contributions = [part("x", null, null)]) =>
    missingOf({ missing_reference: reference, missing_current: current, contributions });

  it("makes a level of the missing values where there are more or fewer, as they are written", () => {
    expect(of(0.3, 0.5)).toMatchObject([{ label: "missing", reference: 0.3, current: 0.5 }]);
    expect(of(0.3, 0.30001)).toEqual([]);
    expect(of(null, null)).toEqual([]);
    expect(of(0.3, 0.5, [part("missing", null, null)])).toEqual([]);
  });
});

describe("a distribution", () => {
  it("labels the values between bins, not more than there is room for", () => {
    expect(edgesOf(partsOf(BINS).bins, 8)).toEqual([
      { at: 1, value: 1 },
      { at: 2, value: 2 },
    ]);
    expect(edgesOf(partsOf(BINS).bins, 1)).toHaveLength(1);
  });

  it("is drawn as steps from the floor and back", () => {
    expect(stepsOf([0.5, 0.25], 0.5)).toBe("M0 0L0 1H1L1 0.5H2V0");
    expect(stepsOf([], 1)).toBe("");
  });

  it("tells shares from means", () => {
    expect(areShares(BINS)).toBe(true);
    expect(areShares([{ ...part("d", null, null), current: -3 }])).toBe(false);
  });
});
