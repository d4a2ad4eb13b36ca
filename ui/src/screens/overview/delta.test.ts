import { expect, it } from "vitest";
import { delta } from "./delta";

it("compares by proportion, and says whether it is welcome", () => {
  expect(delta(110, 100, "more")).toEqual({ text: "+10%", good: true });
  expect(delta(110, 100, "less")).toEqual({ text: "+10%", good: false });
  expect(delta(50, 100, null)).toEqual({ text: "−50%", good: null });
});

it("compares shares by points", () => {
  expect(delta(0.03, 0.05, "less", true)).toEqual({ text: "−2 pts", good: true });
});

it("says nothing where there is nothing to compare, and little where nothing changed", () => {
  expect(delta(1, 0, "more")).toBeNull();
  expect(delta(null, 3, "more")).toBeNull();
  expect(delta(100, 100, "more")).toEqual({ text: "±0%", good: null });
});

it("counts in multiples when a proportion says nothing any more", () => {
  expect(delta(2100, 100, "more")?.text).toBe("21×");
  expect(delta(614.3, 100, "more")?.text).toBe("+514%");
  expect(delta(104.56, 100, "more")?.text).toBe("+4.6%");
});
