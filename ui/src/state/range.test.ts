import { expect, it } from "vitest";
import { rangeOf, rangeTexts, relativeMillis, shifted, zoomedOut } from "./range";

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

it("zooms out threefold until it holds everything", () => {
  const extent = { start: 0, end: 1000 };
  expect(zoomedOut({ start: 400, end: 500 }, extent)).toEqual({ start: 300, end: 600 });
  expect(zoomedOut({ start: 900, end: 1000 }, extent)).toEqual({ start: 800, end: 1000 });
  expect(zoomedOut({ start: 300, end: 700 }, extent)).toBeNull();
});

it("moves by half its length", () => {
  expect(shifted({ start: 100, end: 200 }, -1)).toEqual({ start: 50, end: 150 });
  expect(shifted({ start: 100, end: 200 }, 1)).toEqual({ start: 150, end: 250 });
});
