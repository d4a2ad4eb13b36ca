import { expect, it } from "vitest";
import { readSearch, scoreField, unscored } from "./search";

it("asks for what has no score yet, within the filter", () => {
  expect(unscored({}, "quality").filter).toBe("score.quality is missing");
  expect(unscored({ filter: "a = 1 or b = 2" }, "my score").filter).toBe(
    '(a = 1 or b = 2) and score."my score" is missing',
  );
  expect(scoreField("4eyes")).toBe('score."4eyes"');
});

it("keeps only what it knows of the URL", () => {
  expect(readSearch({ name: "x", scale: "seven", labels: "", start: "2h" })).toEqual({ name: "x" });
});
