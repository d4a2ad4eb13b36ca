import { expect, it } from "vitest";
import { axisLabels } from "./axis";

const at = (text: string) => Date.parse(text) / 1000;

it("shows the clock, and the day at midnight", () => {
  const ticks = [at("2026-11-03T22:00Z"), at("2026-11-04T00:00Z"), at("2026-11-04T02:00Z")];
  expect(axisLabels(ticks, 7200, "UTC")).toEqual(["22:00", "4 Nov", "02:00"]);
  expect(axisLabels(ticks, 7200, "Asia/Tokyo")).toEqual(["07:00", "09:00", "11:00"]);
});

it("shows seconds on fine grids, days on coarse ones, and months on the coarsest", () => {
  expect(axisLabels([at("2026-11-03T22:00:05Z")], 5, "UTC")).toEqual(["22:00:05"]);
  expect(axisLabels([at("2026-11-03T00:00:00Z")], 86_400, "UTC")).toEqual(["3 Nov"]);
  expect(axisLabels([at("2026-11-01T00:00:00Z")], 30 * 86_400, "UTC")).toEqual(["Nov 2026"]);
});
