import { expect, it } from "vitest";
import type { Trace } from "@/api/types";
import { arrive, NOTHING_NEW, release } from "./liveRows";

const trace = (trace_id: string, second: number, state: Trace["state"] = "ended") =>
  ({ trace_id, start_time: `2026-11-21T09:00:0${second}Z`, state }) as Trace;
const ids = (rows: readonly { trace_id: string }[]) => rows.map((row) => row.trace_id);
const free = { isListed: () => false, hold: false };

it("puts new rows on top, the newest first", () => {
  const state = arrive(NOTHING_NEW, [trace("a", 1), trace("b", 3)], free);
  expect(ids(arrive(state, [trace("c", 2)], free).shown)).toEqual(["b", "c", "a"]);
});

it("holds new rows back, and shows them when asked", () => {
  const state = arrive(NOTHING_NEW, [trace("a", 1)], { ...free, hold: true });
  expect(ids(state.shown)).toEqual([]);
  expect(ids(state.held)).toEqual(["a"]);
  expect(ids(release(state).shown)).toEqual(["a"]);
  expect(release(NOTHING_NEW)).toBe(NOTHING_NEW);
});

it("completes a running row where it stands", () => {
  const state = arrive(NOTHING_NEW, [trace("a", 1, "running"), trace("b", 2)], free);
  const done = arrive(state, [trace("a", 1)], { ...free, hold: true });
  expect(done.shown.map((row) => row.state)).toEqual(["ended", "ended"]);
  expect(done.held).toEqual([]);
});

it("keeps new states of listed rows aside", () => {
  const state = arrive(NOTHING_NEW, [trace("a", 1)], { isListed: (key) => key === "a", hold: false });
  expect(state.shown).toEqual([]);
  expect(state.changed.get("a")?.trace_id).toBe("a");
});
