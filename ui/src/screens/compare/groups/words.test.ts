import { expect, test } from "vitest";
import type { Contrast } from "@/api/comparison";
import { chance, medianText, notExcluded, sentence, sizeWord } from "./words";

const contrast = (given: Partial<Contrast>): Contrast =>
  ({ field: "model", type: "category", values: [], a_median: null, b_median: null, ...given }) as Contrast;

test("a category is told by the value with the widest gap", () => {
  const value = (name: string | null, a_share: number, b_share: number) => ({
    value: name,
    filter: "",
    a_count: 0,
    b_count: 0,
    a_share,
    b_share,
  });
  expect(sentence(contrast({ values: [value("x", 0.5, 0.4), value("mini", 0.8, 0.2)] }))).toBe(
    "80% of A are “mini”, 20% of B.",
  );
  expect(sentence(contrast({ values: [value(null, 0.001, 0.2)] }))).toBe("<1% of A have no value, 20% of B.");
});

test("a number is told by its medians, in its unit", () => {
  expect(sentence(contrast({ field: "latency", type: "number", a_median: 2300, b_median: 640 }))).toBe(
    "Half of A lies above 2.3 s; of B it is 640 ms.",
  );
  expect(sentence(contrast({ field: "tokens", type: "number", a_median: 5, b_median: 5 }))).toMatch(
    /medians are the same/,
  );
  expect(medianText("cost", 0.0025)).toBe("$0.0025");
  expect(medianText("tokens", 1234.5678)).toBe("1235");
});

test("sizes and chances in words", () => {
  expect([0.6, 0.3, 0.12, 0.01].map(sizeWord)).toEqual(["large", "medium", "small", "very small"]);
  expect([1e-40, 0.0004, 0.041, 0.5].map(chance)).toEqual(["< 0.0001", "0.0004", "0.041", "0.50"]);
});

test("where nothing was found, what the data does not exclude is told", () => {
  const contrasts = [contrast({ effect_high: 0.1 }), contrast({ effect_high: 0.24 })];
  expect(notExcluded({ contrasts } as never)).toBe(0.24);
});
