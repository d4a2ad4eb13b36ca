import { expect, test } from "vitest";
import type { Outline } from "@/trace/types";
import { failureOf, stepsOf } from "./steps";

const kinds = ["agent", "tool", "llm", "chain"];
const outline = (spans: { kind: number; parent: number; status?: number; state?: number }[]) =>
  ({
    names: ["n"],
    kinds,
    span_id: spans.map((_, at) => `s${at}`),
    parent: spans.map((span) => span.parent),
    name: spans.map(() => 0),
    kind: spans.map((span) => span.kind),
    span_duration_ns: spans.map(() => 5),
    status: spans.map((span) => span.status ?? 1),
    state: spans.map((span) => span.state ?? 0),
  }) as unknown as Outline;

test("steps are what says how an answer came about, in the order of time", () => {
  const steps = stepsOf(
    outline([
      { kind: 0, parent: -1 },
      { kind: 3, parent: 0 },
      { kind: 1, parent: 1, status: 2 },
      { kind: 2, parent: 0, state: 1 },
      { kind: -1, parent: 0 },
    ]),
  );
  expect(steps.map((step) => [step.spanId, step.kind, step.failed, step.running])).toEqual([
    ["s2", "tool", true, false],
    ["s3", "llm", false, true],
  ]);
});

test("a trace that is one call has no steps within", () => {
  expect(stepsOf(outline([{ kind: 2, parent: -1 }]))).toEqual([]);
});

test("a failure is told where it began, not where it ended up", () => {
  const failed = outline([
    { kind: 0, parent: -1, status: 2 },
    { kind: 2, parent: 0 },
    { kind: 1, parent: 0, status: 2 },
    { kind: 1, parent: 2, status: 2 },
  ]);
  expect(failureOf(failed)).toBe("s3");
  expect(failureOf(outline([{ kind: 0, parent: -1 }]))).toBeNull();
});
