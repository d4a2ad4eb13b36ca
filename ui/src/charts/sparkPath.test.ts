import { expect, it } from "vitest";
import { sparkPath } from "./sparkPath";

it("spans the box, with zero on the floor and gaps where nothing is known", () => {
  expect(sparkPath([0, 10, 5], 100, 20)).toBe("M0.0 20.0L50.0 0.0L100.0 10.0");
  expect(sparkPath([1, null, 1], 100, 20)).toBe("M0.0 0.0h0M100.0 0.0h0");
  expect(sparkPath([], 100, 20)).toBe("");
});
