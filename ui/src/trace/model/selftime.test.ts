import { expect, test } from "vitest";
import { outlineOf } from "./outline.testing";
import { eachSelfStretch, selfTime } from "./selftime";
import { buildTree } from "./tree";

const tree = buildTree(
  outlineOf([
    { parent: -1, start: 0, duration: 100 },
    { parent: 0, start: 10, duration: 30 },
    { parent: 0, start: 20, duration: 30 },
    { parent: 0, start: 90, duration: 100 },
  ]),
);

test("time in which children overlap is taken off once, and what outlasts the span not at all", () => {
  expect([0, 1, 2, 3].map((span) => selfTime(tree, span))).toEqual([50, 30, 30, 100]);
});

test("the stretches lie between the children", () => {
  const seen: number[][] = [];
  eachSelfStretch(tree, 0, (from, to) => seen.push([from, to]));
  expect(seen).toEqual([
    [0, 10],
    [50, 90],
  ]);
});
