import { expect, test } from "vitest";
import { outlineOf } from "./outline.testing";
import { totals } from "./totals";
import { buildTree } from "./tree";

test("usage that stands below as well counts once, and nothing known stays nothing known", () => {
  const sums = totals(
    buildTree(
      outlineOf([
        { parent: -1, start: 0, duration: 9 },
        { parent: 0, start: 1, duration: 5, tokens: 100, cost: 2_000_000, repeated: true },
        { parent: 1, start: 2, duration: 3, tokens: 100, cost: 2_000_000, status: 2 },
        { parent: 0, start: 7, duration: 1, tokens: 11 },
        { parent: 0, start: 8, duration: 1 },
      ]),
    ),
  );
  expect([...sums.treeTokens]).toEqual([111, 100, 100, 11, Number.NaN]);
  expect([...sums.treeCost]).toEqual([2, 2, 2, Number.NaN, Number.NaN]);
  expect([...sums.tokens]).toEqual([Number.NaN, 100, 100, 11, Number.NaN]);
  expect([...sums.errors]).toEqual([1, 1, 1, 0, 0]);
  expect([sums.allTokens, sums.allCost]).toEqual([111, 2]);
});
