import { expect, test } from "vitest";
import { asMillis, asNumber, kindInChart, kindOfType } from "./columns";

test.each([
  ["BIGINT", "number"],
  ["HUGEINT", "number"],
  ["UINTEGER", "number"],
  ["DECIMAL(18,3)", "number"],
  ["DOUBLE", "number"],
  ["INTERVAL", "text"],
  ["TIMESTAMP_NS", "time"],
  ["TIMESTAMP WITH TIME ZONE", "time"],
  ["DATE", "time"],
  ["TIME", "text"],
  ["BOOLEAN", "boolean"],
  ["VARCHAR", "text"],
  ["VARCHAR[]", "nested"],
  ["BIGINT[]", "nested"],
  ["MAP(VARCHAR, VARCHAR)", "nested"],
  ["STRUCT(a BIGINT)", "nested"],
  ["JSON", "nested"],
])("%s is shown as %s", (type, kind) => {
  expect(kindOfType(type)).toBe(kind);
});

test("text that is always a date is time in a chart, text that is so only now and then is not", () => {
  const table = (values: unknown[]) => ({
    columns: [{ name: "d", type: "VARCHAR" }],
    rows: values.map((v) => [v]),
  });
  expect(kindInChart(table(["2026-11-21", null, "2026-11-22 10:00"]), 0)).toBe("time");
  expect(kindInChart(table(["2026-11-21", "gpt-4o"]), 0)).toBe("text");
  expect(kindInChart(table([null]), 0)).toBe("text");
});

test("numbers come as numbers or as text, and what is none is null", () => {
  expect(asNumber("9223372036854775807")).toBe(2 ** 63);
  expect(asNumber("")).toBeNull();
  expect(asNumber(null)).toBeNull();
  expect(asNumber("NaN")).toBeNull();
});

test("times without a zone are UTC", () => {
  const at = Date.UTC(2026, 10, 21, 9, 30);
  expect(asMillis("2026-11-21T09:30:00.123456789Z")).toBe(at + 123);
  expect(asMillis("2026-11-21 09:30:00")).toBe(at);
  expect(asMillis("2026-11-21 09:30")).toBe(at);
  expect(asMillis("2026-11-21 09")).toBe(Date.UTC(2026, 10, 21, 9));
  expect(asMillis("2026-11-21")).toBe(Date.UTC(2026, 10, 21));
  expect(asMillis("2026-11-21 10:30:00+01")).toBe(at);
  expect(asMillis("soon")).toBeNull();
});
