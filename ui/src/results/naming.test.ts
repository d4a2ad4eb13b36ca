import { expect, test } from "vitest";
import { fileName, titleOf } from "./naming";

const at = new Date("2026-11-21T09:30:59Z");

test("a file is called after its tables and what they are grouped by", () => {
  expect(fileName("SELECT model_id, count(*) FROM spans GROUP BY model_id", at, "csv")).toBe(
    "spans-by-model_id-20261121-0930.csv",
  );
  expect(fileName("select * from traces join scores using (trace_id) group by all", at, "arrow")).toBe(
    "traces-scores-20261121-0930.arrow",
  );
});

test("a comment at the beginning says it better", () => {
  expect(fileName("-- Slowest models\nSELECT 1 FROM spans", at, "json")).toBe(
    "slowest-models-20261121-0930.json",
  );
});

test("names of a WITH and words in quotes are no tables", () => {
  expect(titleOf("WITH daily AS (SELECT * FROM spans) SELECT * FROM daily WHERE x = ' from nothing '")).toBe(
    "spans",
  );
});

test("a file always has a safe name", () => {
  expect(fileName("", at, "csv")).toBe("result-20261121-0930.csv");
  expect(fileName("-- ../../etc/passwd", at, "csv")).toBe("etc-passwd-20261121-0930.csv");
  expect(fileName(`-- ${"x".repeat(300)}`, at, "csv").length).toBeLessThan(80);
});
