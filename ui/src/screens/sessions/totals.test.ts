import { expect, test } from "vitest";
import type { SessionTurn } from "@/api/sessions";
import { pauseBefore, totalTokens, workedMillis } from "./totals";

const turn = (start: number, end: number | null): SessionTurn =>
  ({
    trace: {
      start_time: new Date(start).toISOString(),
      end_time: end === null ? null : new Date(end).toISOString(),
      duration_ms: end === null ? null : end - start,
    },
    messages: [],
  }) as unknown as SessionTurn;

test("tokens that are not known are not zero", () => {
  expect(totalTokens({ input_tokens: null, output_tokens: null })).toBeNull();
  expect(totalTokens({ input_tokens: 5, output_tokens: null })).toBe(5);
});

test("the time worked leaves out the waits, and turns that still run", () => {
  expect(workedMillis([turn(0, 1000), turn(60_000, 62_000), turn(90_000, null)])).toBe(3000);
  expect(workedMillis([turn(0, null)])).toBeNull();
});

test("a pause is what lies between two turns", () => {
  const turns = [turn(0, 1000), turn(60_000, 62_000), turn(61_000, 63_000), turn(70_000, null)];
  expect(turns.map((_, index) => pauseBefore(turns, index))).toEqual([null, 59_000, null, 7000]);
});
