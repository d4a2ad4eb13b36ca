import { expect, test } from "vitest";
import { outlineOf } from "./outline.testing";
import {
  carryCollapsed,
  collapseToDepth,
  leftOf,
  nextWhere,
  nothingCollapsed,
  reveal,
  rowOf,
  setCollapsed,
  setSubtree,
  visibleRows,
} from "./rows";
import { buildTree } from "./tree";

const spans = [
  { parent: -1, start: 0, duration: 9 },
  { parent: 0, start: 1, duration: 5 },
  { parent: 1, start: 2, duration: 3 },
  { parent: 2, start: 2, duration: 1, status: 2 },
  { parent: 0, start: 7, duration: 1 },
];
const tree = buildTree(outlineOf(spans));
const open = nothingCollapsed(tree);

test("a collapsed span hides all that is below it", () => {
  expect([...visibleRows(tree, open)]).toEqual([0, 1, 2, 3, 4]);
  expect([...visibleRows(tree, setCollapsed(open, 1, true))]).toEqual([0, 1, 4]);
  expect([...visibleRows(tree, collapseToDepth(tree, 1))]).toEqual([0]);
  expect([...visibleRows(tree, collapseToDepth(tree, 2))]).toEqual([0, 1, 4]);
});

test("of a range, only the spans that ran in it are rows", () => {
  expect([...visibleRows(tree, open, { from: 6.5, to: 7.5 })]).toEqual([0, 4]);
  expect([...visibleRows(tree, open, { from: 0, to: 1 })]).toEqual([0, 1]);
});

test("a subtree collapses and opens as a whole, and nothing changes in place", () => {
  const closed = setSubtree(tree, open, 1, true);
  expect([...closed]).toEqual([0, 1, 1, 1, 0]);
  expect([...setSubtree(tree, closed, 1, false)]).toEqual([...open]);
});

test("revealing a span opens what is above it, and only that", () => {
  const closed = setSubtree(tree, open, 0, true);
  expect([...reveal(tree, closed, 2)]).toEqual([0, 0, 1, 1, 1]);
  expect(reveal(tree, open, 2)).toBe(open);
});

test("a hidden span's row is that of the nearest span above it on screen", () => {
  const rows = visibleRows(tree, setCollapsed(open, 1, true));
  expect([0, 1, 2, 3, 4].map((span) => rowOf(tree, rows, span))).toEqual([0, 1, 1, 1, 2]);
  expect(rowOf(tree, rows, -1)).toBe(-1);
});

test("the next error is found in either direction, round the end", () => {
  const failed = (span: number) => tree.outline.status[span] === 2;
  expect(nextWhere(tree, 0, 1, failed)).toBe(3);
  expect(nextWhere(tree, 4, 1, failed)).toBe(3);
  expect(nextWhere(tree, 0, -1, failed)).toBe(3);
  expect(nextWhere(tree, -1, 1, () => true)).toBe(0);
  expect(nextWhere(tree, -1, -1, () => true)).toBe(4);
  expect(nextWhere(tree, 0, 1, () => false)).toBe(-1);
});

test("what was collapsed stays so when spans come in between", () => {
  const older = outlineOf(spans);
  const newer = outlineOf([
    { parent: -1, start: 0, duration: 1 },
    ...spans.map((s) => ({ ...s, parent: s.parent + 1 })),
  ]);
  newer.span_id = ["f".repeat(16), ...older.span_id];
  const carried = carryCollapsed(buildTree(older), setCollapsed(open, 1, true), buildTree(newer));
  expect([...carried]).toEqual([0, 0, 1, 0, 0, 0]);
});

test("left closes an open span and goes up from a closed one", () => {
  expect(leftOf(tree, open, 1)).toBe("collapse");
  expect(leftOf(tree, setCollapsed(open, 1, true), 1)).toBe(0);
  expect(leftOf(tree, open, 4)).toBe(0);
});
