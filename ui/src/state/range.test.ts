import { expect, it } from "vitest";
import { rangeOf, rangeTexts, relativeMillis } from "./range";

const now = Date.parse("2026-11-03T18:00:00Z");

it("reads relative times", () => {
  expect(relativeMillis("2h")).toBe(7_200_000);
  expect(relativeMillis("7d")).toBe(604_800_000);
  expect(relativeMillis("yesterday")).toBeNull();
});

it("gives a range for relative and absolute times, and none for no start", () => {
  expect(rangeOf("1h", undefined, now)).toEqual({ start: now - 3_600_000, end: now });
  const texts = rangeTexts({ start: now - 1000, end: now });
  expect(rangeOf(texts.start, texts.end, 0)).toEqual({ start: now - 1000, end: now });
  expect(rangeOf(undefined, undefined, now)).toBeNull();
  expect(rangeOf("soon", undefined, now)).toBeNull();
});
