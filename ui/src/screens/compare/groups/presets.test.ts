import { expect, test } from "vitest";
import { presetsOf } from "./presets";

const nothing = { p95Ms: null, lastAt: null, now: 0, releases: null };

test("errors can always be compared; what the folder has no data for is not offered", () => {
  expect(presetsOf(nothing).map((preset) => preset.title)).toEqual(["Errors against ok"]);
});

test("slow is what took longer than nineteen of twenty", () => {
  expect(presetsOf({ ...nothing, p95Ms: 2345.6 })[1]).toMatchObject({
    a: "latency > 2346ms",
    b: "latency <= 2346ms",
  });
  expect(presetsOf({ ...nothing, p95Ms: 0.123456 })[1]?.a).toBe("latency > 0.123ms");
});

test("days are the user's days, in UTC", () => {
  const noon = new Date(2026, 10, 21, 12).getTime();
  const midnight = new Date(2026, 10, 21).toISOString().replace(".000", "");
  const before = new Date(2026, 10, 20).toISOString().replace(".000", "");
  const [, today] = presetsOf({ ...nothing, lastAt: noon, now: noon });
  expect(today).toMatchObject({
    title: "Today against yesterday",
    a: `started >= ${midnight}`,
    b: `started >= ${before} and started < ${midnight}`,
  });
  const later = presetsOf({ ...nothing, lastAt: noon, now: noon + 5 * 86_400_000 })[1];
  expect(later?.title).toBe("Last day against the one before");
});

test("the latest release is the highest version, counted and not spelled", () => {
  const releases = { field: "resource.service.version", values: ["2.9.1", "2.10.0", "1.0.0"] };
  expect(presetsOf({ ...nothing, releases })[1]).toMatchObject({
    title: "Release 2.10.0 against 2.9.1",
    a: 'resource.service.version = "2.10.0"',
    b: 'resource.service.version = "2.9.1"',
  });
  expect(presetsOf({ ...nothing, releases: { ...releases, values: ["1"] } })).toHaveLength(1);
});
