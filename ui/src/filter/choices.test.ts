import { describe, expect, it } from "vitest";
import { choicesOf, conditionOf, toggleExcluded, toggleIncluded } from "./choices";

describe("what a part says about a field", () => {
  it.each([
    ["model = gpt-4o", { field: "model", included: ["gpt-4o"], excluded: [] }],
    ['user != "a b"', { field: "user", included: [], excluded: ["a b"] }],
    ['model in (a, "b c")', { field: "model", included: ["a", "b c"], excluded: [] }],
    ["model not in (a, b)", { field: "model", included: [], excluded: ["a", "b"] }],
    ["user is missing", { field: "user", included: [null], excluded: [] }],
    ["user exists", { field: "user", included: [], excluded: [null] }],
    ['attributes."a b" = 1', { field: 'attributes."a b"', included: ["1"], excluded: [] }],
    ["latency > 2s", null],
    ["refund", null],
  ])("%s", (clause, said) => expect(conditionOf(clause)).toEqual(said));
});

describe("choosing values", () => {
  it("means any of several", () => {
    const one = toggleIncluded("status = error", "model", "a");
    expect(one).toBe("status = error and model = a");
    const two = toggleIncluded(one, "model", "b c");
    expect(two).toBe('status = error and model in (a, "b c")');
    expect(toggleIncluded(two, "model", "a")).toBe('status = error and model = "b c"');
    expect(toggleIncluded(one, "model", "a")).toBe("status = error");
  });
  it("takes a value from one side to the other", () => {
    expect(toggleExcluded("model = a", "model", "a")).toBe("model != a");
    expect(toggleExcluded("model != a", "model", "b")).toBe("model not in (a, b)");
    expect(toggleIncluded("model not in (a, b)", "model", "b")).toBe("model = b and model != a");
  });
  it("has missing alone", () => {
    expect(toggleIncluded("user = a", "user", null)).toBe("user is missing");
    expect(toggleIncluded("user is missing", "user", "a")).toBe("user = a");
    expect(toggleExcluded("", "user", null)).toBe("user exists");
  });
  it("leaves an or whole", () => {
    expect(toggleIncluded("a = 1 or b = 2", "model", "x")).toBe("(a = 1 or b = 2) and model = x");
    expect(choicesOf("model = a or model = b", "model")).toEqual({ included: [], excluded: [] });
  });
});
