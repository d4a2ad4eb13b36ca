import { expect, it } from "vitest";
import { usualLongest } from "./usualLongest";

it("is the longest of a few, and nearly the longest of many", () => {
  expect(usualLongest([3, null, 7])).toBe(7);
  expect(usualLongest([...Array.from({ length: 99 }, () => 10), 100_000])).toBe(10);
  expect(usualLongest([null])).toBeGreaterThan(0);
});
