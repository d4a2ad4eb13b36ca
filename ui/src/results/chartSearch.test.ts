import { expect, test } from "vitest";
import { readChart, writeChart } from "./chartSearch";
import type { ChartSpec } from "./infer";

const table = {
  columns: ["hour", "a & b", "n", "model"].map((name) => ({ name, type: "VARCHAR" })),
  rows: [],
};
const spec: ChartSpec = { kind: "area", x: 0, y: [1, 2], split: 3 };

test("a chart is the same after a way through the URL", () => {
  expect(readChart(writeChart(spec, table), table)).toEqual(spec);
});

test("a chart of other columns is none", () => {
  expect(readChart("kind=line&x=day&y=n", table)).toBeNull();
  expect(readChart("kind=pie&x=hour&y=n", table)).toBeNull();
  expect(readChart("kind=line&x=hour", table)).toBeNull();
  expect(readChart(undefined, table)).toBeNull();
});
