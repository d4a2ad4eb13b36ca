import { expect, test } from "vitest";
import { plotOf } from "./series";

const table = (columns: [string, string][], rows: unknown[][]) => ({
  columns: columns.map(([name, type]) => ({ name, type })),
  rows,
});

test("series of one chart share x, with null where one has no value", () => {
  const result = table(
    [
      ["day", "DATE"],
      ["model", "VARCHAR"],
      ["n", "BIGINT"],
    ],
    [
      ["2026-11-21", "a", 3],
      ["2026-11-20", "a", 1],
      ["2026-11-20", "b", 2],
    ],
  );
  const plot = plotOf(result, { kind: "line", x: 0, y: [2], split: 1 });
  expect(plot.x).toEqual([Date.UTC(2026, 10, 20) / 1000, Date.UTC(2026, 10, 21) / 1000]);
  expect(plot.series).toEqual([
    { label: "a", values: [1, 3] },
    { label: "b", values: [2, null] },
  ]);
});

test("categories keep the order of the rows, and missing ones have a name", () => {
  const result = table(
    [
      ["model", "VARCHAR"],
      ["n", "BIGINT"],
    ],
    [
      ["z", 3],
      [null, 2],
      ["a", 1],
    ],
  );
  const plot = plotOf(result, { kind: "bar", x: 0, y: [1], split: null });
  expect(plot.x).toEqual(["z", "(none)", "a"]);
  expect(plot.series).toEqual([{ label: "n", values: [3, 2, 1] }]);
});

test("too many series and categories are counted, and the largest series stay", () => {
  const rows = Array.from({ length: 20 }, (_, index) => ["2026-11-20", `m${index}`, index]);
  const split = plotOf(
    table(
      [
        ["d", "DATE"],
        ["m", "VARCHAR"],
        ["n", "BIGINT"],
      ],
      rows,
    ),
    {
      kind: "line",
      x: 0,
      y: [2],
      split: 1,
    },
  );
  expect(split.series.map((one) => one.label)).toEqual([
    "m12",
    "m13",
    "m14",
    "m15",
    "m16",
    "m17",
    "m18",
    "m19",
  ]);
  expect(split.hiddenSeries).toBe(12);
  const many = table(
    [
      ["m", "VARCHAR"],
      ["n", "BIGINT"],
    ],
    Array.from({ length: 100 }, (_, i) => [`c${i}`, i]),
  );
  expect(plotOf(many, { kind: "bar", x: 0, y: [1], split: null }).hiddenCategories).toBe(60);
});

test("points keep every row, sorted by x, and rows without x are left out", () => {
  const result = table(
    [
      ["ms", "DOUBLE"],
      ["cost", "DOUBLE"],
    ],
    [
      [2, 1],
      [null, 5],
      [1, 3],
      [2, 4],
    ],
  );
  const plot = plotOf(result, { kind: "points", x: 0, y: [1], split: null });
  expect(plot.x).toEqual([1, 2, 2]);
  expect(plot.series[0]?.values).toEqual([3, 1, 4]);
});

test("several rows for one place are summed, and it is told", () => {
  const columns: [string, string][] = [
    ["m", "VARCHAR"],
    ["n", "BIGINT"],
  ];
  const spec = { kind: "bar", x: 0, y: [1], split: null } as const;
  const plot = plotOf(
    table(columns, [
      ["a", 1],
      ["b", null],
      ["a", 2],
    ]),
    { ...spec, y: [1] },
  );
  expect(plot.series[0]?.values).toEqual([3, null]);
  expect(plot.summed).toBe(true);
  expect(
    plotOf(
      table(columns, [
        ["a", 1],
        ["b", 2],
      ]),
      { ...spec, y: [1] },
    ).summed,
  ).toBe(false);
});
