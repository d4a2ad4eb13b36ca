import { expect, it } from "vitest";
import { rangeLabel, writtenBound } from "./ranges";

const now = Date.parse("2026-11-03T18:00:00Z");

it("names ranges", () => {
  expect(rangeLabel({}, "UTC", now)).toBe("All time");
  expect(rangeLabel({ start: "1h" }, "UTC", now)).toBe("Last hour");
  expect(rangeLabel({ start: "3h" }, "UTC", now)).toBe("Last 3h");
  expect(rangeLabel({ start: "2h", end: "1h" }, "UTC", now)).toBe("3 Nov, 16:00 – 17:00");
});

it("reads what is written into the fields", () => {
  expect(writtenBound(" 2h ", "UTC")).toBe("2h");
  expect(writtenBound("now", "UTC")).toBeUndefined();
  expect(writtenBound("2026-11-03 14:00", "UTC")).toBe("2026-11-03T14:00:00.000Z");
  expect(writtenBound("soon", "UTC")).toBeNull();
});
