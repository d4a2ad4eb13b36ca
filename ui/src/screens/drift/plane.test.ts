import { describe, expect, it } from "vitest";
import type { DriftMap } from "@/api/drift";
import { nearestPoint, neighbour, pointsOf, tracesOf, within } from "./plane";

const MAP: DriftMap = {
  monitor: "m",
  segment: null,
  run_id: "0",
  column: "vector",
  method: "principal",
  reference: { x: [-0.5, 0], y: [0, 0], trace_ids: ["a", null], total: 2 },
  current: { x: [0.9, 0.1, 0.8], y: [0.9, 0, 0.8], trace_ids: ["c", "b", "c"], total: 9 },
};
const POINTS = pointsOf(MAP);

describe("the plane", () => {
  it("has the points of both samples, the current ones last", () => {
    expect(POINTS.map(({ isCurrent }) => isCurrent)).toEqual([false, false, true, true, true]);
    expect(POINTS.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4]);
  });

  it("finds the points of a rectangle, whichever corner comes first", () => {
    expect(within(POINTS, { x: 1, y: 1 }, { x: 0.7, y: 0.7 })).toHaveLength(2);
    expect(within(POINTS, { x: -1, y: -1 }, { x: 1, y: 1 })).toHaveLength(5);
  });

  it("finds the nearest point, and none out of reach", () => {
    expect(nearestPoint(POINTS, { x: -0.45, y: 0 }, 0.1)?.traceId).toBe("a");
    expect(nearestPoint(POINTS, { x: -0.9, y: 0.9 }, 0.1)).toBeNull();
  });

  it("names each trace once, those of current points first", () => {
    expect(tracesOf(POINTS)).toEqual(["c", "b", "a"]);
  });

  it("can be walked through by keys, from left to right", () => {
    const first = neighbour(POINTS, null, 1);
    expect(first?.traceId).toBe("b");
    expect(neighbour(POINTS, first, 1)?.x).toBe(0.8);
    expect(neighbour(POINTS, first, -1)).toBe(first);
    expect(neighbour([], null, 1)).toBeNull();
  });
});
