import { expect, test } from "vitest";
import { diffAttributes, sameValue } from "./attributes";

test("what differs comes first, then what is gone, what is new and what is the same", () => {
  const rows = diffAttributes({ z: 1, b: 1, gone: 1, a: 1 }, { z: 1, b: 2, new: 1, a: 1 });
  expect(rows.map((row) => [row.kind, row.name])).toEqual([
    ["changed", "b"],
    ["removed", "gone"],
    ["added", "new"],
    ["same", "a"],
    ["same", "z"],
  ]);
});

test("an attribute that is null is not one that is missing", () => {
  expect(diffAttributes({ a: null }, {})[0]?.kind).toBe("removed");
});

test("JSON values are equal whatever the order of their keys", () => {
  expect(sameValue({ a: [1, { b: 2 }], c: null }, { c: null, a: [1, { b: 2 }] })).toBe(true);
  expect(sameValue([1, 2], [2, 1])).toBe(false);
  expect(sameValue({ a: 1 }, { b: 1 })).toBe(false);
  expect(sameValue([], {})).toBe(false);
});
