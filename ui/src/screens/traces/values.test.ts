import { expect, it } from "vitest";
import type { Trace } from "@/api/types";
import { tracesFilter, valuesOf } from "./values";

it("lists what a row can be filtered by, and nothing that is missing", () => {
  const trace = {
    trace_id: "a",
    model_ids: ["gpt-4o", "small"],
    status: "ok",
    operation_name: "answer",
    service_name: null,
    user_id: "ada",
    session_id: null,
    tags: ["beta"],
    environment: null,
    feature_id: null,
    team: null,
  } as unknown as Trace;
  expect(valuesOf(trace).map(({ field, value }) => `${field} ${value}`)).toEqual([
    "model gpt-4o",
    "model small",
    "status ok",
    "name answer",
    "user ada",
    "tag beta",
  ]);
});

it("finds chosen traces, each once", () => {
  expect(tracesFilter(["abc"])).toBe("trace_id = abc");
  expect(tracesFilter(["abc", "def", "abc"])).toBe("trace_id in (abc, def)");
});
