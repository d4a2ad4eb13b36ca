import { describe, expect, it } from "vitest";
import { bytes, compact, cost, count, percent } from "./numbers";

describe("numbers", () => {
  it.each([
    [null, "–"],
    [Number.NaN, "–"],
    [0, "0"],
    [999, "999"],
    [1234, "1.23k"],
    [999_600, "1M"],
    [34_567, "34.6k"],
    [6_780_000, "6.78M"],
    [0.5, "0.5"],
  ])("compact(%s) is %s", (value, text) => expect(compact(value)).toBe(text));

  it.each([
    [null, "–"],
    [0, "$0"],
    [0.0000001, "<$0.000001"],
    [0.0000123, "$0.000012"],
    [0.0042, "$0.0042"],
    [0.25, "$0.25"],
    [0.257, "$0.257"],
    [1.5, "$1.50"],
    [99.9, "$99.90"],
    [100, "$100"],
    [1234.4, "$1,234"],
    [12_345, "$12.3k"],
    [-2, "−$2.00"],
  ])("cost(%s) is %s", (value, text) => expect(cost(value)).toBe(text));

  it.each([
    [0, "0%"],
    [0.0002, "<0.1%"],
    [0.00822, "0.8%"],
    [0.1234, "12.3%"],
    [1, "100%"],
  ])("percent(%s) is %s", (value, text) => expect(percent(value)).toBe(text));

  it.each([
    [999, "999 B"],
    [1500, "1.5 kB"],
    [23_400_000, "23.4 MB"],
  ])("bytes(%s) is %s", (value, text) => expect(bytes(value)).toBe(text));

  it("puts thousands apart", () => expect(count(1234567)).toBe("1,234,567"));
});
