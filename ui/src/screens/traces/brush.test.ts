import { expect, it } from "vitest";
import { bucketAt, rangeOfBuckets } from "./brush";

it("finds the bucket under the pointer, and stays inside", () => {
  expect([-0.1, 0, 0.5, 0.999, 1, 2].map((share) => bucketAt(share, 10))).toEqual([0, 0, 5, 9, 9, 9]);
});

it("takes both ends in, in either direction", () => {
  const grid = { start: 1000, step: 10, count: 5 };
  expect(rangeOfBuckets(grid, 1, 3)).toEqual({ start: 1010, end: 1040 });
  expect(rangeOfBuckets(grid, 3, 1)).toEqual({ start: 1010, end: 1040 });
  expect(rangeOfBuckets(grid, 2, 2)).toEqual({ start: 1020, end: 1030 });
});
