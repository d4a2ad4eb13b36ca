import { expect, test } from "vitest";
import { short } from "./numbers";

test.each([
  [0, "0"],
  [7, "7"],
  [0.041666, "0.0417"],
  [999, "999"],
  [1234, "1.23k"],
  [5000, "5k"],
  [-22_000, "-22k"],
  [3_450_000, "3.45M"],
  [0.0000012, "0.0000012"],
  [null, "–"],
])("%s reads %s", (value, text) => {
  expect(short(value)).toBe(text);
});
