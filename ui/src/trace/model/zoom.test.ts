import { expect, test } from "vitest";
import {
  axisLabel,
  between,
  clampRange,
  isWhole,
  panBy,
  rangeAround,
  SHORTEST,
  ticks,
  wholeRange,
  zoomAt,
} from "./zoom";

const whole = { from: 0, to: 1_000_000 };

test("zooming keeps the time under the pointer where it is", () => {
  expect(zoomAt(whole, 0.5, 250_000, whole)).toEqual({ from: 125_000, to: 625_000 });
});

test("nothing leaves the whole, and a range keeps its width at the edges", () => {
  expect(zoomAt({ from: 0, to: 500_000 }, 4, 250_000, whole)).toEqual(whole);
  expect(panBy({ from: 0, to: 100_000 }, -5, whole)).toEqual({ from: 0, to: 100_000 });
  expect(panBy({ from: 0, to: 100_000 }, 100, whole)).toEqual({ from: 900_000, to: 1_000_000 });
});

test("no range is shorter than a microsecond", () => {
  const short = clampRange({ from: 500, to: 501 }, whole);
  expect(short.to - short.from).toBe(SHORTEST);
  expect(zoomAt(short, 0.5, 500, whole)).toBe(short);
});

test("a drag to the left selects as one to the right", () => {
  expect(between(90_000, 10_000, whole)).toEqual({ from: 10_000, to: 90_000 });
  expect(isWhole(rangeAround(0, 1_000_000, whole), whole)).toBe(true);
  expect(wholeRange(0).to).toBe(SHORTEST);
});

test("marks stand at round times", () => {
  expect(ticks({ from: 0, to: 1e9 }, 5)).toEqual({ times: [0, 2e8, 4e8, 6e8, 8e8, 1e9], step: 2e8 });
  expect(ticks({ from: 0, to: 600e9 }, 6).step).toBe(120e9);
  expect(ticks({ from: 3, to: 9 }, 3).times).toEqual([4, 6, 8]);
});

test("labels say as much as the distance of the marks needs", () => {
  expect(axisLabel(0, 1e6)).toBe("0");
  expect(axisLabel(350e6, 50e6)).toBe("350 ms");
  expect(axisLabel(1.25e9, 50e6)).toBe("1.25 s");
  expect(axisLabel(2e9, 1e9)).toBe("2 s");
  expect(axisLabel(1500, 500)).toBe("1.5 µs");
  expect(axisLabel(150e9, 60e9)).toBe("2:30");
  expect(axisLabel(3723e9, 60e9)).toBe("1:02:03");
});
