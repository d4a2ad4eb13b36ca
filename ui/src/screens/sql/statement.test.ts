import { expect, test } from "vitest";
import { statementAt, statementsOf } from "./statement";

const two = "-- first\nSELECT ';' FROM spans;\n\nSELECT 2; -- end";

test("semicolons in quotes and comments part nothing", () => {
  expect(statementsOf(two).map((one) => one.sql)).toEqual(["-- first\nSELECT ';' FROM spans", "SELECT 2"]);
  expect(statementsOf("-- only; a comment")).toEqual([]);
});

test("the statement at the cursor is run, or what is selected", () => {
  expect(statementAt(two, 3, 3)?.sql).toMatch(/^-- first/);
  expect(statementAt(two, two.indexOf("2"), two.indexOf("2"))).toEqual({
    sql: "SELECT 2",
    from: two.indexOf("SELECT 2"),
  });
  expect(statementAt(two, 9, 19)).toEqual({ sql: "SELECT ';'", from: 9 });
  expect(statementAt("  SELECT 1", 0, 0)).toEqual({ sql: "SELECT 1", from: 2 });
  expect(statementAt("", 0, 0)).toBeNull();
});
