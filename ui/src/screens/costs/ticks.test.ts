import { expect, it } from "vitest";
import { labelled, ticksTo } from "./ticks";

it("takes round amounts that reach above the highest", () => {
  expect(ticksTo(1.59)).toEqual([0, 0.5, 1, 1.5, 2]);
  expect(ticksTo(0.0037)).toEqual([0, 0.001, 0.002, 0.003, 0.004]);
  expect(ticksTo(100)).toEqual([0, 25, 50, 75, 100]);
  expect(ticksTo(0)).toEqual([0, 1]);
});

it("labels few places, evenly", () => {
  expect(labelled(5, 10)).toEqual([0, 1, 2, 3, 4]);
  expect(labelled(30, 10)).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24, 27]);
  expect(labelled(0, 10)).toEqual([]);
});
