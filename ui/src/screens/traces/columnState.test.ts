import { expect, it } from "vitest";
import { firstState, keptState, moved, shownIds, withFirst, withOnly } from "./columnState";

const first = firstState([{ id: "a" }, { id: "b" }, { id: "c", hidden: true }]);

it("begins with what is not hidden", () => expect(shownIds(first)).toEqual(["a", "b"]));

it("keeps an order, drops columns that are gone and adds new ones", () => {
  const kept = keptState({ columnOrder: ["c", "gone", "a"], columnVisibility: { c: true } }, first);
  expect(shownIds(kept)).toEqual(["c", "a", "b"]);
});

it("shows what an address names, and all where it names nothing known", () => {
  expect(shownIds(withOnly(first, ["c", "a", "what"]))).toEqual(["c", "a"]);
  expect(withOnly(first, ["what"])).toBe(first);
});

it("puts one column first", () => expect(shownIds(withFirst(first, "c"))).toEqual(["c", "a", "b"]));

it("moves a column to the place of another", () => {
  expect(moved(["a", "b", "c"], "a", "c")).toEqual(["b", "c", "a"]);
  expect(moved(["a", "b", "c"], "c", "a")).toEqual(["c", "a", "b"]);
  expect(moved(["a", "b", "c"], "b", "b")).toEqual(["a", "b", "c"]);
});
