import { expect, test } from "vitest";
import type { AlignedSpan } from "@/api/comparison";
import { countStandings, nextDifference, standingOf, withParents } from "./pairs";

const span = (name: string, depth: number, given: Partial<AlignedSpan> = {}): AlignedSpan =>
  ({ name, depth, a: `a-${name}`, b: `b-${name}`, changed: [], ...given }) as AlignedSpan;

const spans = [
  span("root", 0),
  span("retrieve", 1, { changed: ["output"] }),
  span("embed", 2),
  span("llm", 1),
  span("tool", 2, { b: null }),
  span("judge", 1, { a: null }),
];

test("a pair is alike, changed, or stands on one side alone", () => {
  expect(spans.map(standingOf)).toEqual(["same", "changed", "same", "same", "removed", "added"]);
  expect(countStandings(spans)).toEqual({ same: 3, changed: 1, removed: 1, added: 1 });
});

test("the next difference is looked for in both directions, and round the ends", () => {
  expect(nextDifference(spans, 1, 1)).toBe(4);
  expect(nextDifference(spans, 5, 1)).toBe(1);
  expect(nextDifference(spans, 1, -1)).toBe(5);
  expect(nextDifference(spans, -1, 1)).toBe(1);
  expect(nextDifference([span("root", 0)], 0, 1)).toBeNull();
  expect(nextDifference([], 0, 1)).toBeNull();
});

test("of the differences alone those above them stay, to show where they are", () => {
  expect(withParents(spans).map((one) => one.name)).toEqual(["root", "retrieve", "llm", "tool", "judge"]);
});
