import { expect, it } from "vitest";
import { fullTime, relative, time, timeRange, toMillis } from "./time";

const now = new Date("2026-11-03T18:00:00Z");

it("shows the clock alone today, and the year only when it is another", () => {
  expect(time("2026-11-03T14:03:22.123456789Z", "UTC", now)).toBe("14:03:22");
  expect(time("2026-11-01T14:03:22Z", "UTC", now)).toBe("1 Nov, 14:03:22");
  expect(time("2025-11-01T14:03:22Z", "UTC", now)).toBe("1 Nov 2025, 14:03:22");
});

it("obeys the zone", () => {
  expect(fullTime("2026-11-03T14:03:22.123456789Z", "UTC")).toBe("2026-11-03 14:03:22.123 UTC");
  expect(fullTime("2026-11-03T14:03:22Z", "Asia/Kolkata")).toContain("2026-11-03 19:33:22.000");
});

it("says how long ago", () => {
  expect(relative("2026-11-03T17:59:59.500Z", now.getTime())).toBe("now");
  expect(relative("2026-11-03T17:55:00Z", now.getTime())).toBe("5m ago");
  expect(relative("2026-11-01T17:55:00Z", now.getTime())).toBe("2d ago");
  expect(relative("2026-11-03T19:00:00Z", now.getTime())).toBe("in 1h");
});

it("names a range once per day", () => {
  expect(timeRange("2026-11-03T14:00:00Z", "2026-11-03T15:30:00Z", "UTC")).toBe("3 Nov, 14:00 – 15:30");
});

it("reads nanoseconds, and gives nothing for what is no time", () => {
  expect(toMillis("2026-11-03T14:03:22.123456789Z")).toBe(Date.parse("2026-11-03T14:03:22.123Z"));
  expect(time("soon", "UTC")).toBe("–");
  expect(time(null)).toBe("–");
});
