import { expect, it } from "vitest";
import { extended, NOTHING, toggled } from "./selection";

const order = ["a", "b", "c", "d", "e"];

it("chooses and lets go", () => {
  const one = toggled(NOTHING, "b");
  expect([...one.keys]).toEqual(["b"]);
  expect(toggled(one, "b").keys.size).toBe(0);
});

it("chooses a range from the last choice, in both directions", () => {
  expect([...extended(toggled(NOTHING, "b"), order, "d").keys]).toEqual(["b", "c", "d"]);
  expect([...extended(toggled(NOTHING, "d"), order, "b").keys]).toEqual(["d", "b", "c"]);
  expect([...extended(NOTHING, order, "c").keys]).toEqual(["c"]);
});

it("begins anew where the first row is gone", () => {
  expect([...extended({ keys: new Set(["x"]), anchor: "x" }, order, "c").keys]).toEqual(["x", "c"]);
});
