import { expect, test } from "vitest";
import { isKnown, type Run, withRun } from "./history";

const run = (sql: string, at = 0): Run => ({ sql, at, rows: 1, ms: 1, failed: false });

test("a statement run again moves to the front", () => {
  const history = withRun(withRun([run("b")], run("a")), run("b", 9));
  expect(history.map((one) => [one.sql, one.at])).toEqual([
    ["b", 9],
    ["a", 0],
  ]);
});

test("the history has an end", () => {
  let history: Run[] = [];
  for (let n = 0; n < 150; n++) history = withRun(history, run(`select ${n}`));
  expect(history).toHaveLength(100);
  expect(history[0]?.sql).toBe("select 149");
});

test("only what was run here may run from the address without asking", () => {
  expect(isKnown(" select 1\n", [run("select 1")])).toBe(true);
  expect(isKnown("select 2", [run("select 1")])).toBe(false);
});
