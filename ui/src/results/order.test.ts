import { expect, test } from "vitest";
import { nextOrder, orderedRows } from "./order";

const table = (type: string, values: unknown[]) => ({
  columns: [{ name: "x", type }],
  rows: values.map((value) => [value]),
});
const order = (type: string, values: unknown[], down: boolean) =>
  orderedRows(table(type, values), { column: 0, down }).map((row) => values[row]);

test("numbers that came as text are ordered as numbers", () => {
  expect(order("HUGEINT", ["9", "10", null, "-1"], false)).toEqual(["-1", "9", "10", null]);
});

test("nulls come last upwards and downwards", () => {
  expect(order("VARCHAR", ["b", null, "a"], true)).toEqual(["b", "a", null]);
});

test("equal rows stay in the order they came in", () => {
  const result = { columns: [{ name: "x", type: "BIGINT" }], rows: [[1], [0], [1], [0]] };
  expect(orderedRows(result, { column: 0, down: true })).toEqual([0, 2, 1, 3]);
});

test("without an order rows stay as they came", () => {
  expect(orderedRows(table("BIGINT", [3, 1]), null)).toEqual([0, 1]);
});

test("clicks go down, up, and back to how it came", () => {
  const first = nextOrder(null, 2);
  expect(first).toEqual({ column: 2, down: true });
  const second = nextOrder(first, 2);
  expect(second).toEqual({ column: 2, down: false });
  expect(nextOrder(second, 2)).toBeNull();
  expect(nextOrder(second, 1)).toEqual({ column: 1, down: true });
});
