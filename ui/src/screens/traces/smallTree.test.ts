import { expect, it } from "vitest";
import type { Outline } from "@/api/types";
import { smallTree } from "./smallTree";

const outline = {
  duration_ns: 100,
  span_id: ["a", "b", "c", "d"],
  parent: [-1, 0, 1, 0],
  offset_ns: [0, 10, 20, 50],
  span_duration_ns: [100, 30, 10, null],
} as unknown as Outline;

it("lists parents before their children, each with its place in time", () => {
  const { nodes, hidden } = smallTree(outline, 10);
  expect(nodes.map(({ index, depth }) => [index, depth])).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 1],
  ]);
  expect(nodes[1]).toMatchObject({ left: 0.1, width: 0.3 });
  expect(nodes[3]).toMatchObject({ left: 0.5, width: 0.5 });
  expect(hidden).toBe(0);
});

it("stops where it gets long", () => {
  expect(smallTree(outline, 2)).toMatchObject({ hidden: 2 });
});
