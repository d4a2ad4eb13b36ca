import { expect, test } from "vitest";
import { scoreOf } from "./score";

test("a number is a value, a word is a label, and nothing is nothing", () => {
  expect(scoreOf({ name: " helpful ", value: "0.5", comment: "" })).toEqual({
    name: "helpful",
    value: 0.5,
    label: null,
    comment: null,
  });
  expect(scoreOf({ name: "tone", value: "rude", comment: "see end" })).toMatchObject({
    value: null,
    label: "rude",
  });
  expect(scoreOf({ name: "x", value: " ", comment: "" })).toMatchObject({ value: null, label: "" });
});
