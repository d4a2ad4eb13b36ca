import { expect, test } from "vitest";
import { deltaOf, shareText, signed } from "./delta";

test("less is better, and small differences are neither", () => {
  expect(deltaOf(100, 150)).toEqual({ absolute: 50, share: 0.5, tone: "bad" });
  expect(deltaOf(100, 50)?.tone).toBe("good");
  expect(deltaOf(100, 102)?.tone).toBe("neutral");
  expect(deltaOf(0, 3)).toEqual({ absolute: 3, share: null, tone: "bad" });
  expect(deltaOf(0, 0)?.tone).toBe("neutral");
});

test("what is not known differs by nothing that could be said", () => {
  expect(deltaOf(null, 3)).toBeNull();
  expect(deltaOf(3, null)).toBeNull();
});

test("differences are written with their sign", () => {
  expect(signed(12, String)).toBe("+12");
  expect(signed(-12, String)).toBe("−12");
  expect(signed(0, String)).toBe("same");
});

test.each([
  [0.5, "+50%"],
  [-0.4, "−40%"],
  [2.2, "3.2×"],
  [0.001, "+<1%"],
  [0, ""],
  [null, ""],
])("a share of %s reads %s", (share, text) => {
  expect(shareText(share)).toBe(text);
});
