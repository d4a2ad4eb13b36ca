import { expect, it } from "vitest";
import { type Box, placement } from "./placement";

const view = { width: 1000, height: 600 };
const anchor = (left: number, top: number, width = 100, height = 30): Box => ({
  left,
  top,
  width,
  height,
  right: left + width,
  bottom: top + height,
});

it("goes under its anchor, at the side asked for", () => {
  const size = { width: 200, height: 100 };
  expect(placement(size, anchor(300, 100), "start", view)).toEqual({ left: 300, top: 136 });
  expect(placement(size, anchor(300, 100), "end", view)).toEqual({ left: 200, top: 136 });
  expect(placement(size, anchor(300, 100), "center", view)).toEqual({ left: 250, top: 136 });
});

it("goes above where there is no room below", () => {
  expect(placement({ width: 200, height: 100 }, anchor(300, 560), "start", view).top).toBe(454);
});

it("stays inside the window, whatever its size", () => {
  expect(placement({ width: 200, height: 100 }, anchor(950, 100), "start", view).left).toBe(792);
  expect(placement({ width: 200, height: 590 }, anchor(0, 300), "start", view)).toEqual({ left: 8, top: 8 });
});
