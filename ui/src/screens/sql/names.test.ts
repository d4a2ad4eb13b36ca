import { expect, test } from "vitest";
import type { TableSchema } from "@/api/query";
import { sourcesOf, sqlName } from "./names";

const table = (name: string): TableSchema => ({ name, doc: "", columns: [] });
const tables = ["spans", "traces", "scores"].map(table);
const read = (sql: string) => sourcesOf(sql, tables).map((source) => `${source.table.name} ${source.alias}`);

test("tables are found after FROM, JOIN and commas, with the names they are given", () => {
  expect(read("SELECT * FROM spans")).toEqual(["spans spans"]);
  expect(read("select s. from spans s join traces as t using (trace_id)")).toEqual(["spans s", "traces t"]);
  expect(read("select *, model_id from spans s where s.x = 1")).toEqual(["spans s"]);
  expect(read('select * from "spans" a, scores where x')).toEqual(["spans a", "scores scores"]);
  expect(read("select * from spans\nwhere a = 1 order by b")).toEqual(["spans spans"]);
});

test("words in quotes and comments are no tables, nor are unknown names", () => {
  expect(read("select ' from spans ' -- from traces\nfrom nowhere")).toEqual([]);
});

test("names that are not plain are quoted", () => {
  expect(sqlName("model_id")).toBe("model_id");
  expect(sqlName('a "b"')).toBe('"a ""b"""');
});
