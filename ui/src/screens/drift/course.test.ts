import { describe, expect, it } from "vitest";
import type { DriftPoint } from "@/api/drift";
import { bandAround, courseOf, lineThrough, nearest, stretches } from "./course";

const point = (hour: number, effect: number | null, bounds = true): DriftPoint => ({
  timestamp: `2026-11-21T0${hour}:00:00.000000000Z`,
  run_id: `${hour}`,
  status: effect === null ? "unknown" : "healthy",
  effect_size: effect,
  effect_low: effect !== null && bounds ? effect - 0.1 : null,
  effect_high: effect !== null && bounds ? effect + 0.1 : null,
  threshold: 0.2,
  p_adjusted: null,
  alpha: null,
  n_reference: null,
  n_current: null,
});

describe("courseOf", () => {
  it("places runs by their time and their effect, the bounds within", () => {
    const { spots, ticks, top, threshold } = courseOf([point(0, 0.1), point(1, 0.3), point(4, 0.9)]);
    expect(spots.map(({ x }) => Number(x.toFixed(3)))).toEqual([0.02, 0.26, 0.98]);
    expect(top).toBeGreaterThanOrEqual(1);
    expect(ticks[0]).toBe(0);
    expect(threshold).toBeCloseTo(0.2 / top);
    expect(spots[2]?.high).toBeCloseTo(1 / top);
  });

  it("shows the threshold even where every effect is far below, and one run in the middle", () => {
    const { spots, threshold } = courseOf([point(3, 0.001)]);
    expect(threshold).toBeLessThan(1);
    expect(spots[0]?.x).toBe(0.5);
  });

  it("does not take too little data for no effect", () => {
    const { spots } = courseOf([{ ...point(0, 0), status: "unknown" }]);
    expect(spots[0]?.y).toBeNull();
  });

  it("has room for nothing", () => {
    expect(courseOf([])).toMatchObject({ spots: [], threshold: null });
  });
});

describe("what is drawn", () => {
  it("breaks where there was too little data", () => {
    const { spots } = courseOf([point(0, 0.1), point(1, 0.2), point(2, null), point(3, 0.2)]);
    expect(stretches(spots).map((one) => one.length)).toEqual([2, 1]);
    expect(lineThrough(stretches(spots)[0] ?? [])).toMatch(/^M0\.02 .*L/);
  });

  it("has a band where there are bounds, and none where there are not", () => {
    const bounded = courseOf([point(0, 0.1), point(1, 0.2)]).spots;
    expect(bandAround(stretches(bounded)[0] ?? [])).toMatch(/^M.*Z$/);
    const bare = courseOf([point(0, 0.1, false), point(1, 0.2, false)]).spots;
    expect(bandAround(stretches(bare)[0] ?? [])).toBe("");
  });

  it("finds the run nearest to the pointer", () => {
    const { spots } = courseOf([point(0, 0.1), point(1, 0.2), point(4, 0.2)]);
    expect([0, 0.2, 0.9].map((x) => nearest(spots, x))).toEqual([0, 1, 2]);
    expect(nearest([], 0.5)).toBeNull();
  });
});
