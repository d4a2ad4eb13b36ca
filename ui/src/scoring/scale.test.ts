import { expect, it } from "vitest";
import { isMark, marksOf, readLabels } from "./scale";

it("reads labels, each once, as many as there are keys", () => {
  expect(readLabels(" good, bad,,good , not sure")).toEqual(["good", "bad", "not sure"]);
  expect(readLabels(Array.from({ length: 20 }, (_, index) => `l${index}`).join())).toHaveLength(9);
});

it("gives every answer a key", () => {
  expect(marksOf("five", []).map((mark) => mark.key)).toEqual(["1", "2", "3", "4", "5"]);
  expect(marksOf("yesno", []).map((mark) => mark.key)).toEqual(["y", "n"]);
  expect(marksOf("labels", ["good", "bad"]).map((mark) => `${mark.key} ${mark.word}`)).toEqual([
    "1 good",
    "2 bad",
  ]);
});

it("knows an answer again by its value or its label", () => {
  const [yes] = marksOf("yesno", []);
  const [good] = marksOf("labels", ["good"]);
  expect(yes && [isMark(yes, 1), isMark(yes, "yes"), isMark(yes, 0), isMark(yes, null)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(good && [isMark(good, "good"), isMark(good, 1)]).toEqual([true, false]);
});
