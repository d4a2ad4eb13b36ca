import { expect, test } from "vitest";
import { columnsOf, indentOf, ROW, scrollToRow, topRow, windowOf } from "./layout";

test("the window covers what is on screen and stays within the rows", () => {
  const window = windowOf(topRow(1000 * ROW), 10 * ROW, 2000);
  expect(window.first).toBeLessThanOrEqual(1000 - 8);
  expect(window.last).toBeGreaterThanOrEqual(1010 + 8);
  expect(windowOf(0, 500, 3)).toEqual({ first: 0, last: 3 });
  expect(windowOf(topRow(1e9), 500, 3).last).toBe(3);
});

test("small moves of the scroll bar leave the window as it is", () => {
  expect(topRow(801 * ROW)).toBe(topRow(806 * ROW));
});

test("a row on screen does not scroll; the next one scrolls by itself alone; a far one comes to the middle", () => {
  expect(scrollToRow(5, 0, 10 * ROW)).toBe(0);
  expect(scrollToRow(10, 0, 10 * ROW)).toBe(ROW);
  expect(scrollToRow(100, 0, 11 * ROW)).toBe(95 * ROW);
  expect(scrollToRow(2, 3 * ROW, 10 * ROW)).toBe(2 * ROW);
});

test("deep trees are set in less", () => {
  expect(indentOf(2, 400)).toBe(16);
  expect(indentOf(60, 400)).toBe(3);
});

test("columns fill the width", () => {
  const columns = columnsOf(1000, 0.4, true);
  expect(columns.tree + columns.heat + columns.time).toBe(1000);
  expect(columnsOf(360, 0.4, true).heat).toBe(0);
});
