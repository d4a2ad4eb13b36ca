import { expect, it } from "vitest";
import { asWritten, writtenTime } from "./zone";

it("reads what was written in a zone", () => {
  expect(writtenTime("2026-11-03 14:00", "UTC")).toBe(Date.parse("2026-11-03T14:00:00Z"));
  expect(writtenTime("2026-11-03 14:00", "Asia/Kolkata")).toBe(Date.parse("2026-11-03T08:30:00Z"));
  expect(writtenTime("2026-11-03", "UTC")).toBe(Date.parse("2026-11-03T00:00:00Z"));
  expect(writtenTime("2026-11-03T14:00:00+02:00", "UTC")).toBe(Date.parse("2026-11-03T12:00:00Z"));
  expect(writtenTime("tomorrow", "UTC")).toBeNull();
});

it("knows summer time on both sides of its change", () => {
  expect(writtenTime("2026-10-24 12:00", "Europe/Berlin")).toBe(Date.parse("2026-10-24T10:00:00Z"));
  expect(writtenTime("2026-10-26 12:00", "Europe/Berlin")).toBe(Date.parse("2026-10-26T11:00:00Z"));
});

it("writes what it reads", () => {
  const at = Date.parse("2026-11-03T14:00:05Z");
  expect(asWritten(at, "America/New_York")).toBe("2026-11-03 09:00:05");
  expect(writtenTime(asWritten(at, "America/New_York"), "America/New_York")).toBe(at);
});
