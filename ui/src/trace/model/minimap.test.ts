import { expect, test } from "vitest";
import { overview } from "./minimap";
import { outlineOf } from "./outline.testing";
import { buildTree } from "./tree";

const tree = buildTree(
  outlineOf([
    { parent: -1, start: 0, duration: 100, kind: "agent" },
    { parent: 0, start: 50, duration: 50, kind: "llm", status: 2 },
    { parent: 1, start: 90, duration: 1 },
  ]),
);

test("each level is a line, and what is shorter than a pixel still shows", () => {
  const picture = overview(tree, 10, 3);
  const line = (n: number) => [...picture.kind.subarray(n * 10, n * 10 + 10)];
  expect(line(0)).toEqual(Array(10).fill(2));
  expect(line(1)).toEqual([0, 0, 0, 0, 0, 3, 3, 3, 3, 3]);
  expect(line(2)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  expect(picture.error.indexOf(1)).toBe(5);
});

test("levels below the last line share it", () => {
  expect(overview(tree, 10, 2).kind.at(-1)).toBe(3);
});
