import { expect, test } from "vitest";
import { outlineOf } from "./outline.testing";
import { ancestors, buildTree, positionOf } from "./tree";

test("children follow their parent in the order of start", () => {
  const tree = buildTree(
    outlineOf([
      { parent: -1, start: 0, duration: 100 },
      { parent: 0, start: 10, duration: 20 },
      { parent: 0, start: 15, duration: 50 },
      { parent: 1, start: 16, duration: 5 },
    ]),
  );
  expect([...tree.order]).toEqual([0, 1, 3, 2]);
  expect([...tree.depth]).toEqual([0, 1, 1, 2]);
  expect([...tree.weight]).toEqual([4, 2, 1, 1]);
  expect([tree.maxDepth, tree.extent]).toEqual([2, 100]);
  expect(ancestors(tree, 3)).toEqual([0, 1]);
});

test("a parent that starts after its child, by another machine's clock, is still above it", () => {
  const tree = buildTree(
    outlineOf([
      { parent: 1, start: 0, duration: 5 },
      { parent: -1, start: 2, duration: 10 },
    ]),
  );
  expect([...tree.order]).toEqual([1, 0]);
});

test("orphans, spans that are their own parent and parents out of bounds become roots", () => {
  const tree = buildTree(
    outlineOf([
      { parent: -1, start: 0, duration: 5 },
      { parent: 1, start: 1, duration: 1 },
      { parent: 99, start: 2, duration: 1 },
      { parent: 2, start: 3, duration: 1 },
    ]),
  );
  expect([...tree.roots]).toEqual([0, 1, 2]);
  expect([...tree.order]).toEqual([0, 1, 2, 3]);
});

test("a circle of parents is cut once and every span is shown once", () => {
  const tree = buildTree(
    outlineOf([
      { parent: 2, start: 0, duration: 5 },
      { parent: 0, start: 1, duration: 1 },
      { parent: 1, start: 2, duration: 1 },
      { parent: 1, start: 3, duration: 1 },
    ]),
  );
  expect(tree.roots.length).toBe(1);
  expect([...tree.order].sort()).toEqual([0, 1, 2, 3]);
});

test("a running span ends now, a dead one with the last thing below it", () => {
  const outline = outlineOf([
    { parent: -1, start: 0, duration: null, state: 1 },
    { parent: 0, start: 10, duration: null, state: 2 },
    { parent: 1, start: 20, duration: 30 },
  ]);
  const tree = buildTree(outline, 500);
  expect([...tree.end]).toEqual([500, 50, 50]);
  expect(tree.extent).toBe(500);
  expect(positionOf(tree, outline.span_id[2])).toBe(2);
  expect(positionOf(tree, "nothing")).toBe(-1);
});

test("an empty outline is an empty tree", () => {
  expect(buildTree(outlineOf([])).order.length).toBe(0);
});

test("a hundred thousand spans become a tree in less than 100 ms of processor time", () => {
  const spans = Array.from({ length: 100_000 }, (_, i) => ({
    parent: Math.floor((i - 1) / 3),
    start: i,
    duration: 10,
  }));
  const outline = outlineOf(spans.map((span) => ({ ...span, name: "step" })));
  const times = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    buildTree(outline);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  expect(Math.min(...times)).toBeLessThan(100);
  expect(buildTree(outline).weight[0]).toBe(100_000);
});
