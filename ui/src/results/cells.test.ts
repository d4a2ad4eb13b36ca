import { expect, test } from "vitest";
import { cellText, numberText } from "./cells";

test("null is said, and is not the text null", () => {
  expect(cellText(null, "VARCHAR").look).toBe("null");
  expect(cellText("null", "VARCHAR").look).toBe("text");
});

test("numbers keep every digit", () => {
  expect(numberText(0.1234567890123)).toBe("0.1234567890123");
  expect(numberText("9223372036854775807")).toBe("9\u2009223\u2009372\u2009036\u2009854\u2009775\u2009807");
  expect(numberText(1234)).toBe("1234");
  expect(numberText(-12345)).toBe("-12\u2009345");
});

test("lists, maps and JSON text unfold; other text does not", () => {
  expect(cellText([1, 2], "BIGINT[]").nested).toEqual([1, 2]);
  expect(cellText('{"a": 1}', "JSON").nested).toEqual({ a: 1 });
  expect(cellText('[{"role": "user"}]', "VARCHAR").nested).toEqual([{ role: "user" }]);
  expect(cellText("[not json", "VARCHAR")).toEqual({ text: "[not json", look: "text" });
  expect(cellText('"words"', "JSON").look).toBe("text");
});

test("times lose what says nothing", () => {
  expect(cellText("2026-11-21T09:30:00.120000000Z", "TIMESTAMP_NS").text).toBe("2026-11-21 09:30:00.12");
  expect(cellText("2026-11-21T09:30:00.000000000Z", "TIMESTAMP_NS").text).toBe("2026-11-21 09:30:00");
  expect(cellText("2026-11-21", "DATE").text).toBe("2026-11-21");
});

test("long text is cut in the cell", () => {
  expect(cellText("x".repeat(5000), "VARCHAR").text).toHaveLength(301);
});
