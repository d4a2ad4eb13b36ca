import { expect, test } from "vitest";
import { inferChart } from "./infer";

const table = (columns: [string, string][], rows: unknown[][]) => ({
  columns: columns.map(([name, type]) => ({ name, type })),
  rows,
});

test("time and a number make a line", () => {
  const result = table(
    [
      ["hour", "TIMESTAMP_NS"],
      ["n", "BIGINT"],
    ],
    [
      ["2026-11-21T09:00:00Z", 1],
      ["2026-11-21T10:00:00Z", 2],
    ],
  );
  expect(inferChart(result)).toEqual({ kind: "line", x: 0, y: [1], split: null });
});

test("time that repeats is split by the column of words", () => {
  const result = table(
    [
      ["model", "VARCHAR"],
      ["day", "DATE"],
      ["n", "BIGINT"],
    ],
    [
      ["a", "2026-11-20", 1],
      ["b", "2026-11-20", 2],
      ["a", "2026-11-21", 3],
    ],
  );
  expect(inferChart(result)).toEqual({ kind: "line", x: 1, y: [2], split: 0 });
});

test("time that repeats without words to split by is drawn as points", () => {
  const result = table(
    [
      ["start_time", "TIMESTAMP_NS"],
      ["ms", "DOUBLE"],
    ],
    [
      ["2026-11-21T09:00:00Z", 1],
      ["2026-11-21T09:00:00Z", 2],
    ],
  );
  expect(inferChart(result)?.kind).toBe("points");
});

test("several numbers over time share the chart only where they are of one size", () => {
  const result = table(
    [
      ["day", "DATE"],
      ["p50", "DOUBLE"],
      ["p95", "DOUBLE"],
      ["tokens", "BIGINT"],
    ],
    [
      ["2026-11-20", 10, 90, 500_000],
      ["2026-11-21", 12, 80, 600_000],
    ],
  );
  expect(inferChart(result)?.y).toEqual([1, 2]);
});

test("words and a number make bars, of the first number", () => {
  const result = table(
    [
      ["model", "VARCHAR"],
      ["n", "BIGINT"],
      ["cost", "DOUBLE"],
    ],
    [
      ["a", 1, 2],
      ["b", 2, 3],
    ],
  );
  expect(inferChart(result)).toEqual({ kind: "bar", x: 0, y: [1], split: null });
});

test("whole numbers that count upwards make bars, two measures make points", () => {
  expect(
    inferChart(
      table(
        [
          ["hour", "BIGINT"],
          ["n", "BIGINT"],
        ],
        [
          [0, 5],
          [1, 7],
        ],
      ),
    )?.kind,
  ).toBe("bar");
  expect(
    inferChart(
      table(
        [
          ["ms", "DOUBLE"],
          ["cost", "DOUBLE"],
        ],
        [
          [0.5, 5],
          [1.5, 7],
        ],
      ),
    )?.kind,
  ).toBe("points");
});

test("what has no numbers, or no rows, or one number alone has no chart", () => {
  expect(inferChart(table([["a", "VARCHAR"]], [["x"]]))).toBeNull();
  expect(
    inferChart(
      table(
        [
          ["a", "VARCHAR"],
          ["n", "BIGINT"],
        ],
        [],
      ),
    ),
  ).toBeNull();
  expect(inferChart(table([["n", "BIGINT"]], [[42]]))).toBeNull();
});
